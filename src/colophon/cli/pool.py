"""Many files at a time: results in the files' order, bounded memory, one bad file by itself."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from colophon.cli import stopping

Item = TypeVar("Item")
Result = TypeVar("Result")
AHEAD = 32
"""Files a worker is given ahead, so that a long film does not leave the others idle."""


def ordered(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    jobs: int,
    broken: Callable[[Item], Result],
) -> Iterator[tuple[Item, Result]]:
    """``work`` done on each item in ``jobs`` processes. ``broken`` answers for an item that ended
    its process; the others go on. Stopping ends the processes.
    """
    source = iter(items)
    while True:
        lost = yield from _pooled(work, source, jobs)
        if not lost:
            return
        # Some file broke its decoder, and the pool with it: each that was under way goes alone.
        for item in lost:
            yield item, _alone(work, item, broken)


def _pooled(
    work: Callable[[Item], Result], source: Iterator[Item], jobs: int
) -> Generator[tuple[Item, Result], None, list[Item]]:
    waiting: deque[tuple[Item, Future[Result]]] = deque()
    with ProcessPoolExecutor(jobs, initializer=stopping.follow_the_parent) as pool:
        try:
            while True:
                _fill(pool, work, source, waiting, AHEAD * jobs)
                if not waiting:
                    return []
                item, future = waiting[0]
                result = future.result()
                waiting.popleft()
                yield item, result
        except BrokenProcessPool:
            return [item for item, _ in waiting]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            stopping.stop_children()
            raise


def _fill(
    pool: ProcessPoolExecutor,
    work: Callable[[Item], Result],
    source: Iterator[Item],
    waiting: deque[tuple[Item, Future[Result]]],
    most: int,
) -> None:
    while len(waiting) < most:
        item = next(source, _END)
        if item is _END:
            return
        waiting.append((item, pool.submit(work, item)))


def _alone(work: Callable[[Item], Result], item: Item, broken: Callable[[Item], Result]) -> Result:
    with ProcessPoolExecutor(1, initializer=stopping.follow_the_parent) as pool:
        try:
            return pool.submit(work, item).result()
        except BrokenProcessPool:
            return broken(item)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            stopping.stop_children()
            raise


def with_bar(results: Iterator[Any], total: int, bar: bool | None, name: str) -> Iterator[Any]:
    """The results, counted on standard error where that is a terminal or ``bar`` says so."""
    import sys

    if not (total > 1 and sys.stderr.isatty() if bar is None else bar):
        yield from results
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(results, name, total=total, console=Console(stderr=True))


_END: Any = object()
