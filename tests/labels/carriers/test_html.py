"""HTML: where the meta goes, which ones it replaces, and what is never touched."""

from __future__ import annotations

import html.parser
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.errors import EmptyFile, MalformedFile, NoLabelPlace, TooLarge
from colophon.labels import aigc
from colophon.labels.carriers.html import HTML
from tests.labels.carriers.contract import LABEL, OTHER_LABEL, CarrierContract, read, write

PLACE = "html:meta:AIGC"
PAGE = """<!DOCTYPE html>
<!-- a page -->
<html lang="zh">
  <head>
    <meta charset="utf-8">
    <title>标题 </head> <meta name="AIGC" content="in a title"></title>
    <script>const x = '<meta name="AIGC" content="in a script">';</script>
  </head>
  <body><p title="a > b">words</p></body>
</html>
"""


class _Seen(html.parser.HTMLParser):
    """What Python's own parser sees: metas in the head, and everything else."""

    def __init__(self) -> None:
        super().__init__()
        self.labels: list[tuple[str, bool]] = []
        self.rest: list[object] = []
        self.body = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.body |= tag in {"body", "p"}
        if tag == "meta" and (told.get("name") or "").lower() == "aigc":
            self.labels.append((told["content"] or "", self.body))
        elif tag != "head":
            self.rest.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.rest.append(data)

    def handle_comment(self, data: str) -> None:
        self.rest.append(data)


def seen(data: bytes) -> _Seen:
    parser = _Seen()
    parser.feed(data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8"))
    parser.close()
    return parser


def labelled(text: str | bytes, label: bytes = LABEL) -> bytes:
    return write(HTML, text.encode() if isinstance(text, str) else text, {"aigc": label})


class TestHtml(CarrierContract):
    carrier = HTML
    longest = 60_000
    flips = 60

    def samples(self) -> list[bytes]:
        return [
            b"<!DOCTYPE html><html><head><title>t</title></head><body>x</body></html>",
            b"\xef\xbb\xbf<!doctype html>\r\n<html>\r\n<head>\r\n</head>\r\n<body>x</body></html>",
            "\ufeff<html><head><title>标题</title></head><body>x</body></html>".encode("utf-16-be"),
            "\ufeff<html><body>𝒙</body></html>".encode("utf-16-le"),
            b"<html><body><p>x</p></body></html>",
            b"<!doctype html><title>t</title><p>x",
        ]

    def payload(self, data: bytes) -> object:
        return seen(data if data[:2] != b"\xfe\xff" else data).rest

    def check_labelled(self, labelled, packets) -> None:
        (packet,) = [p for p in read(HTML, labelled) if p.form == "aigc"]
        assert (packet.place, packet.data) == (PLACE, packets["aigc"])
        assert seen(labelled).labels == [(packets["aigc"].decode(), False)]


def test_it_follows_the_declaration_of_the_encoding() -> None:
    out = labelled(PAGE).decode()
    start = out.index('\n    <meta name="AIGC" content="{')
    end = out.index(">", start) + 1
    assert out[:start] + out[end:] == PAGE
    assert out[:start].endswith('<meta charset="utf-8">')


def test_titles_scripts_and_comments_are_words() -> None:
    packets = read(HTML, PAGE.encode())
    assert [p.form for p in packets] == ["text"]
    assert packets[0].data == PAGE.encode()


@pytest.mark.parametrize(
    "meta",
    [
        "<meta name='AIGC' content='{}'>",
        '<META CONTENT="{}" NAME="aigc" />',
        "<meta content={} name=AIGC>",
        '<meta\n  property="AIGC"\n  content="a > b">',
        '<meta name="AIGC">',
        '<meta name="vendor:AIGC" content="&#123;&quot;Label&quot;}">',
    ],
)
def test_any_spelling_is_replaced_where_it_stands(meta: str) -> None:
    out = labelled(f"<html><head><title>t</title>{meta}<link></head></html>").decode()
    assert out.startswith('<html><head><title>t</title><meta name="AIGC" content="{&quot;Label')
    assert out.endswith("/><link></head></html>")


def test_duplicates_and_metas_in_the_body_go() -> None:
    stale = '<meta name="AIGC" content="{}">'
    out = labelled(f"<html><head>{stale}{stale}</head><body>x{stale}y</body></html>")
    assert seen(out).labels == [(LABEL.decode(), False)]
    assert b"<body>xy</body>" in out
    out = labelled(f"<html><head></head><body>x{stale}y</body></html>")
    assert seen(out).labels == [(LABEL.decode(), False)]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("<html lang=x><body>", "<html lang=x>\n<head><meta"),
        ("<!doctype html>\r\n<p>", "<!doctype html>\r\n<head><meta"),
        ("<p>words", "<head><meta"),
        (
            "<?xml version='1.0'?>\n<html xmlns='x'><head/>",
            "<?xml version='1.0'?>\n<html xmlns='x'><head",
        ),
    ],
)
def test_a_head_is_made_where_there_is_none(text: str, start: str) -> None:
    out = labelled(text).decode()
    assert out.startswith(start)
    assert labelled(out) == out.encode()
    assert seen(out.encode()).labels[0][1] is False


