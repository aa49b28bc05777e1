"""Archives: bytes unpacked while they are read.

``streams`` undo compression and UTF-16 within a *budget* of unpacked bytes; ``zips`` and ``tars`` give the *members* of
an archive, which are read as if they lay in the corpus. Nothing is ever written by a member's name.
"""
