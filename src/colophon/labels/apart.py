"""Labelling and looking in a process of its own: what a hostile file breaks is that process, not the service.

``Worker`` keeps one child and gives it file after file; messages are lines of JSON. The child
has a limit of memory, and a parent that hears nothing from it for too long ends it.
"""

from __future__ import annotations

import base64
import json
import os
import resource
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from colophon import errors
from colophon.errors import ColophonError, MalformedFile, TooLarge
from colophon.labels.duty import Action
from colophon.labels.fingerprint.print import Print
from colophon.labels.model import (
    Acceptance,
    Applied,
    Duty,
    ExplicitLayer,
    Label,
    Requirement,
    Style,
    WatermarkLayer,
)
from colophon.labels.remarks import remark

if TYPE_CHECKING:
    from colophon.labels.certificates import Signer
    from colophon.labels.reading import Seen
    from colophon.labels.security_data import Sm2Key
    from colophon.labels.watermark.key import MarkKey

LISTEN_SECONDS = 0.5
ALONE = {"OPENBLAS_NUM_THREADS": "1"}
"""Several children work at once; threads of one that wait for each other by spinning starve all."""
FILES_A_CHILD = 200
"""A child is replaced after so many files, whatever its libraries kept."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one file may cost: address space in bytes, and seconds without any sign of life."""

    memory_bytes: int = 6 << 30
    silent_seconds: float = 300


