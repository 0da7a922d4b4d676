"""Writes the pages that the code already knows, while the documents are built.

A mkdocs hook: every function in PAGES gives one page. Nothing of them is written beside the
sources, so a page can never be older than the code. Only ``formats.md`` lies there, to be read
where the code is read: ``python docs/generate.py`` writes it from what was measured last, and the
tests refuse one that says anything else.
"""

from __future__ import annotations

import ast
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

import colophon
from colophon import errors, terms
from colophon.provisions import catalogue, parameters
from colophon.provisions.clause import Clause

LOG = logging.getLogger("mkdocs.hooks.generate")
HERE = Path(__file__).parent
MEASURED = HERE.parent / "tests" / "labels" / "formats" / "record.json"
YES, NO = "✓", "–"
PLACE_HEADS = ("Format", "Files", "Media type", "Place", "Reported as", "Source")
MEASURED_HEADS = (
    "Format 格式",
    "Files 文件",
    "Written, read back 写入并读回",
    "Another reader 独立读取",
    "Unchanged 不变",
    "Security data 安全数据",
    "Explicit 显式标识",
    "Manifest 签名清单",
)
WIDE = "---\nhide: [toc]\n---\n\n"
"""Front matter of a page that is one long table."""
GENERATED = "Generated from the code when the documents are built."


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages to those lying in docs/."""
    for name, page in PAGES.items():
        files.append(File.generated(config, name, content=WIDE + page()))
    for article in catalogue.articles():
        name = f"articles/{article.number:02}.md"
        files.append(File.generated(config, name, content=article_page(article)))
    return files


def articles_page() -> str:
    """All articles, chapter by chapter."""
    lines = [
        f"# {catalogue.title('en')}",
        "",
        f'<p lang="zh">{catalogue.title("zh")}</p>',
        "",
        (
            f"Promulgated {parameters.value('provisions.promulgated')}, in force since "
            f"{parameters.value('provisions.in_force')}. The Chinese text is authentic. The English "
            "is our own translation and the titles are our own; neither is law."
        ),
    ]
    for chapter in catalogue.chapters():
        lines += ["", f"## {chapter.number}. {chapter.en} · {chapter.zh}", ""]
        lines += table(
            ("Article", "条", "Title", "Binds"),
            (
                (
                    f"[{article.number}]({article.number:02}.md)",
                    Clause(article.number).zh,
                    f"{article.title_en} · {article.title_zh}",
                    who(article.addressees),
                )
                for article in catalogue.articles()
                if article.chapter == chapter
            ),
        )
    return "\n".join(lines) + "\n"


def article_page(article: catalogue.Article) -> str:
    """One article: each paragraph and item in both languages, with whom it binds."""
    name = Clause(article.number)
    lines = [
        f"# {name.en} · {article.title_en}",
        "",
        (
            f"{name.zh} · {article.title_zh} · chapter {article.chapter.number}, "
            f"{article.chapter.en} ({article.chapter.zh})"
        ),
    ]
    for paragraph in article.paragraphs:
        lines += [
            *passage(paragraph, level=2),
            f"Binds: **{who(paragraph.addressees)}** ({who(paragraph.addressees, 'zh')})",
            "",
            digest(paragraph.sha256),
        ]
        for item in paragraph.items:
            lines += [*passage(item, level=3), digest(item.sha256)]
    return "\n".join(lines) + "\n"


def passage(part: catalogue.Paragraph | catalogue.Item, *, level: int) -> Iterator[str]:
    """A heading that links can name by clause id, then the words."""
    name = Clause.parse(part.id)
    yield ""
    yield f"{'#' * level} {name.en} · {name.zh} {{ #{anchor(part.id)} }}"
    yield ""
    yield f'<blockquote lang="zh"><p>{part.zh}</p></blockquote>'
    yield ""
    yield part.en
    yield ""


def parameters_page() -> str:
    """Every legal number with its source."""
    lines = [
        "# Parameters",
        "",
        (
            "Every number and fixed form that a law or a standard sets. The code asks for them by "
            "id and day (`colophon.provisions.parameters.value`), so a correction is one line of "
            "`parameters.yaml` and an amendment one more."
        ),
        "",
        (
            "*Certainty*: confirmed, by the text itself or two public sources · quoted, by one · "
            "computed, agrees with real files · inferred, from samples · unconfirmed · chosen, our "
            "own strict reading where the law gives no number."
        ),
        "",
    ]
    rows = (
        (
            f"`{entry.id}`",
            f"{entry.en}<br>{entry.zh}",
            f"`{cell(str(entry.value))}`<br>{entry.unit}",
            entry.start.isoformat(),
            f"{entry.source}, {entry.clause}",
            entry.certainty,
        )
        for name in parameters.ids()
        for entry in parameters.history(name)
    )
    heads = ("id", "What", "Value", "From", "Source", "Certainty")
    return "\n".join([*lines, *table(heads, rows), "", GENERATED, ""])


def errors_page() -> str:
    """Every named failure, family by family."""
    lines = [
        "# Errors",
        "",
        (
            "Every failure has a stable code, a cause and a remedy in both languages, an exit code "
            "and an HTTP status. `{…}` is filled in when it happens."
        ),
    ]
    for family in errors.ColophonError.__subclasses__():
        exits, status = family.exit_code, family.http_status
        lines += [
            "",
            f"## {summary(family)}",
            "",
            f"Exit code {exits}, HTTP {status} or as said.",
            "",
        ]
        heads = ("Code", "HTTP", "Clause", "Cause", "Remedy")
        lines += table(heads, (error_row(each) for each in named_errors(family)))
    return "\n".join([*lines, "", GENERATED, ""])


def named_errors(family: type[errors.ColophonError]) -> Iterator[type[errors.ColophonError]]:
    """A family and all that descend from it, as far as colophon.errors defines them."""
    if family.__module__.startswith(errors.__name__):
        yield family
        for child in family.__subclasses__():
            yield from named_errors(child)


def error_row(error: type[errors.ColophonError]) -> tuple[str, ...]:
    """Code, status, clause, cause and remedy."""
    return (
        f"`{error.code}`",
        str(error.http_status),
        clause_link(error.clause) if error.clause else "–",
        cell(f"{error.causes['en']}<br>{error.causes['zh']}"),
        cell(f"{error.remedies['en']}<br>{error.remedies['zh']}"),
    )


def deviations_page() -> str:
    """The closed list of ways a label may differ from the standard."""
    from colophon.labels import deviations

    lines = [
        "# Deviations",
        "",
        (
            "Labels met in the wild break the standard in these ways. They are read all the same, "
            "and each way is reported by its code with the text it departs from. The list is closed."
        ),
        "",
    ]
    rows = (
        (
            f"`{entry.code}`",
            cell(f"{entry.en}<br>{entry.zh}"),
            cell(entry.source),
            cell(f"{entry.remedy_en}<br>{entry.remedy_zh}"),
        )
        for entry in deviations.ALL.values()
    )
    return "\n".join(
        [*lines, *table(("Code", "What", "Source", "Remedy"), rows), "", GENERATED, ""]
    )


def remarks_page() -> str:
    """The closed list of what a result may say beside its facts."""
    from colophon.labels import remarks

    lines = [
        "# Remarks",
        "",
        (
            "The `notes` of a result are remarks from this list, each as its code with its sentence "
            "in both languages: what could not be kept, what stands in the file besides."
        ),
        "",
    ]
    rows = ((f"`{code}`", cell(en), cell(zh)) for code, (zh, en) in remarks.ALL.items())
    return "\n".join([*lines, *table(("Code", "English", "中文"), rows), "", GENERATED, ""])


def formats_page() -> str:
    """What can be labelled, where the label lies, and what was measured of each."""
    import yaml

    from colophon.labels.carriers.families import FAMILIES

    places = yaml.safe_load((HERE / "places.yaml").read_text(encoding="utf-8"))
    words = (HERE / "formats.txt").read_text(encoding="utf-8")
    found = json.loads(MEASURED.read_text(encoding="utf-8"))
    place_rows = (place_row(family, places[family.constant]) for family in FAMILIES)
    rows = [
        row
        for family in FAMILIES
        for row in measured_rows(family.extensions, places[family.constant]["name"], found)
    ]
    filled = words.replace("{places}", "\n".join(table(PLACE_HEADS, place_rows)))
    filled = filled.replace("{measured}", "\n".join(table(MEASURED_HEADS, rows)))
    return filled.replace("{count}", str(len(found)))


def place_row(family: Any, said: dict[str, str]) -> tuple[str, ...]:
    """One family: its files, its types, and where its label lies."""
    carrier = family.carrier()
    return (
        said["name"],
        coded(family.extensions),
        coded(carrier.media_types),
        cell(f"{said['en']}<br>{said['zh']}"),
        coded(carrier.standard_place(form) for form in carrier.forms),
        said["source"],
    )


def measured_rows(
    extensions: Iterable[str], name: str, found: dict[str, dict[str, Any]]
) -> Iterator[tuple[str, ...]]:
    """One row for all extensions of a family of which the same was measured."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for extension in extensions:
        if extension in found:
            alike.setdefault(measured_cells(found[extension]), []).append(extension)
    for cells, files in alike.items():
        yield name, coded(files), *cells


