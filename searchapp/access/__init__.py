"""Access: who sends a request, what they may do, and the record of what they changed.

A **token** is a secret that a program sends. The token file has its digest, its name, its scopes, its expiry and its
last use. A **scope** (:class:`~searchapp.model.Scope`) is something that a request needs: to search, to export, to
write, to administer. An **identity** is a name with scopes.

- ``token_file``: the tokens that ``searchapp token`` adds and revokes
- ``audit_log``: the record of changes, each before it is made and after
- ``identities``: the identity of a secret, from the token file or from the setting ``write_token``
"""
