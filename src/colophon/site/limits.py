"""The site's front: no request body larger than the limit gets past it."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from colophon.errors import TooLarge
from colophon.site.problems import MEDIA_TYPE, document

FORM_AROUND_FILE = 1 << 20
"""Bytes a form may hold beside its file."""

HEARD_OUT = 32 << 20
"""Bytes of a refused body that are still taken from the wire, and thrown away."""
PATIENCE_SECONDS = 5.0


class _OverLimit(Exception):
    """More bytes came than were allowed."""


class BodyLimit:
    """ASGI middleware. A declared length is refused at once, a longer stream at its first
    byte too many; neither is kept. A request that shows neither a key nor a session is a
    stranger's: it may send less.
    """

    def __init__(self, app: ASGIApp, largest: int, from_strangers: int) -> None:
        self.app = app
        self.largest = largest + FORM_AROUND_FILE
        self.from_strangers = from_strangers + FORM_AROUND_FILE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self.from_strangers if _is_strangers(scope) else self.largest
        if _declared(scope) > most:
            await _refuse(scope, receive, send, most)
            return
        given = 0

        async def counted() -> Message:
            nonlocal given
            message = await receive()
            given += len(message.get("body", b""))
            if given > most:
                raise _OverLimit
            return message

        try:
            await self.app(scope, counted, send)
        except _OverLimit:
            await _refuse(scope, receive, send, most)


async def _refuse(scope: Scope, receive: Receive, send: Send, most: int) -> None:
    await _hear_out(scope, receive)
    error = TooLarge(file="request", detail=f"> {most} bytes")
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


async def _hear_out(scope: Scope, receive: Receive) -> None:
    """Throws some of the rest away: a client that is still sending does not hear the answer."""
    if b"expect" in dict(scope["headers"]):
        return  # it waits for our word before it sends
    heard = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while heard < HEARD_OUT:
                message = await receive()
                heard += len(message.get("body", b""))
                if not message.get("more_body"):
                    return


def _is_strangers(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    return b"authorization" not in headers and b"sessionid=" not in headers.get(b"cookie", b"")


def _declared(scope: Scope) -> int:
    text = dict(scope["headers"]).get(b"content-length", b"0")
    return int(text) if text.isdigit() and len(text) < 20 else 0
