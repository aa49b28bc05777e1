"""The maker of ``searchapp/analysis/data/stems.txt``: an inflection lexicon, grouped and cut down to what no rule
reaches.

*Entry*: a word of the dictionary with its forms. *Membership*: the probability that an occurrence of a form is of an
entry. *Group*: forms that get one stem. ``python -m scripts.stems`` writes the table; ARCHITECTURE.md, "Stems", says
from which sources and under which licence.
"""
