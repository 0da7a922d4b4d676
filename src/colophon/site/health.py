"""Whether the process lives, whether it is ready, and its few figures."""

from __future__ import annotations

import os
from collections.abc import Mapping

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError, connection
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse

from colophon import __version__
from colophon.content import register
from colophon.store import clock, figures


async def healthz(_request: Request) -> PlainTextResponse:
    """The process answers."""
    return PlainTextResponse("ok\n")


async def readyz(_request: Request) -> JSONResponse:
    """200 when work can be done: database, blobs and jobs; else 503 with what is missing."""
    checks = await sync_to_async(_checks, thread_sensitive=False)()
    return JSONResponse(
        {"ready": all(checks.values()), **checks}, 200 if all(checks.values()) else 503
    )


async def metrics(_request: Request) -> PlainTextResponse:
    """Prometheus text format."""
    lines = await sync_to_async(_figures, thread_sensitive=False)()
    return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")


def _checks() -> dict[str, bool]:
    try:
        return {
            "database": _database(),
            "blobs": _blobs(),
            "jobs": figures.jobs_are_taken(clock.now()),
        }
    finally:
        connection.close()


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _blobs() -> bool:
    return os.access(settings.DATA, os.W_OK | os.X_OK)


def _figures() -> list[str]:
    try:
        jobs = figures.jobs_by_state()
        contents = register.count_by_state()
    finally:
        connection.close()
    return [
        "# TYPE colophon_info gauge",
        f'colophon_info{{version="{__version__}"}} 1',
        *_gauge("colophon_contents", contents),
        *_gauge("colophon_jobs", jobs),
    ]


def _gauge(name: str, counts: Mapping[str, int]) -> list[str]:
    lines = [f'{name}{{state="{state}"}} {count}' for state, count in sorted(counts.items())]
    return [f"# TYPE {name} gauge", *lines]
