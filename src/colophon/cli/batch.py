"""Labelling many files: several at a time, with progress, each failure by itself."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from colophon.cli import stopping
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
from colophon.labels.model import Applied, Kind, Label, LabelValue
from colophon.labels.placing import clear_stale, named_write_error

Result = tuple[int, dict[str, Any], int]
"""Which task, what came of it, and the exit code it asks for."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of one ``colophon label`` call."""

    kind: str | None
    action: str
    explicit: str
    wording: str | None
    position: str
    watermark: str
    credential: bool
    produce_id: str | None
    producer: str | None
    profile: str
    value: str
    force: bool
    lang: Lang

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
        named.update(value=value, credential=options["credential"] == "on")
        return cls(**named)


@dataclass(slots=True)
class Done:
    """What came of a batch; ``documents`` are in the order of the tasks."""

    documents: list[dict[str, Any]] = field(default_factory=list)
    labelled: int = 0
    skipped: int = 0
    failed: int = 0
    exit_code: int = 0

    def add(self, document: dict[str, Any], exit_code: int) -> None:
        self.documents.append(document)
        if "error" in document:
            self.failed += 1
            self.exit_code = self.exit_code or exit_code
        elif document.get("skipped"):
            self.skipped += 1
        else:
            self.labelled += 1


def run(
    todo: list[Task], wanted: Wanted, operator: Operator, *, jobs: int, bar: bool | None
) -> Done:
    """Labels every task. An output that exists already is left alone (a single FILE: an error)."""
    for folder in {task.target.parent for task in todo}:
        clear_stale(folder)
    results: dict[int, tuple[dict[str, Any], int]] = {}
    for index, document, code in _with_bar(_results(todo, wanted, operator, jobs), len(todo), bar):
        results[index] = (document, code)
    done = Done()
    for index in range(len(todo)):
        done.add(*results[index])
    return done


def _results(todo: list[Task], wanted: Wanted, operator: Operator, jobs: int) -> Iterator[Result]:
    if len(todo) == 1:
        yield (0, *_one(todo[0], wanted, operator, single=True))
        return
    left = dict(enumerate(todo))
    try:
        for index, document, code in _pooled(left, wanted, operator, jobs):
            yield index, document, code
            del left[index]
    except BrokenProcessPool:
        # Some file broke its decoder, and the pool with it: each that is left goes alone.
        for index, task in left.items():
            yield from _alone(index, task, wanted, operator)


def _pooled(
    todo: Mapping[int, Task], wanted: Wanted, operator: Operator, jobs: int
) -> Iterator[Result]:
    with ProcessPoolExecutor(jobs, initializer=stopping.follow_the_parent) as pool:
        futures = {
            pool.submit(_one, task, wanted, operator, single=False): index
            for index, task in todo.items()
        }
        try:
            for future in as_completed(futures):
                yield (futures[future], *future.result())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            stopping.stop_children()
            raise


def _alone(index: int, task: Task, wanted: Wanted, operator: Operator) -> Iterator[Result]:
    try:
        yield from _pooled({index: task}, wanted, operator, 1)
    except BrokenProcessPool:
        error = MalformedFile(file=task.source.name, detail="its decoder broke off")
        yield index, _failure(task, error, wanted.lang), error.exit_code


def _one(
    task: Task, wanted: Wanted, operator: Operator, *, single: bool
) -> tuple[dict[str, Any], int]:
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
        profile=wanted.profile,
        explicit=wanted.explicit,
        watermark=wanted.watermark,
        credential=operator.signer() if wanted.credential else None,
        action=Action(wanted.action),
        wording=wanted.wording or operator.wording,
        position=wanted.position,
        lang=wanted.lang,
        replace=replace,
        record=operator.record if operator.records else None,
    )


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


def _with_bar(results: Iterator[Any], total: int, bar: bool | None) -> Iterator[Any]:
    import sys

    if not (total > 1 and sys.stderr.isatty() if bar is None else bar):
        yield from results
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(results, "label", total=total, console=Console(stderr=True))
