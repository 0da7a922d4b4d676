"""Telling findings: one block a file for people, the documented JSON for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import partial, wraps
from pathlib import Path
from typing import Any

import click

from colophon.cli import pool, stopping
from colophon.cli.files import expand
from colophon.cli.output import json_answers, named, note, one_line, say, standard_options
from colophon.cli.pool import with_bar
from colophon.cli.report import reporting
from colophon.errors import ColophonError, Lang, MalformedFile, Unreadable
from colophon.labels.model import Findings, Integrity, Layers, Verdict

VERDICTS = {
    "labelled": {"zh": "有生成合成标识", "en": "labelled as AI-generated or synthesised"},
    "declared": {"zh": "用户声明为生成合成内容", "en": "declared to be AI-generated"},
    "suspected": {"zh": "疑似生成合成内容", "en": "suspected to be AI-generated"},
    "unlabelled": {"zh": "未发现标识", "en": "no label was found"},
    "unreadable": {"zh": "无法读取", "en": "cannot be read"},
}
INTEGRITIES = {
    "intact": {"zh": "签名完好", "en": "signature intact"},
    "altered": {"zh": "签名后被改动", "en": "altered after signing"},
    "forged": {"zh": "标识系伪造", "en": "the label is forged"},
    "removed": {"zh": "标识曾被去除", "en": "labels were removed"},
    "unverifiable": {"zh": "未经签名核验", "en": "not checked by a signature"},
}
LAYER_NAMES = {
    "aigc": {"zh": "隐式标识", "en": "AIGC metadata"},
    "credential": {"zh": "签名清单", "en": "signed manifest"},
    "watermark": {"zh": "数字水印", "en": "watermark"},
    "explicit": {"zh": "显式标识", "en": "explicit label"},
    "iptc": {"zh": "IPTC 来源类型", "en": "IPTC source type"},
    "register": {"zh": "运营者登记簿", "en": "operator's register"},
}
_ABSENT = {"zh": "未发现", "en": "not found"}
_SHOWN = {
    "aigc": ("label", "content_producer", "produce_id", "place"),
    "credential": ("signer", "valid", "trusted", "digital_source_type", "issues"),
    "watermark": ("payload", "confidence"),
    "explicit": ("text", "where", "height_ratio"),
    "iptc": ("digital_source_type",),
    "register": ("content_id", "match"),
}
_SIGNED = ("signature", "signer", "binding")


Look = Callable[[Path], Findings]
Seen = Findings | ColophonError


@dataclass(frozen=True, slots=True)
class Manner:
    """How a command tells: ``jobs`` files at a time, ``bar`` as in ``pool.with_bar``, a report."""

    as_json: bool
    lang: Lang
    jobs: int = 1
    bar: bool | None = None
    report: str | None = None


def manner_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that become a Manner, beside the standard ones."""

    @click.option("--jobs", type=click.IntRange(1, 64), default=1, help="Files at a time.")
    @click.option("--progress/--no-progress", "bar", default=None, help="A progress bar.")
    @click.option("--report", metavar="FILE", help="A report: .csv, .json or .jsonl.")
    @standard_options
    @wraps(function)
    def mannered(
        *args: Any,
        as_json: bool,
        lang: Lang,
        jobs: int,
        bar: bool | None,
        report: str | None,
        **options: Any,
    ) -> Any:
        return function(*args, manner=Manner(as_json, lang, jobs, bar, report), **options)

    return mannered


