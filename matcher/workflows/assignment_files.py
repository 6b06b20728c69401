"""Files an assignment is read from: scores, eligible pairs, seats, pins; refused by file and place."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.engine.assignment_problem import AssignmentProblem, Pair, candidates_from
from matcher.engine.side_rules import SideRule
from matcher.errors import FieldError, RecordError

_MAGIC = b"\x93NUMPY"
_MATRIX = 2
_LARGEST_NUMBER = 2**53


@dataclass(frozen=True, slots=True)
class AssignmentFiles:
    """Where the parts of an assignment are written; None means that there are none.

    Attributes:
        scores: .npy, (startups, programs), numbers.
        eligible: .npy, booleans of the same shape.
        seats: JSON, a list with one whole number per program.
        pins: JSON, {"pin": [[startup, program]], "exclude": [[startup, program]]}.
        rules: JSON, as docs/side_rules.md describes it.
    """

    scores: Path
    eligible: Path
    seats: Path
    pins: Path | None = None
    rules: Path | None = None


def read_problem(files: AssignmentFiles, *, max_per_startup: int) -> AssignmentProblem:
    """Read an assignment; scores of pairs that are not eligible are never looked at.

    Raises:
        RecordError: names the file, the field and the place.
    """
    scores = read_matrix(files.scores, "fiu", "numbers")
    eligible = read_matrix(files.eligible, "b", "booleans")
    if scores.shape != eligible.shape:
        raise RecordError(
            files.eligible.name,
            0,
            "eligible",
            f"has the shape {eligible.shape}, but {files.scores.name} has {scores.shape}",
        )
    seats = _read_seats(files.seats, scores.shape[1])
    pins, exclusions = _read_pins(files.pins)
    rules = _read_rules(files.rules, scores.shape)
    try:
        return AssignmentProblem(
            scores.shape[0],
            seats,
            candidates_from(scores, eligible),
            max_per_startup,
            pins,
            exclusions,
            rules,
        )
    except FieldError as error:
        raise _with_file(files, error) from error


def read_matrix(path: Path, kinds: str, expected: str) -> NDArray[Any]:
    """Map a matrix from a .npy file; what is not looked at is not read.

    Args:
        path: the file.
        kinds: the kinds of NumPy types that are taken.
        expected: what they are called.

    Raises:
        RecordError: it is no such file, or holds something else; pickled objects are never loaded.
    """
    try:
        with path.open("rb") as file:
            is_array = file.read(len(_MAGIC)) == _MAGIC
        if not is_array:
            raise RecordError(path.name, 0, "file", "is not a .npy file")
        matrix: NDArray[Any] = _mapped(path)
    except OSError as error:
        raise RecordError(path.name, 0, "file", f"cannot be read: {error.strerror or error}") from error
    except (ValueError, EOFError, SyntaxError, MemoryError, OverflowError, TypeError) as error:
        raise RecordError(path.name, 0, "file", f"is not a .npy file that can be read: {error}") from error
    if matrix.dtype.kind not in kinds:
        raise RecordError(path.name, 0, "file", f"holds {matrix.dtype}; {expected} expected")
    if matrix.ndim != _MATRIX:
        raise RecordError(
            path.name, 0, "file", f"has the shape {matrix.shape}; (startups, programs) expected"
        )
    return matrix


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        RecordError: names the file, and why it cannot be read.
    """
    try:
        return json.loads(path.read_bytes(), object_pairs_hook=_each_key_once)
    except OSError as error:
        raise RecordError(path.name, 0, "file", f"cannot be read: {error.strerror}") from error
    except FieldError as error:
        raise RecordError(path.name, 0, error.field, error.reason) from error
    except (ValueError, RecursionError) as error:
        raise RecordError(path.name, 0, "file", f"is not JSON that can be read: {error}") from error


def _mapped(path: Path) -> NDArray[Any]:
    try:
        matrix: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError as error:
        if "mmap" not in str(error):
            raise
        # An array without elements cannot be mapped.
        matrix = np.load(path, allow_pickle=False)
    return matrix


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise FieldError(key, "stands in the file twice")
        found[key] = value
    return found


def _read_seats(path: Path, programs: int) -> tuple[int, ...]:
    value = read_json(path)
    if not isinstance(value, list):
        raise RecordError(path.name, 0, "seats", "a list with one whole number per program expected")
    if len(value) != programs:
        raise RecordError(
            path.name, 0, "seats", f"has {len(value)} numbers, but the scores have {programs} programs"
        )
    return tuple(_number(path, f"seats of program {place}", item) for place, item in enumerate(value))


def _read_pins(path: Path | None) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    if path is None:
        return (), ()
    value = read_json(path)
    if not isinstance(value, dict) or not set(value) <= {"pin", "exclude"}:
        raise RecordError(path.name, 0, "file", 'an object with "pin" and "exclude" expected')
    pins, exclusions = (_pairs(path, key, value.get(key, [])) for key in ("pin", "exclude"))
    return pins, exclusions


def _pairs(path: Path, key: str, value: Any) -> tuple[Pair, ...]:
    if not isinstance(value, list):
        raise RecordError(path.name, 0, key, "a list of [startup, program] expected")
    found = []
    for place, item in enumerate(value):
        field = f"{key}, number {place + 1}"
        if not isinstance(item, list) or len(item) != _MATRIX:
            raise RecordError(path.name, 0, field, "[startup, program] expected")
        found.append(Pair(_number(path, field, item[0]), _number(path, field, item[1])))
    return tuple(found)


def _number(path: Path, field: str, value: Any) -> int:
    """Read a whole number from 0; 2.0 is one too."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST_NUMBER:
        raise RecordError(
            path.name, 0, field, f"a whole number from 0 expected, not {json.dumps(value)[:40]}"
        )
    return value


def _read_rules(path: Path | None, shape: tuple[int, ...]) -> tuple[SideRule, ...]:
    if path is None:
        return ()
    from matcher.workflows.side_rule_files import read_side_rules  # noqa: PLC0415  pydantic, only for rules

    return read_side_rules(path.name, read_json(path), startups=shape[0], programs=shape[1])


def _with_file(files: AssignmentFiles, error: FieldError) -> RecordError | FieldError:
    kind = error.field.partition(" ")[0]
    path = {
        "scores": files.scores,
        "seats": files.seats,
        "pin": files.pins,
        "exclude": files.pins,
        "rule": files.rules,
    }.get(kind)
    return error if path is None else RecordError(path.name, 0, error.field, error.reason)
