"""Cleaning: from the fields that a format gives to an :class:`~searchapp.model.Article`.

``record`` puts the article together. Each other module cleans one thing: letters (``encoding``, ``mojibake``,
``normalize``), dates (``article_dates``), names in bylines, ids, the language, the newspaper of an address
(``domains``), lines that are no part of the article (``boilerplate``), exact ``duplicates``.
"""
