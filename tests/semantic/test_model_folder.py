"""A model of the user's own: a folder of model2vec or ONNX gives vectors, and any other folder a clear error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from searchapp.errors import ConfigurationError, EngineUnavailable
from searchapp.semantic.language_model import LanguageModel
from searchapp.semantic.model_folder import open_model_folder
from tests.semantic.models import VECTORS, write_onnx, write_static, write_tokenizer

KINDS = {
    "model2vec": write_static,
    "onnx": write_onnx,
    "onnx, pooled": partial(write_onnx, pooled=True),
    "onnx in a folder": partial(write_onnx, name="onnx/model.onnx"),
}


def similarity(model: LanguageModel, query: str, passage: str) -> float:
    stored = np.frombuffer(model.passage_vectors([passage])[0], np.int8).astype(np.float32)
    return float(model.query_vector(query) @ stored / np.linalg.norm(stored))


@pytest.mark.parametrize("write", KINDS.values(), ids=KINDS)
def test_texts_about_the_same_are_near_each_other(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    model = open_model_folder(write(tmp_path / "model"))
    assert similarity(model, "pain", "farine au fournil") > 0.9 > similarity(model, "pain", "la houle et la mer")


@pytest.mark.parametrize("write", KINDS.values(), ids=KINDS)
def test_a_text_without_a_known_word_has_a_vector_too(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    model = open_model_folder(write(tmp_path / "model"))
    assert len(model.passage_vectors(["", "zzz", "\0 \ud800"])) == 3
    assert np.isfinite(model.query_vector("zzz")).all()


def test_words_before_a_query_are_those_that_the_folder_names(tmp_path: Path) -> None:
    folder = write_onnx(tmp_path)
    before = open_model_folder(folder)
    prompts = {"prompts": {"query": "question ", "document": "mer "}}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(prompts), "utf-8")
    model = open_model_folder(folder)
    assert np.allclose(model.query_vector("pain"), before.query_vector("question pain"))
    assert model.passage_vectors(["pain"]) == before.passage_vectors(["mer pain"])


def test_the_first_token_stands_for_the_text_where_the_folder_says_so(tmp_path: Path) -> None:
    folder = write_onnx(tmp_path)
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling/config.json").write_text(json.dumps({"pooling_mode_cls_token": True}), "utf-8")
    model = open_model_folder(folder)
    assert np.allclose(model.query_vector("pain mer mer"), model.query_vector("pain"))


def test_a_longer_text_than_the_model_reads_is_cut(tmp_path: Path) -> None:
    model = open_model_folder(write_onnx(tmp_path))
    assert model.passage_vectors(["pain " * 600 + "mer " * 600]) == model.passage_vectors(["pain"])


def test_another_model_in_the_same_folder_has_another_name(tmp_path: Path) -> None:
    names = {open_model_folder(write_static(tmp_path, vectors)).name for vectors in (VECTORS, VECTORS, 1 - VECTORS)}
    assert len(names) == 2


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "tokenizer.json").unlink(),
        lambda folder: (folder / "model.safetensors").unlink(),
        lambda folder: [path.unlink() for path in folder.iterdir()],
    ],
    ids=["no tokenizer", "no weights", "empty"],
)
def test_a_folder_without_a_model_is_told_what_it_lacks(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    spoil(write_static(tmp_path))
    with pytest.raises(ConfigurationError, match="It needs tokenizer"):
        open_model_folder(tmp_path)


def test_a_folder_that_is_not_there_is_told_too(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is no folder of a model"):
        open_model_folder(tmp_path / "absent")


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json", "config.json"])
def test_a_damaged_file_of_model2vec_is_an_error_of_the_setting(tmp_path: Path, file: str) -> None:
    (write_static(tmp_path) / file).write_bytes(b"\xff damaged")
    with pytest.raises(ConfigurationError, match="gives no vectors"):
        open_model_folder(tmp_path)


@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json"])
def test_a_damaged_file_of_onnx_is_an_error_of_the_setting(tmp_path: Path, file: str) -> None:
    (write_onnx(tmp_path) / file).write_bytes(b"\xff damaged")
    with pytest.raises(ConfigurationError, match="gives no vectors"):
        open_model_folder(tmp_path)


@pytest.mark.parametrize(("write", "library"), [(write_static, "model2vec"), (write_onnx, "onnxruntime")])
def test_a_library_that_is_missing_is_named_with_the_line_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path], Path], library: str
) -> None:
    write(tmp_path)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(EngineUnavailable, match="Run: pip install '"):
        open_model_folder(tmp_path)


def test_weights_without_a_tokenizer_beside_them_are_no_model(tmp_path: Path) -> None:
    write_tokenizer(tmp_path / "elsewhere")
    with pytest.raises(ConfigurationError):
        open_model_folder(tmp_path)
