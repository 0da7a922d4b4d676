"""``colophon label``: put on what is due, read it back, and say what was done."""

from __future__ import annotations

import sys
from typing import Any

import click

from colophon.cli.files import tasks
from colophon.cli.output import emit_json, note, one_line, say, standard_options
from colophon.errors import Lang, UsageError

KINDS = ("text", "speech", "audio", "face", "image", "video", "scene")
POSITIONS = ("auto", "top-left", "top-right", "bottom-left", "bottom-right")


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
@click.option("--position", type=click.Choice(POSITIONS), default="auto")
@click.option("--watermark", type=click.Choice(("auto", "on", "off")), default="auto")
@click.option("--credential", type=click.Choice(("on", "off")), default="on")
@click.option("--produce-id", metavar="ID", help="Your number for this content (one FILE only).")
@click.option("--producer", metavar="CODE", help="27-character provider code.")
@click.option("--profile", type=click.Choice(("cn", "eu", "us-ca", "all")), default="cn")
@click.option("--declared", is_flag=True, help="A platform's label 2: the user declared it.")
@click.option("--suspected", is_flag=True, help="A platform's label 3: traces were found.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, help="Files at a time.")
@click.option("--progress/--no-progress", default=None, help="A progress bar on standard error.")
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

    The source is never changed unless --in-place says so. Outputs that exist are left alone:
    a batch that was stopped goes on where it stopped. In place, a symbolic link keeps pointing
    at its file, which is replaced; other hard links keep the old file. --no-implicit is not offered (Art. 16).

    \b
    Examples:
      colophon label picture.png
      colophon label speech.wav -o out.wav --kind speech
      colophon label archive/ -d labelled/ --jobs 2
    """
    from colophon.cli import batch, profile, stopping

    wanted = batch.Wanted.of(lang=lang, **options)
    todo = tasks(files, output=output, directory=directory, in_place=in_place)
    if wanted.produce_id and len(todo) > 1:
        raise UsageError(detail="--produce-id names one content; give one FILE")
    operator = profile.load(data, wanted.producer)
    with stopping.stoppable():
        done = batch.run(todo, wanted, operator, jobs=options["jobs"], bar=options["progress"])
    if as_json:
        emit_json(done.documents[0] if len(todo) == 1 else done.documents)
    else:
        _tell(done, len(todo), lang)
    sys.exit(done.exit_code)


def _tell(done: Any, count: int, lang: Lang) -> None:
    zh = lang == "zh"
    for document in done.documents:
        if "error" in document:
            note(f"✗ {one_line(document['file'])}: {document['error']['cause']}")
            note(f"  {document['error']['remedy']}")
        elif document.get("skipped"):
            note(
                f"– {one_line(document['file'])}: {one_line(document['output'])} {'已存在' if zh else 'exists'}"
            )
        else:
            say(f"● {one_line(document['file'])} → {one_line(document['output'] or '')}")
            for remark in document.get("notes", ()):
                note(f"  {one_line(remark[lang])}")
    if count != 1:
        note(
            f"已添加标识 {done.labelled} 个，已存在 {done.skipped} 个，失败 {done.failed} 个"
            if zh
            else f"{done.labelled} labelled, {done.skipped} already there, {done.failed} failed"
        )
