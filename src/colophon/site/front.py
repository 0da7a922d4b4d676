"""The front of the house as one ASGI application: gateway, static files, health, Django."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from colophon.gateway.app import app as gateway
from colophon.site import health
from colophon.site.limits import BodyLimit
from colophon.store import runner


class Static(StaticFiles):
    """Collected files, with the headers that keep a browser from guessing."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "public, max-age=3600"
        return response


@asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncIterator[None]:
    """The runner lives as long as the service."""
    await sync_to_async(runner.start, thread_sensitive=False)()
    try:
        yield
    finally:
        await sync_to_async(runner.stop, thread_sensitive=False)()


def build(django: Any) -> Starlette:
    """``django`` answers whatever no other door does."""
    return Starlette(
        lifespan=lifespan,
        middleware=[
            Middleware(
                BodyLimit,
                largest=settings.COLOPHON_MAX_UPLOAD,
                from_strangers=settings.COLOPHON_MAX_STRANGERS_UPLOAD,
            )
        ],
        routes=[
            Route("/healthz", health.healthz),
            Route("/readyz", health.readyz),
            Route("/metrics", health.metrics),
            Mount("/v1", gateway),
            Mount("/static", Static(directory=settings.STATIC_ROOT, check_dir=False)),
            Mount("/", django),
        ],
    )
