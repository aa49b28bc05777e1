"""Archives: bytes unpacked while they are read.

``streams`` decompresses and decodes UTF-16 within a *budget* of unpacked bytes; ``zips`` and ``tars`` give the
*members* of an archive, which are read as if they lay in the corpus; ``archive_members`` finds the other files of a ZIP
archive. No file is ever written by a member's name.
"""