def measured_cells(said: dict[str, Any]) -> tuple[str, ...]:
    """What was measured of one extension, in the order of MEASURED_HEADS."""
    words = {"words": "words 文字", "sound": "sound 声音"}
    places = {"inside": "inside 内嵌", "beside": "beside 旁置"}
    return (
        YES if said["read_back"] and said["platform"] else NO,
        f"{YES if said['reader_agrees'] else NO} {said['reader']}",
        f"{YES if said['same'] else NO} {said['oracle']}",
        YES if said["security"] == ["valid", "intact"] else NO,
        words.get(said["explicit"] or "", f"{NO} `{said['explicit_refused']}`"),
        f"{YES} {places[said['manifest']]}" if said["manifest"] else NO,
    )


def coded(words: Iterable[str]) -> str:
    """Words in the type of code."""
    return " ".join(f"`{word}`" for word in words)


def commands_page() -> str:
    """Every command's own help."""
    import click

    from colophon.cli.__main__ import COMMANDS, program

    lines = ["# Commands", "", "What `--help` prints, command by command.", ""]
    lines += fenced(program.get_help(click.Context(program, info_name="colophon")))
    for name in sorted(COMMANDS):
        context = click.Context(program, info_name="colophon")
        try:
            command = program.get_command(context, name)
        except ModuleNotFoundError as missing:
            LOG.warning("commands.md: %s", missing)  # --strict makes this a failure
            continue
        if command is not None:
            inner = click.Context(command, info_name=name, parent=context)
            lines += ["", f"## {name}", "", *fenced(command.get_help(inner))]
    return "\n".join([*lines, "", GENERATED, ""])


