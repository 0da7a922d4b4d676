"""The explicit label of text stays readable, breaks nothing and is written once."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from colophon.errors import EmptyFile, MalformedFile, TooLarge, WordingNotCompliant
from colophon.labels.explicit import apply as apply_door
from colophon.labels.explicit.limits import Limits
from colophon.labels.explicit.text import Form, Place, apply, apply_bytes
from colophon.labels.explicit.wording import is_compliant
from colophon.labels.model import Medium

LABEL = "本内容由AI生成"
FORMS: tuple[Form, ...] = ("plain", "markdown", "html")
PLACES: tuple[Place, ...] = ("start", "end")


class Body(HTMLParser):
    """The text a browser shows: inside the body, outside scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = 0
        self.shown: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.hidden += tag in {"script", "style", "title"}

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in {"script", "style", "title"}

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.shown.append(data)


def shown(html: str) -> str:
    body = Body()
    body.feed(html)
    body.close()
    return " ".join("".join(body.shown).split())


@pytest.mark.parametrize(
    ("words", "fit"),
    [
        ("AI生成", True),
        ("人工智能合成", True),
        ("AI-generated", True),
        ("synthesised by AI", True),
        ("由人工智能辅助", False),
        ("生成", False),
        ("AI", False),
        ("MAID generated", False),
        ("", False),
    ],
)
def test_5_1_both_elements(words: str, fit: bool) -> None:
    assert is_compliant(words) is fit


def test_words_without_an_element_are_refused() -> None:
    with pytest.raises(WordingNotCompliant):
        apply("x", "plain", "由机器写作")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "一段文字",
        "# 标题\n\n正文\n",
        "---\ntitle: x\n---\n\n正文\n",
        "<p>hello</p>",
        "<!doctype html><html><head><title>t</title></head><body><p>x</p></body></html>",
    ],
)
def test_twice_is_once(form: Form, place: Place, text: str) -> None:
    once, first = apply(text, form, place=place)
    twice, second = apply(once, form, place=place)
    assert once == twice
    assert first.text == second.text == LABEL
    assert once.count(LABEL) == 1


@given(
    st.text(alphabet="ab <>!-/\"'`~#>\n\r&;生成body headstyl=", max_size=120),
    st.sampled_from(FORMS),
    st.sampled_from(PLACES),
)
def test_nothing_of_the_text_is_lost(text: str, form: Form, place: Place) -> None:
    labelled, written = apply(text, form, place=place)
    before, _, after = labelled.partition(LABEL)
    assert LABEL in labelled
    assert written.where in {"start", "end"}
    kept = re.sub(r"[\r\n]|> $|<p data-aigc[^>]*>$", "", before) + re.sub(
        r"[\r\n]", "", after.removeprefix("</p>")
    )
    assert kept == re.sub(r"[\r\n]", "", text)


def test_front_matter_stays_first() -> None:
    labelled, _ = apply("---\ntitle: 春\n---\n# 春\n", "markdown")
    assert labelled.startswith("---\ntitle: 春\n---\n")
    assert yaml.safe_load(labelled.split("---")[1]) == {"title": "春"}
    assert labelled.split("---\n", 2)[2] == f"\n> {LABEL}\n\n# 春\n"


def test_a_rule_is_not_front_matter() -> None:
    labelled, _ = apply("text\n\n---\n\nmore", "markdown")
    assert labelled == f"> {LABEL}\n\ntext\n\n---\n\nmore"


@pytest.mark.parametrize(
    "tail", ["```python\nx = 1\n", "~~~~\n```\n~~~\n", "<!-- note\n", "<script>\n"]
)
def test_an_open_passage_sends_the_label_to_the_start(tail: str) -> None:
    labelled, written = apply(f"text\n\n{tail}", "markdown", place="end")
    assert written.where == "start"
    assert labelled.startswith(f"> {LABEL}")


def test_a_closed_fence_does_not() -> None:
    labelled, written = apply("```\nx\n```", "markdown", place="end")
    assert written.where == "end"
    assert labelled == f"```\nx\n```\n\n> {LABEL}\n"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<html><head><title>t</title></head><body class='a>b'><p>x</p></body></html>", "tLABELx"),
        ("<!-- <body> --><head><script>'<body>'</script></head><body>x", "LABELx"),
        ("<!doctype html><title>t</title><meta charset=utf-8><p>x", "LABELx"),
        ("just words", "LABELjust words"),
        ("<p>fragment</p>", "LABELfragment"),
        ("words <b>bold</b>", "LABELwords bold"),
    ],
)
def test_html_shows_the_label_first(html: str, expected: str) -> None:
    labelled, _ = apply(html, "html")
    assert shown(labelled).replace(" ", "") == expected.replace("LABEL", LABEL).replace(
        " ", ""
    ).removeprefix("t")
    if "</head>" in html:
        assert labelled.index("</head>") < labelled.index(LABEL)


def test_html_at_the_end_stays_in_the_body() -> None:
    labelled, written = apply("<body><p>x</p></body></html>", "html", place="end")
    assert written.where == "end"
    assert labelled.index(LABEL) < labelled.index("</body>")


def test_html_with_an_open_comment_is_labelled_at_the_start() -> None:
    labelled, written = apply("<body><p>x</p><!-- never closed", "html", place="end")
    assert written.where == "start"
    assert shown(labelled).startswith(LABEL)


def test_own_words_are_escaped() -> None:
    labelled, _ = apply("<p>x</p>", "html", "AI生成 <模型 & 版本>")
    assert "&lt;模型 &amp; 版本&gt;" in labelled


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encoding_and_line_ends_are_kept(encoding: str) -> None:
    text = "第一行\r\n第二行\r\n"
    data, _ = apply_bytes(text.encode(encoding), "plain")
    read = data.decode(encoding)
    assert read == f"{LABEL}\r\n\r\n{text}"


def test_bytes_of_no_encoding_are_named() -> None:
    with pytest.raises(MalformedFile):
        apply_bytes(b"\xff\xff\xff\x00\x80", "plain")
    with pytest.raises(EmptyFile):
        apply_bytes(b"", "plain")
    with pytest.raises(TooLarge):
        apply_bytes(b"x" * 11, "plain", limits=Limits(text_bytes=10))


@pytest.mark.parametrize("hostile", ['<a "', "<!--", "<", "<script>", "</a", "```\n", "<body"])
def test_hostile_text_costs_little(hostile: str) -> None:
    began = time.perf_counter()
    for form in FORMS:
        apply(hostile * 200_000, form, place="end")
    assert time.perf_counter() - began < 5


def test_the_door_writes_a_file(tmp_path: Path) -> None:
    source, target = tmp_path / "a.md", tmp_path / "b.md"
    source.write_text("# 题\n", "utf-8")
    written = apply_door(source, target, "text/markdown", Medium.TEXT, lang="zh")
    assert written is not None
    assert written.where == "start"
    assert target.read_text("utf-8") == f"> {LABEL}\n\n# 题\n"
    assert source.read_text("utf-8") == "# 题\n"
