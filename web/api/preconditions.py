"""Changes that say what they were made from: If-Match with the ETag that was read (RFC 9110, 13.1.1)."""

import re
from typing import Annotated

from fastapi import Header

from matcher.errors import FieldError, PreconditionFailedError, PreconditionMissingError
from web.api.schemas import Schema

_VISIBLE = r"^[ -~]*[!-~][ -~]*$"

IfMatch = Annotated[str | None, Header(include_in_schema=False)]
"""Described by `if_match_header`: to this code it may be missing, so that the answer is 428 and not 422."""


def if_match_header(description: str) -> Schema:
    """Describe the header for the document of the API."""
    return {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": description,
        "schema": {"type": "string", "pattern": _VISIBLE},
    }


def must_be_given(if_match: str | None) -> str:
    """Give the header.

    Raises:
        PreconditionMissingError: there is none.
        FieldError: it is no ETag.
    """
    if if_match is None:
        raise PreconditionMissingError
    if re.fullmatch(_VISIBLE[1:-1], if_match) is None:
        raise FieldError("If-Match", "an ETag expected")
    return if_match


def must_match(if_match: str, tag: str) -> None:
    """Let a change pass that was made from what is stored now.

    Raises:
        PreconditionFailedError: it was made from something else.
    """
    if not {part.strip() for part in if_match.split(",")} & {"*", tag}:
        raise PreconditionFailedError
