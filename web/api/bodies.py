"""Read a JSON body so that nothing in it can end in a fault: every refusal names a field.

pydantic's own parser decides. It refuses lone surrogates, broken UTF-8, endless digits and deep
nesting as "invalid JSON" with a position and no field, so a second, lenient reading finds the field.
"""

import json
import re
from email.message import Message
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

from matcher.errors import FieldError

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LONGEST_NUMBER = 400
_NOT_UNICODE = re.compile("[\ud800-\udfff]")
_TOO_LONG = re.compile("\ufdd0")
"""A noncharacter; stands for a number no field could hold."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

ModelT = TypeVar("ModelT", bound=BaseModel)


async def read_json_body(request: Request) -> bytes:
    """Give the raw body of a JSON request.

    Raises:
        HTTPException: 415, the body is declared as something else, or not declared.
    """
    declared = Message()
    declared["content-type"] = request.headers.get("content-type", "")
    kind = declared.get_content_type()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise HTTPException(415, headers={"Accept": "application/json"})
    return await request.body()


JsonBody = Annotated[bytes, Depends(read_json_body)]


def parse_body(model: type[ModelT], body: bytes) -> ModelT:
    """Read a JSON body into a model.

    Raises:
        RequestValidationError: fields are missing, unknown or wrong; names all of them.
        FieldError: the body is no JSON; names the field where that can be told, else `body`.
    """
    document = body.removeprefix(_BYTE_ORDER_MARK)
    try:
        return model.model_validate_json(document)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        if problems[0]["type"] == "json_invalid":
            raise _name_place(document, str(problems[0]["msg"])) from None
        raise RequestValidationError(problems) from None


def _name_place(document: bytes, complaint: str) -> FieldError:
    """Find the field that made the body invalid JSON."""
    try:
        value = json.loads(document.decode(errors="surrogateescape"), strict=False, parse_int=_number)
        for pattern, reason in (
            (_NOT_UNICODE, "holds characters that are no valid Unicode"),
            (_CONTROLS, "holds control characters"),
            (_TOO_LONG, "is a number with too many digits"),
        ):
            found = _find(value, pattern, ())
            if found is not None:
                return FieldError(".".join(found) or "body", reason)
    except (ValueError, RecursionError):
        pass
    return FieldError("body", complaint)


def _number(digits: str) -> int | str:
    """Read an integer; one too long for any field becomes a mark the search recognises."""
    return int(digits) if len(digits) <= _LONGEST_NUMBER else _TOO_LONG.pattern


def _find(value: Any, pattern: re.Pattern[str], path: tuple[str, ...]) -> tuple[str, ...] | None:
    """Give the path of the first text, or key, that matches."""
    if isinstance(value, str):
        return path if pattern.search(value) else None
    if isinstance(value, list):
        items = [(str(place), item) for place, item in enumerate(value)]
    elif isinstance(value, dict):
        items = list(value.items())
    else:
        return None
    for key, item in items:
        found = (*path, key) if pattern.search(key) else _find(item, pattern, (*path, key))
        if found is not None:
            return found
    return None
