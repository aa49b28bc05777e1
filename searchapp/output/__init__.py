"""Output: an answer in the shapes that are promised outside.

``answer_json`` is the JSON of searches and articles, for the endpoint and for ``search --json`` alike;
``highlight_html`` turns the *spans* of a *fragment* into safe HTML, in which ``<mark>`` is the only markup. Nothing
here knows of HTTP, and nothing searches.
"""
