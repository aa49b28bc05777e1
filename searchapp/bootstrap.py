"""The composition root: from settings to working parts. The only place that knows concrete classes.

Each function imports the parts that it composes, so that a command loads only what it needs: searching loads no
format, and showing the status loads no engine.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from threading import Thread
from typing import IO, TYPE_CHECKING, Final, cast

from searchapp import config as settings
from searchapp.config import CONFIG_FILE, Config, CorpusEntry
from searchapp.errors import (
    ConfigurationError,
    CorpusMissing,
    EngineUnavailable,
    FileMissing,
    GenerationMissing,
    IndexDamaged,
    SearchappError,
    WritingOff,
    install_command,
    system_reason,
)
from searchapp.i18n import Message
from searchapp.indexing import CURRENT, Generations
from searchapp.indexing.corpus_places import SEPARATOR, recorded_path, replaces
from searchapp.indexing.generation_layout import SEMANTIC
from searchapp.indexing.reindex_options import Options as ReindexOptions
from searchapp.model import JOURNAL_FOLDER, Match

if TYPE_CHECKING:
    from subprocess import Popen

    from searchapp.access.audit_log import AuditLog
    from searchapp.access.identities import Identities
    from searchapp.access.token_file import TokenFile
    from searchapp.alerts.alert_run import Alerts
    from searchapp.alerts.alert_run import AlertsSummary as AlertsSummary
    from searchapp.alerts.alert_timer import AlertTimer
    from searchapp.analysis import FrenchAnalyzer
    from searchapp.engines.port import Engine
    from searchapp.indexing import Manifest
    from searchapp.indexing.background import BackgroundIndexer
    from searchapp.indexing.checking import CheckProgress as CheckProgress
    from searchapp.indexing.checking import CheckReport as CheckReport
    from searchapp.indexing.embargoes import ReleaseTimer
    from searchapp.indexing.embedding import EmbeddingProgress as EmbeddingProgress
    from searchapp.indexing.embedding import EmbeddingSummary as EmbeddingSummary
    from searchapp.indexing.naming import NameModel
    from searchapp.indexing.reindex import Progress
    from searchapp.indexing.reindex import Summary as Summary
    from searchapp.indexing.status import IndexStatus as IndexStatus
    from searchapp.indexing.write_service import Writing
    from searchapp.ingest import CorpusReader, Source
    from searchapp.ingest.report import Report
    from searchapp.model import Article, Reject
    from searchapp.search.neighbours import NeighbourWords
    from searchapp.search.query_log import QueryLog, QueryReport
    from searchapp.search.semantic_rank import SemanticRanker
    from searchapp.search.service import SearchService
    from searchapp.semantic.lsa import FittedOn as FittedOn

    ReindexProgress = Progress

__all__ = [
    "ReindexOptions",
    "check_index",
    "corpus_changes",
    "embed",
    "embed_in_background",
    "embedding_beside",
    "engine_named",
    "index_status",
    "load_config",
    "logged_queries",
    "open_alert_timer",
    "open_alerts",
    "open_analyzer",
    "open_identities",
    "open_query_log",
    "open_release_timer",
    "open_service",
    "open_sources",
    "open_tokens",
    "open_writing",
    "reindex",
    "replaced_corpus",
    "report_on",
    "rollback",
    "run_alerts",
    "run_alerts_of_parent",
    "show_file",
]


def _whoosh(config: Config) -> Engine:
    from searchapp.engines.whoosh_engine import WhooshEngine

    return WhooshEngine()


def _tantivy(config: Config) -> Engine:
    """Return the Tantivy engine, whose library is an extra; raises EngineUnavailable."""
    try:
        from searchapp.engines.tantivy_engine import TantivyEngine
    except ModuleNotFoundError as error:
        raise _not_installed("tantivy") from error
    return TantivyEngine()


def _opensearch(config: Config) -> Engine:
    """Return the OpenSearch engine, whose client is an extra; raises EngineUnavailable, ConfigurationError."""
    try:
        from searchapp.engines.opensearch_engine import ClusterSettings, OpenSearchEngine
    except ModuleNotFoundError as error:
        raise _not_installed("opensearch") from error
    return OpenSearchEngine(
        ClusterSettings(
            config.opensearch_addresses,
            config.opensearch_site,
            config.opensearch_user,
            _secret("opensearch_password", config.opensearch_password),
            _secret("opensearch_api_key", config.opensearch_api_key),
            config.opensearch_ca,
            config.opensearch_certificate,
            config.opensearch_shards,
            config.opensearch_replicas,
            config.opensearch_seconds,
            config.opensearch_partial,
        )
    )


def _not_installed(engine: str) -> EngineUnavailable:
    return EngineUnavailable(
        Message("The engine {engine} is not installed. Run: {command}", engine=engine, command=install_command(engine))
    )


def _secret(setting: str, value: str) -> str:
    """Return a secret, which stands in the file that ``value`` names after an @; raises ConfigurationError."""
    if not value.startswith("@"):
        return value
    try:
        return Path(value[1:]).expanduser().read_text("utf-8").strip()
    except (OSError, ValueError) as error:
        reason = system_reason(error) if isinstance(error, OSError) else Message("it is not text")
        raise ConfigurationError(
            Message("The file of {setting} cannot be read: {reason}.", setting=setting, reason=reason)
        ) from error


_JOURNAL_INDEX: Final = "journal.sqlite"
_LOCK_WAIT: Final = 60.0
"""Seconds that indexing after a write waits for another reindex to end, before it tries again later."""

_E5_WEIGHT: Final = 0.1
"""Weight of the language model; calibrated on four judged sets (docs/semantique.md)."""
_LOW_PRIORITY: Final = 10
_LOWEST_PRIORITY: Final = 19

_ENGINES: Final[Mapping[str, Callable[[Config], Engine]]] = {
    "whoosh": _whoosh,
    "tantivy": _tantivy,
    "opensearch": _opensearch,
}


def load_config(options: Mapping[str, object] | None = None, file: Path | None = None) -> Config:
    """Return the settings from ``options``, the environment and the settings file; raises ConfigurationError.

    A corpus that none of them names is the one that is indexed.
    """
    config = settings.load_config(options, os.environ, file)
    indexed = _published(config)
    if config.entries or not indexed or not (corpus := recorded_path(indexed.corpus)):
        return config
    return settings.load_config(options, os.environ, file, defaults={"corpus": corpus})


def _published(config: Config) -> Manifest | None:
    """Return the manifest of the published generation, None when there is none that can be read."""
    generations = _generations(config)
    try:
        return generations.manifest(generations.current())
    except SearchappError:  # whoever reads or writes the index reports it
        return None


def open_analyzer(config: Config | None = None) -> FrenchAnalyzer:
    """Return the French chain, with the default settings unless ``config`` is given."""
    from searchapp.analysis import FrenchAnalyzer

    return FrenchAnalyzer(phrases_cross_paragraphs=config is not None and config.phrases_cross_paragraphs)


def open_service(config: Config, clock: Callable[[], date] | None = None) -> SearchService:
    """Return the search service over ``config.index``, which need not exist yet; ``clock`` returns today's date.

    Raises ConfigurationError for synonyms that cannot be read, and for weights of features that there are not;
    EngineUnavailable without a library that ``semantic`` needs.
    """
    from searchapp.indexing.journal_tail import JournalTail
    from searchapp.query.date_words import CalendarWords, today_in
    from searchapp.search.rerank_score import read_weights
    from searchapp.search.service import SearchService
    from searchapp.search.synonyms import read_synonyms

    analyzer = open_analyzer(config)
    return SearchService(
        _generations(config),
        _engines(config),
        analyzer,
        synonyms=read_synonyms(config.synonyms, analyzer),
        date_words=CalendarWords(clock or today_in(config.timezone)),
        query_seconds=config.query_seconds,
        default_match=Match(config.match),
        half_life=config.recency_half_life,
        tail=JournalTail(config.corpus / JOURNAL_FOLDER),
        shows_first=config.copy_shown == "first",
        weights=read_weights(config.weights),
        semantic=_semantic_ranker(config),
        neighbours=_neighbour_words(config, analyzer),
    )


def _semantic_ranker(config: Config) -> SemanticRanker | None:
    if "e5" not in config.semantic:
        return None
    from searchapp.search.e5_similarities import E5Similarities
    from searchapp.search.semantic_rank import SemanticRanker
    from searchapp.semantic.e5 import E5
    from searchapp.semantic.vector_store import FILE_NAME, StoredVectors

    model = E5()
    vectors = StoredVectors(config.index / SEMANTIC / FILE_NAME, model.name)
    return SemanticRanker([E5Similarities(model, vectors, _E5_WEIGHT)])


def _neighbour_words(config: Config, analyzer: FrenchAnalyzer) -> NeighbourWords | None:
    if "lsa" not in config.semantic:
        return None
    from searchapp.search.neighbours import NeighbourWords
    from searchapp.semantic.lsa import LSA_FILE

    return NeighbourWords(config.index / SEMANTIC / LSA_FILE, analyzer.fingerprint)


def embed(
    config: Config,
    on_progress: Callable[[EmbeddingProgress], None] = lambda progress: None,
    on_wait: Callable[[Message], None] = lambda message: None,
) -> tuple[FittedOn | None, EmbeddingSummary | None]:
    """Compute what ``semantic`` needs of the published generation: the latent space (lsa), the vectors (e5).

    Return the articles that the first was fitted on, if it was, and the summary of the second. Raises
    ConfigurationError when ``semantic`` is off, and IndexMissing, IndexDamaged, EngineUnavailable, IndexUnwritable,
    and IndexLocked while another process does this.
    """
    from searchapp.indexing.disk_space import unwritable_as_error
    from searchapp.indexing.embedding import EmbeddingJob
    from searchapp.indexing.embedding import embed as compute
    from searchapp.indexing.latent_space import fit_latent_space

    if config.semantic == "off":
        raise ConfigurationError(
            Message('Ordering by meaning is off. Set semantic = "e5" in {file}, then run this again.', file=CONFIG_FILE)
        )
    generations, fitted, summary = _generations(config), None, None
    with unwritable_as_error(generations):
        if "lsa" in config.semantic:
            fitted = fit_latent_space(generations, _engines(config), open_analyzer(config), config.lock_wait, on_wait)
        if "e5" in config.semantic:
            from searchapp.semantic.e5 import E5

            job = EmbeddingJob(generations, _engines(config), E5(), config.jobs, config.lock_wait, on_progress, on_wait)
            summary = compute(job)
    return fitted, summary


@contextmanager
def embedding_beside(config: Config) -> Iterator[None]:
    """Have a process do the work of :func:`embed` for each new generation during the block; none if it is off.

    Whatever happens to it, searches go on. It ends when its standard input is closed, here or by the end of this one.
    """
    if config.semantic == "off":
        yield
        return
    with _process_of(embed_in_background, config):
        yield


def embed_in_background() -> None:
    """The work of the process that :func:`embedding_beside` starts: one thread, at the lowest priority."""
    from searchapp.indexing.embedding import keep_embedded

    source, config = _settings_of_parent(_LOWEST_PRIORITY)
    config = replace(config, jobs=1)

    def end_with_parent() -> None:
        source.read(1)
        os._exit(0)  # at any moment: what is not committed is computed again

    Thread(target=end_with_parent, daemon=True).start()
    keep_embedded(_generations(config), lambda: embed(config))


@contextmanager
def _process_of(function: Callable[[], None], config: Config) -> Iterator[Popen[bytes]]:
    """Start a process for ``function`` of this module, which reads ``config``; at the end of the block, wait for it."""
    from searchapp.processes import start_process, write_message

    with start_process(f"{__name__}:{function.__name__}") as process:
        write_message(cast(IO[bytes], process.stdin), config)
        yield process


def _settings_of_parent(niceness: int) -> tuple[IO[bytes], Config]:
    """Return the standard input of such a process and the settings read from it; lower the priority: searches first."""
    from searchapp.processes import read_message, standard_channel

    if hasattr(os, "nice"):
        os.nice(niceness)
    source = standard_channel().source
    return source, pickle.loads(read_message(source))  # noqa: S301 - from our parent


def reindex(
    config: Config,
    on_progress: Callable[[ReindexProgress], None] = lambda progress: None,
    options: ReindexOptions | None = None,
    *,
    received_only: bool = False,
    on_wait: Callable[[Message], None] = lambda message: None,
) -> Summary:
    """Bring ``config.index`` up to date with the corpus and publish the new generation.

    ``received_only``: read the journal only, as after a write through the endpoint. Raises CorpusMissing,
    CorpusShrunk, CorpusReplaced, CorpusChanged, IndexLocked, IndexInaccessible, IndexUnwritable, DiskFull,
    RejectsRefused, VerificationFailed; whatever it raises, the published generation is as it was.
    """
    from searchapp.indexing.disk_space import disk_full_as_error, unwritable_as_error
    from searchapp.indexing.reindex import Job
    from searchapp.indexing.reindex import reindex as build

    options = options or ReindexOptions()
    sources, generations = open_sources(config, lenient=not options.strict), _generations(config)

    def corpus_bytes() -> int:
        return sum(source.total_bytes() for source in sources)

    with disk_full_as_error(generations, corpus_bytes), unwritable_as_error(generations):
        return build(
            Job(
                sources=sources,
                corpus=_places(config),
                generations=generations,
                engine=engine_named(config.engine, config),
                analyzer=open_analyzer(config),
                timezone=config.timezone,
                names=_name_model(config),
                options=replace(
                    options,
                    jobs=options.jobs or config.jobs,
                    wait=max(options.wait, config.lock_wait),
                    only=frozenset({len(sources) - 1}) if received_only else None,
                ),
                on_progress=on_progress,
                on_wait=on_wait,
            )
        )


def _name_model(config: Config) -> NameModel | None:
    """Return the model of names, None when the setting is off; raises EngineUnavailable when it is not installed."""
    if config.entities == "off":
        return None
    from searchapp.derived.name_recognition import NameRecognizer, model_version
    from searchapp.indexing.naming import NameModel

    return NameModel(model_version(config.entities), NameRecognizer(config.entities))


def replaced_corpus(config: Config) -> Manifest | None:
    """Return the manifest of the published generation if it holds another corpus than ``config`` names, else None.

    Raises CorpusMissing when the corpus that is named is not there.
    """
    open_sources(config)
    published = _published(config)
    return published if published and replaces(_places(config), published.corpus) else None


def _places(config: Config) -> str:
    """Return the places of the corpus, as a manifest records them.

    A relative path is recorded as it is if that of the index is relative too, so that both may be moved together.
    """
    if config.entries:
        return SEPARATOR.join(entry.shown for entry in config.entries)
    keeps = str(config.corpus) == "-" or not config.index.is_absolute()
    return str(config.corpus if keeps else config.corpus.absolute())


def open_sources(config: Config, *, lenient: bool = True) -> list[Source]:
    """Return the sources: the ``[[corpus]]`` entries or the one corpus (``-`` is standard input), then the journal.

    ``lenient``: see :class:`~searchapp.ingest.FileContext`. Raises CorpusMissing when a folder or file is not there.
    """
    from searchapp.ingest import JournalSource, StreamSource

    if str(config.corpus) == "-":
        return [StreamSource(sys.stdin.buffer, "stdin", config.timezone, lenient=lenient)]
    entries = config.entries or (CorpusEntry("path", str(config.corpus)),)
    sources = [_source(entry, config, lenient=lenient) for entry in entries]
    return [*sources, JournalSource(config.corpus, config.timezone)]


def corpus_changes(config: Config) -> Iterator[None]:
    """Yield after each change of files of the corpus, and after the end of an embargo, until Ctrl-C.

    Databases are not watched.

    Raises ConfigurationError when there is no file to watch.
    """
    from searchapp.indexing.embargoes import Releases
    from searchapp.indexing.watching import changes
    from searchapp.ingest import split_pattern

    places = [entry for entry in config.entries if entry.kind in ("path", "glob")]
    paths = [Path(split_pattern(entry.place)[0] if entry.kind == "glob" else entry.place) for entry in places]
    if not config.entries and str(config.corpus) != "-":
        paths = [config.corpus]
    paths = [path.expanduser() for path in paths if path.expanduser().exists()]
    if not paths:
        raise ConfigurationError(Message("There is no folder to watch; only files and folders can be watched."))
    return changes(paths, Releases(_generations(config)).due)


def show_file(config: Config, file: Path, *, strict: bool = False, lenient: bool = True) -> Iterator[Article | Reject]:
    """Yield the articles and rejects of ``file``, with the source and section of its folder in the corpus.

    ``strict``, ``lenient``: see :class:`~searchapp.ingest.FileContext`. Raises FileMissing when it is not there.
    """
    from searchapp.ingest import StreamSource

    if str(file) == "-":
        return iter(StreamSource(sys.stdin.buffer, "stdin", config.timezone, strict=strict, lenient=lenient))
    return iter(_files_of(config, file, strict=strict, lenient=lenient))


def report_on(config: Config, folder: Path) -> Report:
    """Return a report of what indexing would make of the files of ``folder``; raises FileMissing."""
    from searchapp.ingest.report import Report

    report = Report()
    for unit in _files_of(config, folder).units():
        report.add(unit)
    return report


def _files_of(config: Config, path: Path, *, strict: bool = False, lenient: bool = True) -> CorpusReader:
    """Return the reader of a file or folder, by its place in the corpus where it lies there; raises FileMissing."""
    from searchapp.ingest import CorpusReader, PathPattern

    root, absolute = config.corpus.absolute(), path.absolute()
    if absolute != root and absolute.is_relative_to(root) and path.exists():
        pattern = PathPattern(absolute.relative_to(root))
        return CorpusReader(config.corpus, config.timezone, pattern, strict=strict, lenient=lenient)
    try:
        return CorpusReader(path, config.timezone, strict=strict, lenient=lenient)
    except CorpusMissing as error:
        cause = error.__cause__
        reason = system_reason(cause) if isinstance(cause, OSError) else Message("its name cannot exist")
        raise FileMissing(path, reason) from cause


def open_writing(config: Config, service: SearchService) -> Writing:
    """Return the service that writes articles and has them indexed; ``service`` searches ``config.index``.

    Raises WritingOff when the corpus is no folder.
    """
    from searchapp.indexing.write_service import Writing
    from searchapp.ingest.journal.journal import Journal

    if str(config.corpus) == "-" or config.corpus.is_file():
        raise WritingOff(
            Message("Articles can only be written into a folder, and the corpus is none. Set “corpus” to a folder.")
        )
    journal = Journal(config.corpus, config.index / _JOURNAL_INDEX, config.timezone)
    return Writing(journal, service, _background_indexer(config))


def open_tokens(config: Config) -> TokenFile:
    """Return the token file, which need not exist."""
    from searchapp.access.token_file import TokenFile

    return TokenFile(config.tokens)


def open_identities(config: Config) -> Identities:
    """Return the identities of the tokens in the token file and in the settings."""
    from searchapp.access.identities import Identities

    return Identities(config.write_token, open_tokens(config))


def open_audit_log(config: Config) -> AuditLog:
    """Return the audit log; without the setting it records nothing."""
    from searchapp.access.audit_log import AuditLog

    return AuditLog(config.audit_log)


def open_release_timer(config: Config) -> ReleaseTimer | None:
    """Return the timer that has an article indexed when its embargo ends; None when the corpus is standard input."""
    from searchapp.indexing.embargoes import Releases, ReleaseTimer

    if str(config.corpus) == "-":
        return None
    return ReleaseTimer(Releases(_generations(config)), _background_indexer(config).wake)


def _background_indexer(config: Config) -> BackgroundIndexer:
    from searchapp.indexing.background import BackgroundIndexer

    # One process is enough for a few articles, and leaves the others to the searches of the server.
    settings = replace(config, jobs=1)
    options = ReindexOptions(wait=_LOCK_WAIT)
    return BackgroundIndexer(
        lambda: reindex(settings, options=options, received_only=True).generation, config.index_delay
    )


def open_alerts(config: Config, service: SearchService) -> Alerts:
    """Return the alerts of ``config.alerts``; ``service`` searches ``config.index``."""
    from searchapp.alerts.alert_run import Alerts
    from searchapp.alerts.delivery import Channels
    from searchapp.alerts.digest import Masthead
    from searchapp.indexing.documents import DocumentMaker

    host = f"[{config.host}]" if ":" in config.host else config.host
    address = config.site_address or f"http://{host}:{config.port}{config.url_prefix}"
    masthead = Masthead(config.site_name, address, config.language, config.timezone)
    return Alerts(
        folder=config.alerts,
        generations=_generations(config),
        service=service,
        engine=engine_named(config.engine, config),
        make=DocumentMaker(config.timezone, open_analyzer(config)),
        channels=Channels(config.alerts, config.alerts_mailer, config.alerts_sender, masthead),
    )


def run_alerts(config: Config) -> AlertsSummary | None:
    """Run the alerts on the published generation; None where there are none. Raises what :meth:`Alerts.run` does."""
    from searchapp.alerts import ALERT_FILE

    if not (config.alerts / ALERT_FILE).exists():
        return None
    service = open_service(config)
    try:
        return open_alerts(config, service).run()
    finally:
        service.close()


def open_alert_timer(config: Config) -> AlertTimer:
    """Return the timer that runs the alerts after each publish, in a process that leaves searches undisturbed."""
    from searchapp.alerts.alert_timer import AlertTimer

    def run() -> bool:
        with _process_of(run_alerts_of_parent, config) as process:
            pass
        return process.returncode == 0

    return AlertTimer(config.alerts, lambda: _generations(config).current_or_none() or "", run)


def run_alerts_of_parent() -> None:
    """Run the alerts in a process of their own, with the settings that the parent sends."""
    run_alerts(_settings_of_parent(_LOW_PRIORITY)[1])


def open_query_log(config: Config) -> QueryLog | None:
    """Return the log of searches beside the index; None when the setting is off."""
    from searchapp.query.date_words import today_in
    from searchapp.search.query_log import FILE_NAME, QueryLog

    if not config.query_log:
        return None
    return QueryLog(config.index / FILE_NAME, config.query_log, today_in(config.timezone))


def logged_queries(config: Config, days: int, most: int) -> QueryReport:
    """Return the statistics of the last ``days`` of the log of searches, of each list at most ``most`` queries."""
    from searchapp.query.date_words import today_in
    from searchapp.search.query_log import FILE_NAME, report

    return report(config.index / FILE_NAME, today_in(config.timezone)() - timedelta(days=days - 1), most)


def index_status(config: Config) -> IndexStatus:
    """Return the status of ``config.index``; raises IndexMissing, and IndexDamaged when no generation is intact."""
    from searchapp.indexing.status import index_status as status_of

    try:
        model = _name_model(config)
        names: str | None = model.version if model else ""
    except EngineUnavailable:  # a reindex says so; the index is as it is
        names = None
    engine, analyzer = engine_named(config.engine, config), open_analyzer(config)
    return status_of(_generations(config), engine, analyzer, config.timezone, names)


def check_index(
    config: Config,
    generation: str | None = None,
    *,
    every: bool = False,
    on_progress: Callable[[CheckProgress], None] = lambda progress: None,
) -> Iterator[CheckReport]:
    """Check a generation (the current one, unless it is named) or, with ``every``, all of them and the index folder.

    Raises IndexMissing, IndexInaccessible, GenerationMissing, EngineUnavailable, and IndexDamaged when the pointer
    cannot be read.
    """
    from searchapp.indexing.checking import check_folder, check_generation

    generations = _generations(config)
    names = generations.names()
    if generation and generation not in names:
        raise GenerationMissing(generation)
    if every and (report := check_folder(generations)):
        yield report
    try:
        chosen = names if every and names else [generation or generations.current()]
    except IndexDamaged:
        raise generations.failure(CURRENT) from None
    for name in chosen:
        yield check_generation(generations, name, _engines(config), open_analyzer(config), on_progress)


def rollback(
    config: Config,
    generation: str | None = None,
    on_progress: Callable[[CheckProgress], None] = lambda progress: None,
    on_wait: Callable[[Message], None] = lambda message: None,
) -> tuple[Manifest, str]:
    """Make ``generation``, or the previous one, current; return its manifest and the name of the one before.

    It is checked first: IndexDamaged means that nothing has changed. Raises IndexMissing, IndexInaccessible,
    IndexUnwritable, GenerationMissing, IndexLocked.
    """
    from searchapp.indexing.checking import go_back
    from searchapp.indexing.disk_space import unwritable_as_error

    generations = _generations(config)
    with unwritable_as_error(generations), generations.locked(config.lock_wait, on_wait):
        return go_back(generations, generation, _engines(config), open_analyzer(config), on_progress)


def _source(entry: CorpusEntry, config: Config, *, lenient: bool) -> Source:
    from searchapp.ingest import CorpusReader, FileContext, PostgresRows, SqliteRows, split_pattern

    inherited = {name: value for name, value in (("source", entry.source), ("section", entry.section)) if value}
    context = FileContext(entry.shown, config.timezone, inherited, columns=entry.columns, lenient=lenient)
    if entry.kind == "sqlite":
        return SqliteRows(Path(entry.place).expanduser(), entry.query, context)
    if entry.kind == "postgresql":
        return PostgresRows(entry.place, entry.query, context)
    folder, pattern = split_pattern(entry.place) if entry.kind == "glob" else (entry.place, "")
    return CorpusReader(Path(folder).expanduser(), config.timezone, pattern, inherited, lenient=lenient)


def engine_named(name: str, config: Config | None = None) -> Engine:
    """Return the engine of this name, with the default settings unless ``config`` is given.

    Raises EngineUnavailable when it is not installed, or not known.
    """
    if name not in _ENGINES:
        raise EngineUnavailable(Message("This program has no engine “{engine}”.", engine=name))
    return _ENGINES[name](config or Config())


def _engines(config: Config) -> Callable[[str], Engine]:
    """Return the function that returns an engine by its name."""
    return partial(engine_named, config=config)


def _generations(config: Config) -> Generations:
    return Generations(config.index, config.generations_kept, engine_of=_engines(config))
