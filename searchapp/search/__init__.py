"""Searching: from a request to an answer. So far the cursors of its pages."""
