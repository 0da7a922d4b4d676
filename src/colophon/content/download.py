"""Giving a released file out: safe headers, one byte range, never the whole in memory."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import BinaryIO
from urllib.parse import quote

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from colophon.content import unlabelled
from colophon.content.models import LONGEST_NAME, Content
from colophon.content.register import released_file

CHUNK = 1 << 18
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True, slots=True)
class Parcel:
    """One file to be given out: its bytes, and what they are bytes of."""

    file: BinaryIO
    sha256: str
    size: int
    name: str
    content: Content


def file_response(
    request: HttpRequest, content: Content, *, inline: bool = False
) -> HttpResponseBase:
    """The labelled file of ``content`` as an answer.

    Raises NotReleased before its release.
    """
    file = released_file(content)
    size = content.labelled_size or 0
    parcel = Parcel(file, content.labelled_sha256, size, content.name, content)
    return _answer(request, parcel, inline=inline)


def unlabelled_response(
    request: HttpRequest, content: Content, *, by: str, now: datetime
) -> HttpResponseBase:
    """The version without explicit label as an answer, always a download, under a name that
    tells it from the labelled file. Its headers alone are no giving.

    Raises what ``unlabelled.opened`` raises.
    """
    if request.method == "HEAD":
        version, file = unlabelled.opened(content)
    else:
        version, file = unlabelled.give(content, by=by, now=now)
    path = PurePath(content.name)
    mark = "-without-explicit-label" + path.suffix
    name = path.stem[: LONGEST_NAME - len(mark)] + mark
    return _answer(request, Parcel(file, version.sha256, version.size or 0, name, content))


def _answer(request: HttpRequest, parcel: Parcel, *, inline: bool = False) -> HttpResponseBase:
    file, size = parcel.file, parcel.size
    etag = f'"{parcel.sha256}"'
    headers = _headers(parcel, etag, inline=inline)
    if request.headers.get("If-None-Match") == etag:
        file.close()
        return HttpResponse(status=304, headers={"ETag": etag})
    part = _range(request, etag, size)
    if part is None:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, end = part
    partial = end - start < size
    if partial:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    headers["Content-Length"] = str(end - start)
    if request.method == "HEAD":
        file.close()
        return HttpResponse(headers=headers, content_type=parcel.content.media_type)
    chunks = _chunks(file, start, end)
    return StreamingHttpResponse(
        # Under ASGI a plain iterator would be read whole into memory first.
        _awaited(chunks) if isinstance(request, ASGIRequest) else chunks,
        status=206 if partial else 200,
        headers=headers,
        content_type=parcel.content.media_type,
    )


def disposition(name: str, *, inline: bool = False) -> str:
    """A Content-Disposition that no name can break (Source: RFC 6266, RFC 8187)."""
    plain = "".join(char if char.isascii() and char.isprintable() else "_" for char in name)
    plain = plain.replace("\\", "_").replace('"', "_")
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def label_header(content: Content) -> str:
    """The explicit label's words for a header, percent-encoded UTF-8."""
    words = (content.written.get("explicit") or {}).get("text") or "AI生成"
    return quote(str(words), safe=" ")


def _headers(parcel: Parcel, etag: str, *, inline: bool) -> dict[str, str]:
    content = parcel.content
    return {
        "Content-Disposition": disposition(parcel.name, inline=inline),
        "Accept-Ranges": "bytes",
        "ETag": etag,
        "Cache-Control": "private, no-cache",
        "X-Content-Type-Options": "nosniff",
        # A labelled HTML page or PDF is shown, but must not act as part of this site.
        "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; "
        "img-src 'self' data:; media-src 'self'",
        "X-Colophon-Content-Id": str(content.id),
        "X-Colophon-Label": label_header(content),
    }


def _range(request: HttpRequest, etag: str, size: int) -> tuple[int, int] | None:
    """First byte and end (exclusive); the whole for no or an unusual range; None: not there."""
    asked = request.headers.get("Range", "")
    found = _RANGE.fullmatch(asked.strip())
    if found is None or request.headers.get("If-Range", etag) != etag:
        return 0, size
    first, last = found.groups()
    if not first and not last:
        return 0, size
    if not first:
        return (max(0, size - int(last)), size) if int(last) else None
    end = min(int(last) + 1, size) if last else size
    return (int(first), end) if int(first) < end else None


def _chunks(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        left = end - start
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk


async def _awaited(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    try:
        while chunk := await asyncio.to_thread(next, chunks, b""):
            yield chunk
    finally:
        chunks.close()  # type: ignore[attr-defined]
