"""Semantics: how near a query and an article are in meaning, whatever words they have.

A *model* makes a *vector* of a text; texts of like meaning have vectors of a small angle, and the cosine of the angle
is their *similarity*. The vector of an article is that of its *passage*, the first words. The *vector store* keeps
vectors by a digest of their passage, beside the index and not in a generation: a passage that did not change is never
embedded again, whatever is rebuilt, rolled back or served by another engine.

*Latent semantic analysis* makes vectors of stems from the corpus alone, without a model that somebody trained.

- ``passages``: the passage of an article and its digest
- ``e5``: a multilingual language model, small and without a service (extra ``semantic``)
- ``vector_store``: the file of vectors
- ``lsa``: vectors of stems, learned from a sample of the corpus
"""
