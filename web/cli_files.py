"""Files the command reads and writes, refused by field, file and line."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.engine.analysis import SourceText
from matcher.engine.cleaning import clean_text
from matcher.engine.values import StartupFacts
from matcher.errors import FieldError, RecordError
from matcher.workflows.inputs import read_facts
from matcher.workflows.seed_records import read_lines
from models.vocabulary import Language
from web.uploads import MOST_BYTES, decode_text_file


def read_file(name: str, field: str, *, most_bytes: int | None = MOST_BYTES) -> str:
    """Read a text file in UTF-8, UTF-16 or CP949; `-` is standard input, None takes a file of any size."""
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise FieldError(field, f"{name} cannot be read: {error.strerror}") from error
    return decode_text_file(content, field, most_bytes=most_bytes)


def split_lines(content: str) -> list[str]:
    """Clean each line; one without a letter or digit stays as it is, a blank one is refused by its number."""
    lines = []
    for number, line in enumerate(content.removesuffix("\n").split("\n"), 1):
        if not line.strip():
            raise FieldError(f"line {number}", "is blank")
        wordless = not any(character.isalnum() for character in line)
        lines.append(line.strip() if wordless else clean_text(line, f"line {number}"))
    return lines


def read_facts_file(path: Path | None) -> StartupFacts:
    """Read facts from a JSON file; no file means that nothing is known."""
    if path is None:
        return StartupFacts()
    try:
        content = decode_text_file(path.read_bytes(), "facts")
        values = json.loads(content, object_pairs_hook=_each_key_once)
    except OSError as error:
        raise FieldError("facts", f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise FieldError("facts", f"{path} is not JSON that can be read: {error}") from error
    if not isinstance(values, dict):
        raise FieldError("facts", "an object expected")
    return read_facts(values)


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object; of two values for one fact neither may win silently."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise FieldError(key, "stands in the file twice")
        found[key] = value
    return found


def read_texts_file(path: Path) -> list[SourceText]:
    """Read {"id", "lang", "texts"} records; the texts of one record are read as one."""
    sources = []
    for number, value in read_lines(path):
        texts = value.get("texts") if isinstance(value, dict) else None
        if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
            raise RecordError(path.name, number, "texts", "a list of texts expected")
        lang = value.get("lang")
        if not isinstance(lang, str) or lang not in set(Language):
            raise RecordError(path.name, number, "lang", f"{lang!r} is not one of ko, en, de, es")
        try:
            sources.append(SourceText(clean_text("\n".join(texts), "texts"), Language(lang)))
        except FieldError as error:
            raise RecordError(path.name, number, error.field, error.reason) from error
    if not sources:
        raise RecordError(path.name, 0, "file", "holds no record")
    return sources


def save_array(path: Path, rows: NDArray[np.float32]) -> None:
    """Write rows as .npy."""
    try:
        with path.open("wb") as file:
            np.save(file, rows)
    except OSError as error:
        raise FieldError("out", f"{path} cannot be written: {error.strerror}") from error
