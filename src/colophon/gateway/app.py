"""The OpenAI-compatible door. Closed in this release: it says so, in OpenAI's error shape."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from colophon.errors import NotOpenYet

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


async def closed(_request: Request) -> JSONResponse:
    """Every path under /v1: 501, never a half-working answer."""
    error = NotOpenYet()
    body = {
        "message": f"{error.cause('en')} {error.remedy('en')}",
        "type": "not_open_yet",
        "param": None,
        "code": error.code,
        "clause": error.clause,
    }
    return JSONResponse({"error": body}, status_code=error.http_status)


app = Starlette(routes=[Route("/{path:path}", closed, methods=METHODS)])
