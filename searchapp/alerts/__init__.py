"""Alerts: saved searches that are run on the new articles of each generation, and digests of what they find.

A *saved search* has a name, a query with filters, and *channels*: mail, a feed file, a webhook. It is a table of
``alerts.toml``. After a publish the *percolator* runs every saved search on the new articles alone. What matches is
*pending* for each channel until a *digest* of it was delivered. The *alert state*, a SQLite file, knows the articles
that were seen, the matches of each search and what is pending.

An article is new when no run saw it before, so that rebuilds, rollbacks and a new index mail nothing twice. The first
run only takes note of the archive: the *baseline*. Matches and seen articles are written in one transaction, and what
is pending is removed after its delivery: a crash in between repeats a digest under its id and loses none.

- ``saved_search``, ``alert_file``: saved searches, and the file that they stand in
- ``alert_state``, ``percolator``: what was seen and is pending; searches on new articles
- ``digest``, ``mailer``, ``webhook``, ``feed_file``: digests and the channels
- ``delivery``, ``alert_run``, ``alert_timer``: delivering what is pending, one run, and the runs of ``serve``
"""

from __future__ import annotations

from typing import Final

ALERT_FILE: Final = "alerts.toml"
"""Where there is no file of this name, there are no alerts, and nothing of this room needs loading."""