def examine(names: tuple[str, ...], look: Look, manner: Manner) -> int:
    """Looks at every file, tells what was found, and answers the exit code.

    With several jobs ``look`` must be a function that another process can be given.
    """
    left_out: list[Path] = []
    paths = [path for path, _ in expand(names, left_out.append)]
    tally = Counter[str]()
    code = 0
    several = len(names) != 1 or len(paths) != 1
    seen = with_bar(_seen(look, paths, manner.jobs), len(paths), manner.bar, "inspect")
    with (
        stopping.stoppable(),
        reporting(manner.report) as report,
        json_answers(manner.as_json, several=several) as answer,
    ):
        for path, found in seen:
            document = _document(path, found, manner.lang)
            code = max(
                code, found.exit_code if isinstance(found, ColophonError) else _answer(found)
            )
            tally[document["verdict"]] += 1
            if answer:
                answer(document)
            if report:
                report.add(document)
            _tell_one(path, found, manner)
    if several:
        _sum_up(tally, len(left_out), manner.lang)
    return code


def _seen(look: Look, paths: list[Path], jobs: int) -> Iterator[tuple[Path, Seen]]:
    if jobs == 1 or len(paths) == 1:
        yield from ((path, _looked(look, path)) for path in paths)
    else:
        yield from pool.ordered(partial(_looked, look), paths, jobs, _broken)


def _looked(look: Look, path: Path) -> Seen:
    stopping.check()
    try:
        return look(path)
    except ColophonError as error:
        return error
    except OSError as error:
        return named(error) or Unreadable(file=path.name)


def _broken(path: Path) -> Seen:
    return MalformedFile(file=path.name, detail="its decoder broke off")


def _document(path: Path, found: Seen, lang: Lang) -> dict[str, Any]:
    if isinstance(found, ColophonError):
        return {"file": str(path), "verdict": "unreadable", "error": found.to_json(lang)}
    return {**found.to_json(), "file": str(path)}


def _tell_one(path: Path, found: Seen, manner: Manner) -> None:
    if isinstance(found, ColophonError):
        _tell_failure(path, found, manner.lang)
    elif not manner.as_json:
        _tell(path, found, manner.lang)


def _sum_up(tally: Counter[str], left_out: int, lang: Lang) -> None:
    words = [f"{VERDICTS[verdict][lang]} {count}" for verdict, count in sorted(tally.items())]
    unknown = "类型未知而略过" if lang == "zh" else "left out (unknown type)"
    note(("；" if lang == "zh" else "; ").join([*words, f"{unknown} {left_out}"]))


def _answer(found: Findings) -> int:
    is_no = found.verdict is Verdict.UNLABELLED or found.integrity in (
        Integrity.ALTERED,
        Integrity.FORGED,
        Integrity.REMOVED,
    )
    return 1 if is_no else 0


def _tell_failure(path: Path, error: ColophonError, lang: Lang) -> None:
    note(f"✗ {one_line(str(path))}: {one_line(error.cause(lang))}")
    note(f"  {one_line(error.remedy(lang))}")


def _tell(path: Path, found: Findings, lang: Lang) -> None:
    mark = "○" if _answer(found) else "●"
    verdict, integrity = VERDICTS[found.verdict][lang], INTEGRITIES[found.integrity][lang]
    say(f"{mark} {one_line(str(path))}  {verdict} · {integrity}")
    for layer in fields(Layers):
        value = getattr(found.layers, layer.name)
        if value is not None:
            say(f"    {LAYER_NAMES[layer.name][lang]}: {_words(layer.name, value, lang)}")
    if found.layers.aigc:
        for deviation in found.layers.aigc.deviations:
            say(f"      ◐ {deviation.code}: {one_line(deviation.detail)}  [{deviation.source}]")
    for remark in found.notes:
        say(f"    {one_line(remark.words(lang))}")


def _words(name: str, layer: Any, lang: Lang) -> str:
    if not getattr(layer, "present", getattr(layer, "known", False)):
        return _ABSENT[lang]
    shown = [(field, getattr(layer, field)) for field in _SHOWN[name]]
    if name == "aigc" and layer.security and layer.security.signature != "none":
        shown += [(field, getattr(layer.security, field)) for field in _SIGNED]
    return one_line(
        "  ".join(f"{field}={value}" for field, value in shown if value not in (None, ()))
    )