def states_page() -> str:
    """The life cycles, from their tables."""
    from colophon.content import states as content
    from colophon.store import states as jobs

    lines = ["# Life cycles", "", "## A content", "", str(content.State.__doc__), ""]
    lines += table(("State", "May be followed by"), following(content.AFTER))
    lines += ["", "## A version without explicit label", "", str(content.VersionState.__doc__), ""]
    lines += table(("State", "May be followed by"), following(content.VERSION_AFTER))
    lines += ["", "## A job", "", "A body may run only while its job is `leased`.", ""]
    lines += table(
        ("State", "Step", "State after it"),
        ((f"`{state}`", step, f"`{after}`") for (state, step), after in jobs.TABLE.items()),
    )
    return "\n".join([*lines, "", GENERATED, ""])


def following(steps: Mapping[Any, frozenset[Any]]) -> Iterator[tuple[str, str]]:
    """Each state with those that may follow it, in the order of the table."""
    for state, after in steps.items():
        yield f"`{state}`", ", ".join(f"`{each}`" for each in steps if each in after) or "–"


def events_page() -> str:
    """Every kind of event a room registers."""
    lines = [
        "# Events",
        "",
        (
            "What the acts of the rooms leave in the log, in the transaction of the act itself. An "
            "event names pseudonyms only. Nothing in the log is ever changed or deleted."
        ),
        "",
    ]
    rows = ((f"`{name}`", en, zh) for name, (en, zh) in sorted(event_kinds().items()))
    return "\n".join([*lines, *table(("Kind", "What happened", "中文"), rows), "", GENERATED, ""])


