"""Engines find candidates; everything that makes an answer French or rich happens above them.

:mod:`.port` says in prose what an engine must do, :mod:`.resolver` turns a query tree into clauses of terms, and one
module an engine carries them out.
"""
