"""The formats, one module each; :mod:`searchapp.ingest.registry` puts them in order."""
