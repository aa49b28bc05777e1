"""A model of the user's own: a folder as model2vec or as exporters to ONNX write it.

- model2vec: ``model.safetensors``, ``tokenizer.json`` and ``config.json``. The vector of a text is the mean of those of
  its tokens; no processor is too small for that.
- ONNX: ``model.onnx`` (or ``onnx/model.onnx``) and ``tokenizer.json``. The graph gives a vector a text (two
  dimensions), or one a token (three), of which the mean is taken, or the first where ``1_Pooling/config.json`` has
  ``pooling_mode_cls_token``. ``config_sentence_transformers.json`` may have ``prompts``, by ``query`` and ``passage``
  (or ``document``): what is put before a text.

The names of these files are those of the library Sentence Transformers. Nothing in a folder is executed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from searchapp.errors import ConfigurationError, EngineUnavailable, install_command
from searchapp.i18n import Message
from searchapp.semantic.language_model import LanguageModel, Vectors

__all__ = ["open_model_folder"]

_ONNX_FILES: Final = ("model.onnx", "onnx/model.onnx")
_STATIC_FILE: Final = "model.safetensors"
_TOKENIZER_FILE: Final = "tokenizer.json"
_CONFIG_FILE: Final = "config.json"
_PROMPTS_FILE: Final = "config_sentence_transformers.json"
_POOLING_FILE: Final = "1_Pooling/config.json"
# Tokens that a model reads of a text unless its tokenizer has a limit: what most were trained with.
_MOST_TOKENS: Final = 512
_PROMPTS: Final = {True: ("query",), False: ("passage", "document")}
_DIGEST_SIZE: Final = 8


def open_model_folder(folder: Path) -> LanguageModel:
    """Return the model of a folder, which is read whole once, so that a damaged one is told at the start.

    Raises ConfigurationError for a folder that has no model or one that gives no vectors, and EngineUnavailable with
    the line that installs the library when it is missing.
    """
    onnx = next((folder / name for name in _ONNX_FILES if (folder / name).is_file()), None)
    static = folder / _STATIC_FILE
    if (folder / _TOKENIZER_FILE).is_file():
        if static.is_file() and (onnx is None or _read_json(folder / _CONFIG_FILE).get("model_type") == "model2vec"):
            _require("model2vec", folder)
            return _checked(StaticModel(folder, static), folder)
        if onnx is not None:
            _require("onnxruntime", folder)
            _require("tokenizers", folder)
            return _checked(OnnxModel(folder, onnx), folder)
    raise ConfigurationError(
        Message(
            "semantic: “{folder}” is no folder of a model. It needs tokenizer.json beside model.onnx (ONNX), or beside "
            "model.safetensors and config.json (model2vec).",
            folder=folder,
        )
    )


class StaticModel(LanguageModel):
    """A model of model2vec: one vector a token, whatever stands beside it."""

    def __init__(self, folder: Path, weights: Path) -> None:
        super().__init__(_name(folder, weights))
        self._folder = folder

    def _load(self) -> Any:
        from model2vec import StaticModel as Library

        return Library.from_pretrained(self._folder)

    def _embed(self, texts: Sequence[str], *, is_query: bool) -> Vectors:
        model = self._loaded()
        with self._lock:  # the library sets the limit of its tokenizer for each call
            return np.asarray(model.encode(list(texts), use_multiprocessing=False), np.float32)


class OnnxModel(LanguageModel):
    """A transformer as an ONNX graph, computed by ONNX Runtime in one thread a call."""

    def __init__(self, folder: Path, graph: Path) -> None:
        super().__init__(_name(folder, graph))
        self._folder = folder
        self._graph = graph
        prompts = _read_json(folder / _PROMPTS_FILE).get("prompts")
        named = prompts if isinstance(prompts, Mapping) else {}
        self._prefixes = {
            is_query: next((str(named[name]) for name in names if name in named), "")
            for is_query, names in _PROMPTS.items()
        }
        self._first_token = _read_json(folder / _POOLING_FILE).get("pooling_mode_cls_token") is True

    def _load(self) -> Any:
        from onnxruntime import InferenceSession, SessionOptions
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / _TOKENIZER_FILE))
        tokenizer.no_padding()
        limit = (tokenizer.truncation or {}).get("max_length", _MOST_TOKENS)
        tokenizer.enable_truncation(min(limit, _MOST_TOKENS))
        options = SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        return tokenizer, InferenceSession(str(self._graph), options, providers=["CPUExecutionProvider"])

    def _embed(self, texts: Sequence[str], *, is_query: bool) -> Vectors:
        # One text at a time: padding to the longest of a batch costs more than a batch gains in one thread.
        return np.stack([self._embed_one(self._prefixes[is_query] + text) for text in texts])

    def _embed_one(self, text: str) -> Vectors:
        tokenizer, session = self._loaded()
        tokens = tokenizer.encode(text).ids or [0]  # no graph reads a row without any
        inputs = {"input_ids": tokens, "attention_mask": [1] * len(tokens), "token_type_ids": [0] * len(tokens)}
        names = {one.name for one in session.get_inputs()}
        rows = {name: np.array([values], np.int64) for name, values in inputs.items() if name in names}
        outputs = session.run(None, rows)
        whole = next((output[0] for output in outputs if output.ndim == 2), None)
        if whole is None:
            whole = outputs[0][0][0] if self._first_token else outputs[0][0].mean(axis=0)
        vector: Vectors = np.asarray(whole, np.float32)
        return vector


def _checked(model: LanguageModel, folder: Path) -> LanguageModel:
    """Return ``model`` after a vector of it; raises ConfigurationError when it gives none."""
    try:
        vector = model.query_vector("essai")
        if vector.ndim == 1 and len(vector) and np.isfinite(vector).all():
            model.unload()  # a server forks after this, and no library promises to survive that
            return model
        reason = "no vector"
    except Exception as error:  # the errors that a damaged model makes the libraries raise have nothing in common
        reason = str(error).strip().partition("\n")[0][:200]
    raise ConfigurationError(
        Message(
            "semantic: the model in “{folder}” gives no vectors ({reason}). Copy its files again, or choose another.",
            folder=folder,
            reason=reason,
        )
    )


def _require(library: str, folder: Path) -> None:
    if find_spec(library) is None:
        raise EngineUnavailable(
            Message(
                "The model in “{folder}” needs a library that is not installed. Run: {command}",
                folder=folder,
                command=install_command("models"),
            )
        )


def _name(folder: Path, weights: Path) -> str:
    """Return a name that another model in the same folder does not have, nor other words before a text."""
    digest = hashlib.blake2b(digest_size=_DIGEST_SIZE)
    for path in (weights, *(folder / name for name in (_TOKENIZER_FILE, _CONFIG_FILE, _PROMPTS_FILE, _POOLING_FILE))):
        if path.is_file():
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "blake2b").digest())
    return f"{digest.hexdigest()}, 128 words"


def _read_json(path: Path) -> Mapping[str, Any]:
    """Return the object of a file, an empty one when there is none."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