class Worker:
    """One child process; not for two threads at once."""

    def __init__(self, bounds: Bounds | None = None) -> None:
        self._bounds = bounds or Bounds()
        self._child: subprocess.Popen[bytes] | None = None
        self._done = 0

    def apply(
        self,
        source: Path,
        target: Path,
        *,
        label: Label,
        credential: Signer | None = None,
        progress: Callable[[float], None] | None = None,
        label_key: Sm2Key | None = None,
        mark_key: MarkKey | None = None,
        acceptance: Acceptance | None = None,
        style: Style | None = None,
        **options: str | bool | tuple[str, str] | None,
    ) -> Applied:
        """As ``labels.apply``, path to path; ``progress`` is also asked while nothing moves.

        Raises what that raises, MalformedFile where the file broke the child, TooLarge where it
        took too long. Whatever ``progress`` raises ends the child.
        """
        order = {
            "act": "apply",
            "source": str(source),
            "target": str(target),
            "label": asdict(label),
            "credential": _signer_out(credential),
            "label_key": label_key.secret if label_key else None,
            "mark_key": mark_key.secret.hex() if mark_key else None,
            "acceptance": asdict(acceptance) if acceptance else None,
            "style": asdict(style) if style else None,
            "options": options,
        }
        return _answered(self._asked(order, source.name, progress))

    def look(self, source: Path, name: str, marks: Sequence[MarkKey] = ()) -> Seen:
        """The explicit label a file shows or sounds and its watermark, as ``reading.seen`` does.

        Raises MalformedFile where the file broke the child, TooLarge where it took too long.
        """
        keys = [key.secret.hex() for key in marks]
        order = {"act": "look", "source": str(source), "name": name, "marks": keys}
        answer = self._asked(order, name, None)
        if "error" in answer:
            raise _error(answer)
        mark = WatermarkLayer(**answer["watermark"]) if answer["watermark"] else None
        return _layer(answer["explicit"]), mark

    def print_of(self, source: Path, media_type: str, medium: str, name: str) -> Print | None:
        """The print by which a file is looked for, as ``fingerprint.files.asked`` takes it.

        Raises MalformedFile where the file broke the child, TooLarge where it took too long.
        """
        order = {"act": "print", "source": str(source), "name": name}
        answer = self._asked({**order, "media_type": media_type, "medium": medium}, name, None)
        if "error" in answer:
            raise _error(answer)
        if answer["print"] is None:
            return None
        return Print(medium, base64.b64decode(answer["print"]))

    def _asked(
        self, order: dict[str, Any], name: str, progress: Callable[[float], None] | None
    ) -> dict[str, Any]:
        order["memory"] = self._bounds.memory_bytes
        child = self._started()
        try:
            _write(child.stdin, order)
            answer = self._heard(child, name, progress)
        except BrokenPipeError as error:
            self.close()
            raise MalformedFile(file=name, detail=_broken(child)) from error
        except BaseException:
            self.close()
            raise
        self._done += 1
        return answer

    def close(self) -> None:
        """Ends the child, at work or not."""
        child, self._child, self._done = self._child, None, 0
        if child is not None:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                with suppress(OSError):
                    pipe and pipe.close()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._done >= FILES_A_CHILD:
            self.close()
        if self._child is None or self._child.poll() is not None:
            self.close()
            command = [sys.executable, "-m", __name__]
            self._child = subprocess.Popen(
                command,
                env=os.environ | ALONE,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._child

    def _heard(
        self, child: subprocess.Popen[bytes], name: str, progress: Callable[[float], None] | None
    ) -> dict[str, Any]:
        part, heard_at = 0.0, time.monotonic()
        lines = _Lines(child.stdout)
        while True:
            message = lines.next(LISTEN_SECONDS)
            if message is not None:
                heard_at = time.monotonic()
                part = message.get("progress", part)
            if message is not None and "progress" not in message:
                return message
            if progress is not None:
                progress(part)
            if time.monotonic() - heard_at > self._bounds.silent_seconds:
                raise TooLarge(file=name, detail=f"> {self._bounds.silent_seconds:.0f} s")


class _Lines:
    """Messages from the child, each waited for no longer than asked."""

    def __init__(self, pipe: IO[bytes] | None) -> None:
        if pipe is None:
            raise BrokenPipeError
        self._pipe = pipe
        self._held = b""
        self._selector = selectors.DefaultSelector()
        self._selector.register(pipe, selectors.EVENT_READ)

    def next(self, seconds: float) -> dict[str, Any] | None:
        """The next message, or None; BrokenPipeError when there will be none."""
        if b"\n" not in self._held:
            if not self._selector.select(seconds):
                return None
            chunk = os.read(self._pipe.fileno(), 1 << 16)
            if not chunk:
                raise BrokenPipeError
            self._held += chunk
        line, end, rest = self._held.partition(b"\n")
        if not end:
            return None
        self._held = rest
        message: dict[str, Any] = json.loads(line)
        return message


def _answered(answer: Mapping[str, Any]) -> Applied:
    if "error" in answer:
        raise _error(answer)
    body = dict(answer["applied"])
    duty = Duty(**body.pop("duty"))
    notes = tuple(remark(note["code"], **dict(note["details"])) for note in body["notes"])
    prints = {step: base64.b64decode(data) for step, data in answer["prints"].items()}
    return Applied(**{**body, "duty": duty, "notes": notes, "prints": prints})


def _error(answer: Mapping[str, Any]) -> ColophonError:
    kind: type[ColophonError] = getattr(errors, answer["error"], ColophonError)
    return kind(**answer["details"])


def _layer(body: Mapping[str, Any] | None) -> ExplicitLayer | None:
    if body is None:
        return None
    requirements = tuple(Requirement(**one) for one in body["requirements"])
    return ExplicitLayer(**{**body, "requirements": requirements})


def _broken(child: subprocess.Popen[bytes]) -> str:
    code = child.wait()
    return f"its decoder broke off ({-code})" if code < 0 else "its decoder gave up"


def _signer_out(signer: Signer | None) -> dict[str, Any] | None:
    if signer is None:
        return None
    body = asdict(signer)
    return {
        key: value.decode() if isinstance(value, bytes) else value for key, value in body.items()
    }


def _signer_in(body: Mapping[str, Any] | None) -> Signer | None:
    if body is None:
        return None
    from colophon.labels.certificates import Signer

    pems = {key: body[key].encode() for key in ("chain", "key", "root") if body[key] is not None}
    return Signer(**{**body, **pems})


def _write(pipe: IO[bytes] | None, message: Mapping[str, Any]) -> None:
    if pipe is None:
        raise BrokenPipeError
    pipe.write(json.dumps(message).encode() + b"\n")
    pipe.flush()


def _serve() -> None:
    """The child's life: one order a line, until the parent is gone."""
    answers = os.fdopen(os.dup(1), "wb")
    # Libraries that print must not speak into the messages.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for line in sys.stdin.buffer:
        order = json.loads(line)
        resource.setrlimit(resource.RLIMIT_AS, (order["memory"], order["memory"]))
        _write(answers, _done(order, answers))


def _done(order: Mapping[str, Any], answers: IO[bytes]) -> dict[str, Any]:
    try:
        if order["act"] == "print":
            return _printed(order)
        return _looked(order) if order["act"] == "look" else _worked(order, answers)
    except ColophonError as error:
        return {"error": type(error).__name__, "details": error.details}
    except MemoryError:
        return {"error": TooLarge.__name__, "details": {"detail": "memory"}}


def _looked(order: Mapping[str, Any]) -> dict[str, Any]:
    from colophon.labels import carriers
    from colophon.labels.reading import medium_in, seen
    from colophon.labels.sources import opened
    from colophon.labels.watermark.key import MarkKey

    with opened(order["source"], order["name"]) as given:
        found = carriers.recognise(given.file, given.name)
        if found is None:
            return {"explicit": None, "watermark": None}
        medium = medium_in(given, found.media_type)
        marks = [MarkKey(bytes.fromhex(key)) for key in order["marks"]]
        layers = seen(given, found.media_type, medium, None, look="auto", marks=marks)
    explicit, mark = (asdict(layer) if layer else None for layer in layers)
    return {"explicit": explicit, "watermark": mark}


def _printed(order: Mapping[str, Any]) -> dict[str, Any]:
    from colophon.labels.fingerprint import files

    with Path(order["source"]).open("rb") as source:
        found = files.asked(source, order["media_type"], order["medium"], order["name"])
    return {"print": base64.b64encode(found.data).decode() if found else None}


def _worked(order: Mapping[str, Any], answers: IO[bytes]) -> dict[str, Any]:
    from colophon.labels.security_data import Sm2Key
    from colophon.labels.watermark.key import MarkKey
    from colophon.labels.writing import apply

    options = dict(order["options"])
    if options.get("system"):
        options["system"] = tuple(options["system"])
    applied = apply(
        order["source"],
        order["target"],
        label=Label(**order["label"]),
        credential=_signer_in(order["credential"]),
        label_key=Sm2Key(order["label_key"]) if order["label_key"] else None,
        mark_key=MarkKey(bytes.fromhex(order["mark_key"])) if order["mark_key"] else None,
        acceptance=Acceptance(**order["acceptance"]) if order["acceptance"] else None,
        style=Style(**order["style"]) if order["style"] else None,
        action=Action(options.pop("action", None) or Action.CREATED),
        progress=lambda part: _write(answers, {"progress": part}),
        **options,
    )
    prints = {step: base64.b64encode(data).decode() for step, data in applied.prints.items()}
    return {"applied": asdict(applied.without_bytes()), "prints": prints}


if __name__ == "__main__":
    _serve()
