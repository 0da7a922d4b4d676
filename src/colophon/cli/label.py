"""``colophon label``: put on what is due, read it back, and say what was done."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from colophon.cli.files import tasks
from colophon.cli.output import json_answers, note, one_line, say, standard_options
from colophon.cli.pool import with_bar
from colophon.cli.report import reporting
from colophon.errors import Lang, OperatorMissing, UsageError
from colophon.labels.style import DRESSES, INKS, SOUNDS, WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from colophon.cli.batch import Result, Tally, Wanted

KINDS = ("text", "speech", "audio", "face", "image", "video", "scene")
POSITIONS = (
    *("auto", "top-left", "top-right", "bottom-left", "bottom-right", "top", "bottom"),
    *("left", "right", "start", "end", "speech", "rhythm"),
)


def seconds(written: str) -> float | str:
    """How long a film shows its label. Raises ValueError."""
    return WHOLE if written == WHOLE else float(written)


@click.command("label")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("-o", "--output", metavar="OUT", help="The labelled file (one FILE only).")
@click.option("-d", "--directory", metavar="DIR", help="A folder for the labelled files.")
@click.option("--in-place", is_flag=True, help="Replace each source by its labelled copy.")
@click.option("--force", is_flag=True, help="Overwrite outputs that exist.")
@click.option("--kind", type=click.Choice(KINDS), help="The technology of Art. 23 that made it.")
@click.option(
    "--action",
    type=click.Choice(("created", "edited", "identity-changed")),
    default="created",
    help="What the generation did to it.",
)
@click.option("--explicit", type=click.Choice(("auto", "on", "off")), default="auto")
@click.option("--text", "wording", metavar="WORDS", help="Wording of the explicit label.")
@click.option(
    "--position",
    type=click.Choice(POSITIONS),
    help="Where the explicit label stands (default: the operator's choice, else auto).",
)
@click.option(
    "--height",
    type=float,
    metavar="SHARE",
    help="Height of its words, a share of the shortest side: 0.05 to 0.15.",
)
@click.option("--dress", type=click.Choice(DRESSES), help="Words on a plate, or outlined.")
@click.option("--ink", type=click.Choice(INKS), help="Light or dark words.")
@click.option(
    "--seconds",
    type=seconds,
    metavar="SECONDS",
    help=f"How long a film shows it: 2 to 10, or {WHOLE!r}.",
)
@click.option("--sound", type=click.Choice(SOUNDS), help="What a sound's label is.")
@click.option(
    "--watermark",
    type=click.Choice(("auto", "on", "off")),
    default="auto",
    help="Woven in, unseen: auto pictures and lossless sound; on also text, GLB, other sound.",
)
@click.option(
    "--credential",
    type=click.Choice(("on", "off", "beside")),
    default="on",
    help="A signed manifest; beside: what can hold none gets one in FILE.c2pa.",
)
@click.option(
    "--text-manifest/--no-text-manifest",
    default=None,
    help="A signed manifest in texts too, unseen (default with profiles eu, all).",
)
@click.option("--produce-id", metavar="ID", help="Your number for this content (one FILE only).")
@click.option("--producer", metavar="CODE", help="27-character provider code.")
@click.option(
    "--profile",
    type=click.Choice(("cn", "eu", "us-ca", "all")),
    help="Whose rules (default: the operator's choice, else cn).",
)
@click.option("--declared", is_flag=True, help="A platform's label 2: the user declared it.")
@click.option("--suspected", is_flag=True, help="A platform's label 3: traces were found.")
@click.option("--system", metavar="NAME", help="The generating system (profiles us-ca, all).")
@click.option("--system-version", metavar="VERSION", help="Its version.")
@click.option(
    "--recipient",
    metavar="NUMBER",
    help="With --explicit off: your pseudonymous number of the user who asked for it.",
)
@click.option(
    "--duties",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="With --explicit off: the text of the duties that user accepted.",
)
@click.option("--jobs", type=click.IntRange(1, 64), default=1, help="Files at a time.")
@click.option("--progress/--no-progress", default=None, help="A progress bar on standard error.")
@click.option("--report", metavar="FILE", help="A report of all files: .csv, .json or .jsonl.")
@click.option("--data", metavar="DIR", help="The operator's data folder.")
@standard_options
def command(
    files: tuple[str, ...],
    *,
    output: str | None,
    directory: str | None,
    in_place: bool,
    as_json: bool,
    lang: Lang,
    data: str | None,
    **options: Any,
) -> None:
    """Label each FILE (a file, a folder or a glob) and read the labels back.

    The source is never changed unless --in-place says so, which follows a symbolic link. Outputs
    that exist are left alone: a batch that was stopped goes on where it stopped. --no-implicit is
    not offered (Art. 16).

    \b
    Examples:
      colophon label picture.png
      colophon label speech.wav -o out.wav --kind speech
      colophon label archive/ -d labelled/ --jobs 2 --report labelled.csv
      colophon label upload.jpg --declared
      colophon label film.mp4 --height 0.08 --seconds whole
    """
    from colophon.cli.batch import Wanted

    wanted = Wanted.of(lang=lang, **options)
    places = {"output": output, "directory": directory, "in_place": in_place}
    sys.exit(_labelled(files, places, wanted, data, options, as_json=as_json))


def _labelled(
    files: tuple[str, ...],
    places: Mapping[str, Any],
    wanted: Wanted,
    data: str | None,
    options: Mapping[str, Any],
    *,
    as_json: bool,
) -> int:
    from colophon.cli import batch, profile

    left_out: list[Path] = []
    todo = tasks(files, **places, left_out=left_out.append)
    if wanted.produce_id and len(todo) > 1:
        raise UsageError(detail="--produce-id names one content; give one FILE")
    operator = profile.load(data, wanted.producer)
    wanted.style(operator)
    if wanted.acceptance and not operator.records:
        raise OperatorMissing
    results = batch.run(todo, wanted, operator, jobs=options["jobs"])
    told = with_bar(results, len(todo), options["progress"], "label")
    several = len(todo) != 1
    tally = _answered(told, options["report"], wanted.lang, as_json=as_json, several=several)
    if several:
        _sum_up(tally, len(left_out), wanted.lang)
    return tally.exit_code


def _answered(
    results: Iterable[Result], target: str | None, lang: Lang, *, as_json: bool, several: bool
) -> Tally:
    from colophon.cli import batch, stopping

    tally = batch.Tally()
    with (
        stopping.stoppable(),
        reporting(target) as report,
        json_answers(as_json, several=several) as answer,
    ):
        for document, code in results:
            tally.add(document, code)
            answer(document) if answer else _tell(document, lang)
            if report:
                report.add(document)
    return tally


def _tell(document: dict[str, Any], lang: Lang) -> None:
    name = one_line(document["file"])
    if "error" in document:
        note(f"✗ {name}: {document['error']['cause']}")
        note(f"  {document['error']['remedy']}")
    elif document.get("skipped"):
        exists = "已存在" if lang == "zh" else "exists"
        note(f"– {name}: {one_line(document['output'])} {exists}")
    else:
        say(f"● {name} → {one_line(document['output'] or '')}")
        for remark in document.get("notes", ()):
            note(f"  {one_line(remark[lang])}")


def _sum_up(tally: Tally, left_out: int, lang: Lang) -> None:
    note(
        f"已添加标识 {tally.labelled} 个，已存在 {tally.skipped} 个，失败 {tally.failed} 个，"
        f"类型未知而略过 {left_out} 个"
        if lang == "zh"
        else f"{tally.labelled} labelled, {tally.skipped} already there, {tally.failed} failed, "
        f"{left_out} left out (unknown type)"
    )
