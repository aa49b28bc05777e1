"""Random damage to an index, and what is there afterwards: named, answered rightly, healed by a reindex.

A damage is done to files that their digests still describe, or, *signed*, the digests are made to fit: then the index
is one that a stranger sent. The first has to be named by ``check``; the second may answer whatever it says, or be
refused, but ends no process, takes no end of time, and no error of it is unexpected.
"""

from __future__ import annotations

import logging
import multiprocessing
import random
import resource
import shutil
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from click.testing import CliRunner

from searchapp import bootstrap
from searchapp.bootstrap import ReindexOptions
from searchapp.cli import cli
from searchapp.errors import IndexDamaged, IndexMissing, NotFound, SearchappError
from searchapp.indexing import Generations
from searchapp.indexing import manifest as manifests
from searchapp.indexing.generation_layout import CURRENT, MANIFEST
from searchapp.indexing.withdrawn import WITHDRAWN
from searchapp.model import SearchRequest, Sort
from searchapp.search.service import SearchService
from tests.indexing.proofs.states import AUBE, SOIR, Corpus, State, opened, read_everything, shown_state

__all__ = ["Damager", "Outcome", "sign_again"]

_FILES: Final = ("engine", "lexicon.sqlite", "register.sqlite", "rejects.jsonl", MANIFEST, CURRENT, WITHDRAWN)
_SECONDS: Final = 120
_MEMORY: Final = 6 << 30
_ENOUGH: Final = 20
_PAGE: Final = 4096
_QUERIES: Final = ("maire", '"pont de pierre"', "le PROCHE/5 registre", "titre:juge", "tramontane OU crachin", "mair*")


@dataclass(slots=True)
class Outcome:
    """Outcome of the trials. ``failures`` lists each wrong answer with the damage that led to it."""

    trials: int = 0
    signed: int = 0
    named: int = 0
    answered_by_the_one_before: int = 0
    refused: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """Return the counts by name."""
        return asdict(self)


class Damager:
    """Damages one index of two generations again and again; ``seed`` makes the draw repeatable."""

    def __init__(self, work: Path, engine: str, articles: int = 60, seed: int = 7) -> None:
        self._work = work
        self._engine = engine
        self._corpus = Corpus(work / "corpus", articles, sentences=6, fresh=10)
        self._dice = random.Random(seed)
        # A process for each trial, since damage may end it; none inherits the threads of an engine.
        self._processes = multiprocessing.get_context("spawn")
        self.outcome = Outcome()

    def run(self, trials: int, on_trial: Callable[[Outcome], None] = lambda outcome: None) -> Outcome:
        """Run that many trials, or stop after 20 failures; one of four has matching digests."""
        with self._pool() as pool:
            self._ask(pool, _build, self._work, self._engine, self._corpus)
        pool = self._pool()
        try:
            for number in range(trials):
                if len(self.outcome.failures) >= _ENOUGH:
                    break
                trial = Trial(self._work, self._engine, self._corpus, self._dice.getrandbits(32), number % 4 == 3)
                try:
                    self._count(trial, self._ask(pool, trial))
                except multiprocessing.TimeoutError:
                    self._fail(trial, "no end")
                    pool.terminate()
                    pool = self._pool()
                except Exception as error:  # how the process of a trial ended is what is looked for
                    self._fail(trial, "".join(traceback.format_exception(error)))
                on_trial(self.outcome)
        finally:
            pool.terminate()
            pool.join()
        return self.outcome

    def _pool(self) -> Any:
        return self._processes.Pool(1, initializer=_limit)

    def _ask(self, pool: Any, work: Callable[..., Any], *arguments: Any) -> Any:
        return pool.apply_async(work, arguments).get(_SECONDS)

    def _count(self, trial: Trial, told: dict[str, Any]) -> None:
        outcome = self.outcome
        outcome.trials += 1
        outcome.signed += trial.signed
        outcome.kinds[told["kind"]] = outcome.kinds.get(told["kind"], 0) + 1
        for name in ("named", "answered_by_the_one_before", "refused"):
            setattr(outcome, name, getattr(outcome, name) + told.get(name, 0))
        outcome.failures += [f"{trial}: {told['what']}: {failure}" for failure in told["failures"]]

    def _fail(self, trial: Trial, why: str) -> None:
        self.outcome.trials += 1
        self.outcome.failures.append(f"{trial}: {why}")


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _build(work: Path, engine: str, corpus: Corpus) -> None:
    """Make the index that is damaged: two generations, the later one grown out of the earlier."""
    config = _config(work / "whole", engine, corpus)
    for state in (AUBE, SOIR):
        corpus.write(state)
        bootstrap.reindex(config)


