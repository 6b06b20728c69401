"""The settings as commands read them."""

import os

from pydantic import ValidationError

from matcher.errors import FieldError
from matcher.settings import Settings


def read_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        FieldError: names the variable that cannot be used.
    """
    # No model hub is ever asked: everything needed lies in the installation.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise FieldError(f"LANDFALL_{str(first['loc'][0]).upper()}", first["msg"]) from error
