"""Static files: addresses that change with the content, and the caching that allows."""

import mimetypes
import os
from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).resolve().parent / "static"
FOREVER = "public, max-age=31536000, immutable"

mimetypes.add_type("font/woff2", ".woff2")


@cache
def static_url(path: str) -> str:
    """Give the address of a static file; its query changes whenever the file does."""
    digest = sha256((STATIC / path).read_bytes()).hexdigest()[:12]
    return f"/static/{path}?v={digest}"


class CachedStaticFiles(StaticFiles):
    """Files that may be kept for ever when their address names their content or their version."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Answer with the file and how long it may be kept."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        versioned = b"v=" in scope["query_string"] or "fonts" in Path(full_path).parts
        response.headers["Cache-Control"] = FOREVER if versioned else "no-cache"
        return response
