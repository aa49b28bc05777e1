"""The formats, one module each; :mod:`searchapp.ingest.formats.registry` puts them in order."""
