"""Reading an upload out of a request: a form with a file, or the bare bytes as the body."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import BinaryIO, TypeVar, cast

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils.translation import get_language

from colophon.content.models import Content
from colophon.content.register import settled
from colophon.errors import Lang, RequestInvalid

LONGEST_WAIT_SECONDS = 30.0
POLL_SECONDS = 0.1
Awaited = TypeVar("Awaited")
_WAIT = re.compile(r"(?:^|[,;\s])wait=(\d{1,4})(?:$|[,;\s])")


class Upload:
    """The file of a request, by whichever way it was sent. ``fields`` are the form's."""

    def __init__(self, request: HttpRequest) -> None:
        try:
            self.fields: dict[str, str] = {key: str(request.POST[key]) for key in request.POST}
            self.files = {key: _part(request.FILES[key], key) for key in request.FILES}
        except (MultiPartParserError, SuspiciousOperation) as error:
            raise RequestInvalid(detail="multipart/form-data") from error
        except UnreadablePostError as error:
            raise RequestInvalid(detail="body") from error
        if not self._is_form(request):
            self.files["file"] = (cast("BinaryIO", request), _name(request))

    def file(self) -> tuple[BinaryIO, str]:
        """The part named ``file``.

        Raises RequestInvalid without one.
        """
        if "file" not in self.files:
            raise RequestInvalid(detail="file?")
        return self.files["file"]

    @staticmethod
    def _is_form(request: HttpRequest) -> bool:
        return request.content_type in ("multipart/form-data", "application/x-www-form-urlencoded")


def _part(sent: object, key: str) -> tuple[BinaryIO, str]:
    if not isinstance(sent, UploadedFile) or sent.file is None:
        raise RequestInvalid(detail=key)
    return cast("BinaryIO", sent.file), sent.name or key


def _name(request: HttpRequest) -> str:
    """Bare bytes are named in the query; their type alone cannot tell Markdown from text."""
    return request.GET.get("name", "") or "content"


def lang_of() -> Lang:
    """The language to answer in: zh unless the caller prefers another."""
    chosen = get_language() or "zh"
    return "en" if chosen.startswith("en") else "zh"


def wait_of(request: HttpRequest, asked: float | None) -> float:
    """Seconds the caller would wait for the final state: ``wait`` or ``Prefer: wait=N``."""
    if asked is None:
        found = _WAIT.search(request.headers.get("Prefer", ""))
        asked = float(found.group(1)) if found else 0.0
    return min(max(asked, 0.0), LONGEST_WAIT_SECONDS)


def awaited(content: Content, seconds: float) -> Content:
    """The content once it is settled, or as it stands after ``seconds``."""

    def looked() -> Content:
        content.refresh_from_db()
        return content

    return patiently(content, looked, settled, seconds)


def patiently(
    first: Awaited, look: Callable[[], Awaited], over: Callable[[Awaited], bool], seconds: float
) -> Awaited:
    """What ``look`` gives once it is ``over``, or as it stands after ``seconds``."""
    until = time.monotonic() + seconds
    found = first
    while not over(found) and time.monotonic() < until:
        time.sleep(min(POLL_SECONDS, max(0.0, until - time.monotonic())))
        found = look()
    return found