def _config(index: Path, engine: str, corpus: Corpus) -> Any:
    return replace(bootstrap.load_config({"engine": engine}), index=index, corpus=corpus.folder)


@dataclass(frozen=True, slots=True)
class Trial:
    """One damage and all that is looked at after it, in a process of its own."""

    work: Path
    engine: str
    corpus: Corpus
    seed: int
    signed: bool

    def __str__(self) -> str:
        return f"{self.engine}, seed {self.seed}, {'signed' if self.signed else 'unsigned'}"

    def __call__(self) -> dict[str, Any]:
        return _Run(self).run()


class _Run:
    def __init__(self, trial: Trial) -> None:
        self._trial = trial
        self._dice = random.Random(trial.seed)
        self._index = trial.work / "index"
        self._whole = trial.work / "whole"
        self._told: dict[str, Any] = {"failures": []}
        self._log = _Unexpected()

    def run(self) -> dict[str, Any]:
        shutil.rmtree(self._index, ignore_errors=True)
        shutil.copytree(self._whole, self._index)
        names = Generations(self._index).names()
        while not (changed := self._damage(names)):
            pass
        self._told["what"] = f"{self._told['kind']} {', '.join(changed)}"
        logging.getLogger("searchapp").addHandler(self._log)
        try:
            self._look(names, changed)
        finally:
            logging.getLogger("searchapp").removeHandler(self._log)
        self._told["failures"] += self._log.tracebacks
        return self._told

    # Damage

    def _damage(self, names: list[str]) -> list[str]:
        """Damage something; return which files are not what they were."""
        files = [path for path in sorted(self._index.rglob("*")) if path.is_file()]
        chosen = self._chosen(files, names)
        kind = self._dice.choice(
            [_flip, _bytes, _truncate, _extend, _zero, _swap_blocks, _swap_files, _replace, _delete]
        )
        self._told["kind"] = kind.__name__.strip("_")
        kind(chosen, files, self._dice)
        if self._trial.signed:
            for name in names:
                with suppress(IndexDamaged):
                    sign_again(self._index, name)
        return [
            path.relative_to(self._whole).as_posix()
            for path in sorted(self._whole.rglob("*"))
            if path.is_file() and not _is_same(path, self._index / path.relative_to(self._whole))
        ]

    def _chosen(self, files: list[Path], names: list[str]) -> Path:
        """Draw a file, each kind as often as another, the generation that answers most often."""
        while True:
            kind, name = self._dice.choice(_FILES), self._dice.choice([names[-1]] * 3 + names[:1])
            here = [path for path in files if kind in path.parts and (path.parent == self._index or name in path.parts)]
            if here:
                return self._dice.choice(here)

    # Looking

    def _look(self, names: list[str], changed: list[str]) -> None:
        if self._trial.signed:
            self._attempt("check", lambda: self._command("check", "--all"))
            self._attempt("search", self._use_all)
        else:
            self._attempt("check", lambda: self._check(changed))
            self._attempt("search", lambda: self._answers_rightly(names))
        self._attempt("rollback", lambda: self._command("rollback"))
        self._attempt("search", self._use_all)
        self._attempt("reindex", self._heal)

    def _attempt(self, what: str, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # a panic of an engine in Rust is no Exception
            self._told["failures"].append(f"{what}: {''.join(traceback.format_exception(error))[-3000:]}")

    def _command(self, *arguments: str) -> tuple[int, str]:
        """Run a command; return its exit code and all that it said. Only errors of ours are turned into codes."""
        options = ["--index", str(self._index)]
        options += ["--corpus", str(self._trial.corpus.folder)] if arguments[0] == "reindex" else []
        result = CliRunner().invoke(cli, [arguments[0], *options, *arguments[1:]], standalone_mode=False)
        if result.exception is None or isinstance(result.exception, SystemExit):
            return (result.return_value or result.exit_code), result.output
        if isinstance(result.exception, SearchappError):
            return result.exception.exit_code, result.exception.render()
        raise result.exception

    def _check(self, changed: list[str]) -> None:
        code, said = self._command("check", "--all")
        # Without its manifest a generation is named, and nothing can be said of its other files.
        lost = {name.removesuffix(MANIFEST) for name in changed if name.endswith(MANIFEST) and name in said}
        missing = [name for name in changed if name not in said and not name.startswith(tuple(lost))]
        missing = [name for name in missing if not self._is_harmless(name)]
        assert not missing, f"not named by check ({code}): {missing} in {said}"
        self._told["named"] = 1

    def _is_harmless(self, name: str) -> bool:
        """Return whether a file says nothing, or still what is right: a pointer to either generation."""
        generations = Generations(self._index)
        try:
            return name == "LOCK" or (name == CURRENT and generations.current() in generations.names())
        except (IndexDamaged, IndexMissing):
            return False

    def _answers_rightly(self, names: list[str]) -> None:
        try:
            with self._service() as service:
                state = self._shown(service)
                generation = service.search(SearchRequest()).generation
        except (IndexDamaged, IndexMissing):
            self._told["refused"] = 1
            return
        assert state is (SOIR if generation == names[-1] else AUBE)
        self._told["answered_by_the_one_before"] = int(generation != names[-1])

    def _shown(self, service: SearchService) -> State:
        state = shown_state(service, self._trial.corpus)
        read_everything(service, self._trial.corpus, state)
        return state

    def _service(self) -> Any:
        return opened(self._index, self._trial.engine)

    def _use_all(self) -> None:
        """Ask for everything that a reader can; errors of ours may come."""
        try:
            with self._service() as service:
                for query in _QUERIES:
                    with suppress(SearchappError):
                        service.search(SearchRequest(query))
                for sort in Sort:
                    with suppress(SearchappError):
                        service.search(SearchRequest(sort=sort, per_page=100))
                for number in range(0, self._trial.corpus.size, 7):
                    with suppress(NotFound, IndexDamaged):
                        service.article(f"depeche/{number}")
        except SearchappError:
            self._told["refused"] = 1

    def _heal(self) -> None:
        """A reindex makes everything right: a plain one where the damage is known, else a full one."""
        code, said = self._command("reindex")
        assert code in (0, 5), said
        if self._trial.signed or code:
            bootstrap.reindex(
                _config(self._index, self._trial.engine, self._trial.corpus), options=ReindexOptions(full=True)
            )
        with self._service() as service:
            assert self._shown(service) is SOIR


class _Unexpected(logging.Handler):
    """Keeps what was logged with a traceback."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.tracebacks: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1]:
            text = "".join(traceback.format_exception(record.exc_info[1]))
            self.tracebacks.append(f"logged: {record.getMessage()}: {text[-3000:]}")


def sign_again(index: Path, generation: str) -> None:
    """Make sizes and digests in a manifest match the damaged files, as the sender of an index could."""
    generations = Generations(index)
    manifest = generations.manifest(generation)
    files = dict(generations._sizes_and_digests(generations.path(generation), ""))
    text = manifests.to_text(replace(manifest, files=files))
    (generations.path(generation) / "manifest.json").write_text(text, "utf-8")


def _is_same(path: Path, other: Path) -> bool:
    return other.is_file() and path.read_bytes() == other.read_bytes()


# Ways to damage a file


def _flip(path: Path, _files: list[Path], dice: random.Random) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(dice.choice((1, 1, 3))):
        if content:
            content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    path.write_bytes(content)


def _bytes(path: Path, _files: list[Path], dice: random.Random) -> None:
    content = bytearray(path.read_bytes())
    place = dice.randrange(len(content) + 1)
    piece = dice.randbytes(dice.choice((1, 4, 8, 64)))
    content[place : place + len(piece)] = piece[: len(content) - place]
    path.write_bytes(content)


def _truncate(path: Path, _files: list[Path], dice: random.Random) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: dice.randrange(len(content) + 1)])


def _extend(path: Path, _files: list[Path], dice: random.Random) -> None:
    path.write_bytes(path.read_bytes() + dice.randbytes(dice.choice((1, 16, _PAGE))))


def _zero(path: Path, _files: list[Path], dice: random.Random) -> None:
    content = bytearray(path.read_bytes())
    place = dice.randrange(len(content) // _PAGE + 1) * _PAGE
    content[place : place + _PAGE] = bytes(len(content[place : place + _PAGE]))
    path.write_bytes(content)


def _swap_blocks(path: Path, _files: list[Path], dice: random.Random) -> None:
    content = bytearray(path.read_bytes())
    size = dice.choice((16, 512, _PAGE))
    one, other = (dice.randrange(len(content) // size + 1) * size for _ in range(2))
    if one != other and max(one, other) + size <= len(content):
        content[one : one + size], content[other : other + size] = (
            content[other : other + size],
            content[one : one + size],
        )
    path.write_bytes(content)


def _swap_files(path: Path, files: list[Path], dice: random.Random) -> None:
    other = dice.choice([file for file in files if file.parent == path.parent])
    one, two = path.read_bytes(), other.read_bytes()
    path.write_bytes(two)
    other.write_bytes(one)


def _replace(path: Path, files: list[Path], dice: random.Random) -> None:
    """Put a file of another generation there: of the same name, or of the same ending."""
    others = [file for file in files if file != path and file.suffix == path.suffix and file.name != "CURRENT"]
    if others:
        path.write_bytes(dice.choice(others).read_bytes())


def _delete(path: Path, _files: list[Path], _dice: random.Random) -> None:
    path.unlink()
