"""Labelling many files: several at a time, with progress, each failure by itself."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Self

from colophon.cli import pool, stopping
from colophon.cli.files import Task
from colophon.cli.output import named
from colophon.cli.profile import Operator
from colophon.errors import (
    ColophonError,
    Lang,
    MalformedFile,
    TargetExists,
    UnavailableError,
    UsageError,
)
from colophon.labels.model import Acceptance, Applied, Kind, Label, LabelValue, Style
from colophon.labels.placing import clear_stale, named_write_error

Result = tuple[dict[str, Any], int]
"""What came of a file, and the exit code it asks for."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of one ``colophon label`` call."""

    kind: str | None
    action: str
    explicit: str
    wording: str | None
    position: str | None
    watermark: str
    credential: bool
    produce_id: str | None
    producer: str | None
    profile: str | None
    value: str
    force: bool
    lang: Lang
    system: tuple[str, str] | None = None
    acceptance: Acceptance | None = None
    manifest_beside: bool = False
    text_manifest: bool | None = None
    look: tuple[tuple[str, Any], ...] = ()
    """Names and values of what was given of the label's style."""

    @classmethod
    def of(cls, **options: Any) -> Self:
        if options["declared"] and options["suspected"]:
            raise UsageError(detail="--declared and --suspected exclude each other")
        value = LabelValue.IS
        if options["declared"]:
            value = LabelValue.MAY_BE
        if options["suspected"]:
            value = LabelValue.SUSPECTED
        named = {name: options[name] for name in cls.__slots__ if name in options}
        named.update(system=_system(options), acceptance=_acceptance(options))
        named.update(value=value, credential=options["credential"] != "off")
        named.update(manifest_beside=options["credential"] == "beside", look=_look(options))
        return cls(**named)

    def style(self, operator: Operator) -> Style:
        """The operator's style with what was given in its place. Raises StyleNotCompliant."""
        chosen = Style(**{**asdict(operator.style), **dict(self.look)})
        chosen.check()
        return chosen


@dataclass(slots=True)
class Tally:
    """How many files came to what, and the first failure's exit code."""

    labelled: int = 0
    skipped: int = 0
    failed: int = 0
    exit_code: int = 0

    def add(self, document: Mapping[str, Any], exit_code: int) -> None:
        if "error" in document:
            self.failed += 1
            self.exit_code = self.exit_code or exit_code
        elif document.get("skipped"):
            self.skipped += 1
        else:
            self.labelled += 1


def run(todo: Sequence[Task], wanted: Wanted, operator: Operator, *, jobs: int) -> Iterator[Result]:
    """Labels every task and answers document and exit code of each, in the tasks' order.

    An output that exists already is left alone (a single FILE: an error).
    """
    for folder in {task.target.parent for task in todo}:
        clear_stale(folder)
    if len(todo) == 1:
        yield _one(wanted, operator, True, todo[0])
        return
    work = partial(_one, wanted, operator, False)
    for _, result in pool.ordered(work, todo, jobs, partial(_broken, wanted.lang)):
        yield result


def _broken(lang: Lang, task: Task) -> Result:
    error = MalformedFile(file=task.source.name, detail="its decoder broke off")
    return _failure(task, error, lang), error.exit_code


def _one(wanted: Wanted, operator: Operator, single: bool, task: Task) -> Result:
    stopping.check()
    try:
        applied = _apply(task, wanted, operator)
    except TargetExists as error:
        if single:
            return _failure(task, error, wanted.lang), error.exit_code
        return {"file": str(task.source), "output": str(task.target), "skipped": True}, 0
    except ColophonError as error:
        return _failure(task, error, wanted.lang), error.exit_code
    except Exception as error:  # noqa: BLE001 - one bad file never ends a batch
        failure = named(error) or UnavailableError()
        return _failure(task, failure, wanted.lang), failure.exit_code
    return {**applied.to_json(), "recorded": operator.records}, 0


def _apply(task: Task, wanted: Wanted, operator: Operator) -> Applied:
    from colophon.labels.duty import Action
    from colophon.labels.writing import apply

    replace = wanted.force or task.in_place
    if not task.in_place:
        _check_target(task, replace=replace)
    return apply(
        task.source,
        task.target,
        kind=Kind(wanted.kind) if wanted.kind else None,
        label=Label(operator.producer, wanted.produce_id or uuid.uuid4().hex, label=wanted.value),
        profile=wanted.profile or operator.profile,
        explicit=wanted.explicit,
        watermark=wanted.watermark,
        credential=operator.signer() if wanted.credential else None,
        label_key=operator.label_key(),
        mark_key=operator.mark_key(),
        prints=operator.records,
        action=Action(wanted.action),
        wording=wanted.wording or operator.wording,
        position=wanted.position or operator.position,
        style=wanted.style(operator),
        lang=wanted.lang,
        system=wanted.system or operator.system,
        acceptance=wanted.acceptance,
        manifest_beside=wanted.manifest_beside,
        text_manifest=wanted.text_manifest,
        replace=replace,
        record=operator.record if operator.records else None,
    )


def _system(options: Mapping[str, Any]) -> tuple[str, str] | None:
    name, version = options.get("system"), options.get("system_version")
    if name and version:
        return name, version
    if name or version:
        raise UsageError(detail="--system and --system-version go together")
    return None


def _look(options: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    names = [field.name for field in fields(Style)]
    return tuple((name, options[name]) for name in names if options.get(name) is not None)


def _acceptance(options: Mapping[str, Any]) -> Acceptance | None:
    """Source: Measures for Labelling Art. 9."""
    recipient, duties = options.get("recipient"), options.get("duties")
    if not recipient and not duties:
        return None
    if not (recipient and duties):
        raise UsageError(detail="--recipient and --duties go together")
    with open(duties, "rb") as text:
        digest = hashlib.file_digest(text, "sha256").hexdigest()
    return Acceptance(recipient, digest, datetime.now(UTC).isoformat(timespec="seconds"))


def _check_target(task: Task, *, replace: bool) -> None:
    """Raises UsageError for the source itself, TargetExists, TargetUnwritable."""
    target = task.target
    if _is_same_file(task.source, target):
        detail = f"{target} is the source itself; only --in-place replaces a source"
        raise UsageError(detail=detail)
    if not replace and os.path.lexists(target):
        raise TargetExists(file=target.name)
    if task.makes_folders:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise named_write_error(error, str(target.parent)) from error


def _is_same_file(source: Path, target: Path) -> bool:
    try:
        return source.samefile(target)
    except (OSError, ValueError):
        return False


def _failure(task: Task, error: ColophonError, lang: Lang) -> dict[str, Any]:
    return {"file": str(task.source), "error": error.to_json(lang)}
