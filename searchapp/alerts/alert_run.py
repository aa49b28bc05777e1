"""A run of the alerts: the new articles of a generation, their matches, and the deliveries."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from searchapp import __version__
from searchapp.alerts.alert_file import AlertFile
from searchapp.alerts.alert_state import AlertState, AlertStatus, NewArticle
from searchapp.alerts.delivery import Channels, deliver, refresh_feed
from searchapp.alerts.digest import DeliveryError
from searchapp.alerts.feed_file import remove_feeds_except
from searchapp.alerts.percolator import percolating
from searchapp.alerts.saved_search import SavedSearch
from searchapp.engines.port import Engine, MakeDocument
from searchapp.errors import SearchappError, Unavailable, UserError
from searchapp.i18n import Message
from searchapp.indexing import Generations, Manifest
from searchapp.indexing.corpus_places import replaces
from searchapp.indexing.generation_layout import INDEX_STATE
from searchapp.search.service import SearchService

__all__ = ["Alerts", "AlertsSummary", "next_try"]

_log: Final = logging.getLogger(__name__)
_STATE: Final = "state.sqlite"
_LOCK: Final = "run.lock"
# Bounds the room of the small index, and the work that a crash repeats.
_AT_A_TIME: Final = 2000
_LOCK_SECONDS: Final = 60.0


@dataclass(slots=True)
class AlertsSummary:
    """A run in numbers. ``baseline``: the archive was taken note of, and nothing was searched."""

    articles: int = 0
    matches: int = 0
    delivered: int = 0
    failed: int = 0
    baseline: bool = False


@dataclass(frozen=True, slots=True)
class Alerts:
    """The saved searches of a site and what they need; ``engine`` and ``make`` index the new articles."""

    folder: Path
    generations: Generations
    service: SearchService
    engine: Engine
    make: MakeDocument
    channels: Channels

    @property
    def file(self) -> AlertFile:
        """The saved searches."""
        return AlertFile(self.folder)

    def run(self) -> AlertsSummary:
        """Find the matches among the new articles, deliver what is pending, and remove feeds without an alert.

        Raises UserError for a file that cannot be read, Unavailable while another run does not end, IndexMissing.
        """
        searches, errors = self.file.read()
        with self._state() as state:
            summary = self._find(state, searches, errors)
            summary.delivered, summary.failed = deliver(state, searches, self.service, self.channels)
            remove_feeds_except(self.folder, [*errors, *(name for name, search in searches.items() if search.feed)])
            return summary

    def note_archive(self) -> None:
        """Take note of the saved searches and, the first time, of the archive; deliver nothing."""
        searches, errors = self.file.read()
        with self._state() as state:
            if state.fact("generation"):
                state.keep_alerts([*searches, *errors], int(state.fact("run")) + 1)
            else:
                self._find(state, searches, errors)

    def statuses(self) -> dict[str, AlertStatus]:
        """Return the status of each saved search, by name."""
        if not (self.folder / _STATE).is_file():
            return {}
        with AlertState(self.folder / _STATE) as state:
            return state.statuses()

    @contextmanager
    def _state(self) -> Iterator[AlertState]:
        with AlertState(self.folder / _STATE) as state:
            try:
                with FileLock(self.folder / _LOCK, timeout=_LOCK_SECONDS):
                    yield state
            except Timeout:
                raise Unavailable(Message("Alerts are being run already. Try again in a moment.")) from None

    def _find(
        self, state: AlertState, searches: Mapping[str, SavedSearch], errors: Mapping[str, UserError]
    ) -> AlertsSummary:
        generation, summary = self.service.generation(), AlertsSummary()
        manifest = self.generations.manifest(generation)
        run = state.begin_run(self.generations.path(generation) / INDEX_STATE)
        with state.transaction():
            made = state.keep_alerts([*searches, *errors], run)
            for name, error in errors.items():
                state.note_error(name, str(error))
            for search in searches.values():
                state.keep_channels(search.name, search.channels)
        work = _Run(self, state, searches, tuple(errors), made, run, summary)
        work.run_owed()
        if not state.fact("generation") or replaces(manifest.corpus, state.fact("corpus")):
            summary.baseline = True
            with state.transaction():
                summary.articles = state.see_all()
                _note(state, run, manifest)
            _log.info(
                "The alerts took note of %d articles; they tell of those that come from now on.", summary.articles
            )
        elif state.fact("generation") != generation:
            if state.fact("made with") != _made_with(manifest):
                # The digests changed for all articles; none of them was corrected.
                state.see_new_versions()
            work.run_new()
            with state.transaction():
                _note(state, run, manifest)
                state.note_gone_matches()
        self._refresh_feeds(state, [searches[name] for name in state.names_of_gone() if name in searches])
        return summary

    def _refresh_feeds(self, state: AlertState, searches: Iterable[SavedSearch]) -> None:
        """Write the feeds without what has left the index; one that cannot be written, or a kill, waits for a run."""
        for search in searches:
            try:
                if search.feed:
                    refresh_feed(state, search, self.service, self.channels)
                state.settle_gone(search.name)
            except DeliveryError as error:
                _log.warning("The feed of the alert %s still lists what was removed: %s", search.name, error)


@dataclass(frozen=True, slots=True)
class _Run:
    """The searches of one run. ``made`` has the run before which each saved search was made."""

    alerts: Alerts
    state: AlertState
    searches: Mapping[str, SavedSearch]
    wrong: tuple[str, ...]
    made: Mapping[str, int]
    run: int
    summary: AlertsSummary

    def run_new(self) -> None:
        """Run every saved search on the new articles, some at a time."""
        while new := self.state.new_articles(_AT_A_TIME):
            self._percolate({one.id: one for one in new}, self.searches.values())
            self.summary.articles += len(new)

    def run_owed(self) -> None:
        """Run the saved searches that failed before, or were wrong, on the articles that came then."""
        for name in self.state.names_of_owed():
            while name in self.searches and (ids := self.state.owed(name, _AT_A_TIME)):
                before = {article_id: NewArticle(article_id, b"", None) for article_id in ids}
                if not self._percolate(before, [self.searches[name]], owed=True):
                    break

    def _percolate(self, new: Mapping[str, NewArticle], searches: Iterable[SavedSearch], *, owed: bool = False) -> bool:
        """Note the matches of ``searches`` and the articles as seen, in one transaction; return whether none failed."""
        stored = [article for article in map(self.alerts.service.stored, new) if article is not None]
        succeeded = True
        with (
            percolating(self.alerts.service, self.alerts.engine, self.alerts.make, stored) as percolator,
            self.state.transaction(),
        ):
            for search in searches:
                try:
                    found = percolator.matches(search.request)
                except SearchappError:  # the index, not this search
                    raise
                except Exception as error:
                    _log.exception("The alert %s could not be run.", search.name)
                    self.state.note_error(search.name, f"{type(error).__name__}: {error}")
                    self.state.add_owed(search.name, new)
                    succeeded = False
                    continue
                self.state.note_error(search.name, "")
                for article_id in found:
                    if self._is_told(search, new[article_id]):
                        self.state.add_match(search.name, article_id, search.channels)
                        self.summary.matches += 1
                if owed:
                    self.state.settle_owed(search.name, new)
            if not owed:
                for name in self.wrong:
                    self.state.add_owed(name, new)
                self.state.see(new.values(), self.run)
        return succeeded

    def _is_told(self, search: SavedSearch, article: NewArticle) -> bool:
        """Return whether a match is news: a new article, or one that matches first since it was corrected."""
        if self.state.has_match(search.name, article.id):
            return search.corrections and article.run is not None
        return article.run is None or article.run >= self.made.get(search.name, 0)


def next_try(folder: Path) -> float | None:
    """Return when something pending is to be tried, in seconds since 1970; None when nothing is."""
    if not (folder / _STATE).is_file():
        return None
    with AlertState(folder / _STATE) as state:
        return state.next_try()


def _note(state: AlertState, run: int, manifest: Manifest) -> None:
    facts = {"run": str(run), "generation": manifest.generation, "corpus": manifest.corpus}
    for name, value in {**facts, "made with": _made_with(manifest)}.items():
        state.note_fact(name, value)


def _made_with(manifest: Manifest) -> str:
    """Return the versions and settings that change the digests of unchanged articles."""
    return f"{__version__} {manifest.schema} {manifest.timezone}"