def test_comments_and_scripts_are_read_and_left_alone() -> None:
    wrapped = '{"AIGC":' + OTHER_LABEL.decode() + "}"
    comment = f"<html><body><!-- {wrapped} --></body></html>"
    (packet,) = read(HTML, comment.encode())
    assert (packet.form, packet.place) == ("text", "html:comment")
    assert aigc.find(packet.data)[0].produce_id == "another-number-22"
    assert f"<!-- {wrapped} -->".encode() in labelled(comment)
    script = f"<html><head><script>window.x = {wrapped};</script></head></html>"
    (packet,) = read(HTML, script.encode())
    assert (packet.form, packet.place) == ("text", "html:script")
    assert f"window.x = {wrapped};".encode() in labelled(script)


def test_a_label_in_a_meta_is_not_read_twice() -> None:
    packets = read(HTML, labelled(PAGE))
    assert [p.form for p in packets] == ["aigc", "text"]
    assert aigc.find(packets[1].data) == []


@pytest.mark.parametrize("codec", ["gb18030", "shift-jis", "iso-8859-1"])
def test_other_encodings_keep_their_bytes(codec: str) -> None:
    words = "é" if codec == "iso-8859-1" else "表示"
    data = f'<html><head><meta charset="{codec}"></head><body>{words}</body></html>'.encode(codec)
    out = labelled(data)
    assert f"<body>{words}</body>".encode(codec) in out
    assert out[: data.index(b"</head>")] == data[: data.index(b"</head>")]


def test_sniffing() -> None:
    assert HTML.sniff(PAGE.encode()) == "text/html"
    assert HTML.sniff(b"\n <!-- x -->\n<HTML>") == "text/html"
    assert (
        HTML.sniff(b"<?xml version='1.0'?><!DOCTYPE html PUBLIC><html>") == "application/xhtml+xml"
    )
    assert HTML.sniff("\ufeff<html>".encode("utf-16-le")) == "text/html"
    assert HTML.sniff(b"<svg xmlns=x>") is None
    assert HTML.sniff(b"# <html> in Markdown") is None


def test_empty_and_binary_are_refused() -> None:
    with pytest.raises(EmptyFile):
        read(HTML, b"")
    with pytest.raises(MalformedFile):
        labelled(b"<html>\0")


@pytest.mark.parametrize(
    "text",
    [
        "<a " * 40_000,
        "</a " * 60_000,
        "<a '" * 30_000,
        "<!--" * 40_000,
        "<script>" * 30_000,
        "<" * 120_000,
    ],
)
def test_hostile_markup_ends_soon(text: str) -> None:
    TestHtml().survive(text.encode())


@given(st.text("<>/='\"! -ahedmtscripnAIGC\n", max_size=200))
def test_any_tag_soup_is_kept(soup: str) -> None:
    out = labelled(soup) if soup else labelled("x")
    assert labelled(out) == out
    (packet,) = [p for p in read(HTML, out) if p.form == "aigc"]
    assert json.loads(packet.data) == json.loads(LABEL)


def test_a_label_that_no_reader_would_find_is_refused() -> None:
    long = LABEL.replace(b'"ReservedCode1":""', b'"ReservedCode1":"%s"' % (b"x" * 70_000))
    with pytest.raises(TooLarge):
        write(HTML, b"<!DOCTYPE html><p>words</p>", {"aigc": long})


def test_tags_that_would_swallow_the_label_are_refused() -> None:
    page = '<html x="a><head><title>t</title></head><body>words</body>'
    with pytest.raises(NoLabelPlace):
        write(HTML, page.encode(), {"aigc": LABEL})
