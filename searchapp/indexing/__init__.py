"""Indexing: building a generation beside the current one, and publishing it.

A *generation* is a folder of ``index/`` with all files that are needed to search one state of the corpus. Its
*manifest* is written last, so a folder with a manifest is complete. ``CURRENT`` names the generation that is served;
*publishing* replaces that small file by a rename. *Pruning* removes generations that no reader will open any more. A
process killed at any instant leaves ``CURRENT`` on a complete generation.

A generation's *index state* lists the *units* of the corpus (files, or the rows of a query) and the *versions* of each
article in them; :mod:`.versions` *resolves* which one counts. :mod:`.reindex` builds generations, :mod:`.status` and
:mod:`.checking` look after them. Searching imports :class:`Generations` only.
"""

from searchapp.indexing.generation_layout import CURRENT
from searchapp.indexing.generations import Generations
from searchapp.indexing.manifest import Manifest

__all__ = ["CURRENT", "Generations", "Manifest"]
