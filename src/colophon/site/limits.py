"""The site's front: no request body larger than the limit gets past it."""

from __future__ import annotations

import json

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from colophon.errors import TooLarge
from colophon.site.problems import MEDIA_TYPE, document

FORM_AROUND_FILE = 1 << 20
"""Bytes a form may hold beside its file."""


class _OverLimit(Exception):
    """More bytes came than were allowed."""


class BodyLimit:
    """ASGI middleware. A declared length is refused at once, a longer stream at its first
    byte too many; neither is kept.
    """

    def __init__(self, app: ASGIApp, largest: int) -> None:
        self.app = app
        self.largest = largest + FORM_AROUND_FILE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if _declared(scope) > self.largest:
            await self._refuse(scope, send)
            return
        given = 0

        async def counted() -> Message:
            nonlocal given
            message = await receive()
            given += len(message.get("body", b""))
            if given > self.largest:
                raise _OverLimit
            return message

        try:
            await self.app(scope, counted, send)
        except _OverLimit:
            await self._refuse(scope, send)

    async def _refuse(self, scope: Scope, send: Send) -> None:
        error = TooLarge(file="request", detail=f"> {self.largest} bytes")
        wanted = dict(scope["headers"]).get(b"accept-language", b"zh")
        body = document(error, "en" if wanted.startswith(b"en") else "zh")
        await send(
            {
                "type": "http.response.start",
                "status": error.http_status,
                "headers": [
                    (b"content-type", MEDIA_TYPE.encode()),
                    (b"connection", b"close"),
                ],
            }
        )
        await send(
            {
                "type": "http.response.body",
                "body": json.dumps(body, ensure_ascii=False).encode(),
            }
        )


def _declared(scope: Scope) -> int:
    text = dict(scope["headers"]).get(b"content-length", b"0")
    return int(text) if text.isdigit() and len(text) < 20 else 0
