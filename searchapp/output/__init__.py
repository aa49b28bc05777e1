"""Output: answers in the formats that are a contract with users.

``answer_json`` is the JSON of searches and articles, for the endpoint and for ``search --json`` alike;
``counts_json`` has the counts without results, as JSON and CSV; ``highlight_html`` turns the *spans* of a *fragment*
into safe HTML, in which ``<mark>`` is the only markup. Modules here neither use HTTP nor search.
"""
