"""Indexing: building a generation beside the current one, and publishing it.

A *generation* is a folder of ``index/`` with everything that one state of the corpus needs to be searched. Its
*manifest* is written last, so a folder with a manifest is whole. ``CURRENT`` names the generation that is served;
*publishing* replaces that one small file by a rename. *Pruning* removes what no reader will open any more. A process
killed at any instant leaves ``CURRENT`` on a whole generation.

Those who search need generations only; what makes them (:mod:`.reindex`) and looks after them (:mod:`.status`,
:mod:`.checking`) is asked for by its own name.
"""

from searchapp.indexing.generations import CURRENT, Generations, Manifest

__all__ = ["CURRENT", "Generations", "Manifest"]
