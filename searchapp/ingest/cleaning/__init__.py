"""Cleaning: from the *record* that a reader parsed to an :class:`~searchapp.model.Article`.

``record`` puts the article together. Each other module cleans one thing: characters (``encoding``, ``mojibake``,
``normalize``), ``article_dates``, names in ``bylines``, ``ids``, the language (``language_detection``), the newspaper
of an address (``domains``), lines that are no part of the article (``boilerplate``), exact ``duplicates``.
"""