def event_kinds() -> dict[str, tuple[str, str]]:
    """The kinds the sources register, read without running them: name to (en, zh)."""
    found: dict[str, tuple[str, str]] = {}
    for path in sorted(Path(colophon.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"events.kind", "kind"}:
                given = {each.arg: each.value for each in node.keywords}
                if {"zh", "en"} == set(given) and node.args:
                    words = {name: ast.literal_eval(value) for name, value in given.items()}
                    found[ast.literal_eval(node.args[0])] = (words["en"], words["zh"])
    return found


def schemas_page() -> str:
    """The JSON that commands and routes answer with, as JSON Schema."""
    lines = [
        "# Schemas",
        "",
        (
            "JSON Schema of the answers. A layer that was looked for and not found is only "
            '`{"present": false}`; one that does not apply is absent. New keys may be added; none is '
            "renamed or taken away within a version."
        ),
    ]
    for heading, schema in schemas().items():
        text = json.dumps(schema, ensure_ascii=False, indent=2)
        lines += ["", f"## {heading}", "", "```json", text, "```"]
    return "\n".join([*lines, "", GENERATED, ""])


def schemas() -> dict[str, Any]:
    """Heading to schema, made from the frozen values of the labels."""
    from pydantic import TypeAdapter

    from colophon.labels.model import Applied, Findings

    applied = TypeAdapter(Applied).json_schema(mode="serialization")
    for name in ("data", "sidecar_data", "manifest_data", "prints"):
        del applied["properties"][name]
    del applied["$defs"]["Duty"]["properties"]["clause"]
    applied["$defs"]["Duty"]["required"].remove("clause")
    return {
        "colophon inspect, POST /api/inspect": TypeAdapter(Findings).json_schema(),
        "colophon label": applied,
    }


def who(addressees: Iterable[str], lang: errors.Lang = "en") -> str:
    """Whom a clause binds, in words."""
    words = (terms.ADDRESSEES[each][0 if lang == "zh" else 1] for each in addressees)
    return ("、" if lang == "zh" else ", ").join(words)


def clause_link(clause: str) -> str:
    """A clause as a link to its place, from a page at the top of the documents."""
    number = Clause.parse(clause).article
    return f"[{catalogue.cite(clause)}](articles/{number:02}.md#{anchor(clause)})"


def anchor(clause: str) -> str:
    """A clause's place on its page."""
    return "c" + clause.replace(".", "-")


def digest(sha256: str) -> str:
    """The hash of the Chinese words above."""
    return f'<p class="digest">SHA-256 {sha256}</p>'


def summary(family: type[errors.ColophonError]) -> str:
    """The first line of what a family says about itself."""
    return (family.__doc__ or family.__name__).splitlines()[0].rstrip(".")


def cell(text: str) -> str:
    """Text that may stand in a table."""
    return text.replace("|", "\\|").replace("\n", " ")


def table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A Markdown table."""
    yield "| " + " | ".join(heads) + " |"
    yield "|" + " --- |" * len(heads)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def fenced(text: str) -> list[str]:
    """Preformatted text."""
    return ["```text", text, "```"]


PAGES: dict[str, Callable[[], str]] = {
    "articles/index.md": articles_page,
    "parameters.md": parameters_page,
    "errors.md": errors_page,
    "deviations.md": deviations_page,
    "remarks.md": remarks_page,
    "commands.md": commands_page,
    "schemas.md": schemas_page,
    "states.md": states_page,
    "events.md": events_page,
}

if __name__ == "__main__":
    (HERE / "formats.md").write_text(formats_page(), encoding="utf-8")
