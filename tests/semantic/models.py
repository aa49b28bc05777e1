"""Small models of the two kinds that a folder may have, whose vectors say how much a text is about bread or the sea."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Whitespace

WORDS = {
    "[UNK]": (0.1, 0.1),
    "pain": (1.0, 0.0),
    "farine": (1.0, 0.0),
    "fournil": (1.0, 0.1),
    "mer": (0.0, 1.0),
    "houle": (0.1, 1.0),
    "question": (0.0, 3.0),
}
VECTORS = np.array(list(WORDS.values()), np.float32)


def write_tokenizer(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer(WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))  # noqa: S106
    tokenizer.normalizer, tokenizer.pre_tokenizer = Lowercase(), Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))


def write_static(folder: Path, vectors: np.ndarray = VECTORS) -> Path:
    """Write a model of model2vec."""
    write_tokenizer(folder)
    save_file({"embeddings": vectors}, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({"model_type": "model2vec", "normalize": True}), "utf-8")
    return folder


def write_onnx(folder: Path, *, name: str = "model.onnx", pooled: bool = False) -> Path:
    """Write a graph that gives a vector a token or, when ``pooled``, one a text."""
    write_tokenizer(folder)
    rows = helper.make_node("Gather", ["words", "input_ids"], ["last_hidden_state"])
    mean = helper.make_node("ReduceMean", ["last_hidden_state"], ["sentence_embedding"], axes=[1], keepdims=0)
    output = ("sentence_embedding", [1, 2]) if pooled else ("last_hidden_state", [1, None, 2])
    graph = helper.make_graph(
        [rows, mean] if pooled else [rows],
        "words",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, None])],
        [helper.make_tensor_value_info(output[0], TensorProto.FLOAT, output[1])],
        [numpy_helper.from_array(VECTORS, "words")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    (folder / name).parent.mkdir(exist_ok=True)
    onnx.save(model, folder / name)
    return folder
