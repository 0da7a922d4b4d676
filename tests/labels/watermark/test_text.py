"""The invisible mark in text: read from any 40 %, and in nobody's way."""

import contextlib
import html
import io
import json
import re
import subprocess
import time
import unicodedata

import markdown_it
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colophon.errors import TooSmallToMark
from colophon.labels.watermark import text as marks
from colophon.labels.watermark.key import PUBLIC, MarkKey
from colophon.labels.watermark.text import LENGTH, detect, embed
from colophon.labels.watermark.text_places import places

OTHER = MarkKey(bytes(range(32)))
PAYLOADS = st.integers(0, 2**64 - 1)
ENGLISH = (
    "The harbour lay quiet that morning. Nets hung over the wall, still wet, and gulls waited! "
    "“Will they sail?” asked the child; nobody knew. A bell rang twice. Then the fog came in "
    "(as it does in March), and the boats were gone. "
)
CHINESE = (
    "清晨的港口很安静。渔网挂在墙上，还是湿的，海鸥在等待！“他们会出海吗？”孩子问道；没有人知道。"
    "钟响了两声。随后，大雾（三月里常有的）弥漫开来，船都不见了……"
)
ARABIC = "كان الميناء هادئا في ذلك الصباح. الشباك معلقة على الجدار، والنوارس تنتظر! هل سيبحرون؟ "
TEXTS = {
    "english": ENGLISH * 3,
    "chinese": CHINESE * 3,
    "arabic": ARABIC * 4,
    "mixed": (ENGLISH + "\n\n" + CHINESE + "\n\n") * 4,
    "long": (ENGLISH + CHINESE + "\n\n") * 60,
    "short": ENGLISH[:125],
    "no punctuation": "the boats left the harbour before dawn and nobody saw them go " * 5,
    "verse": "Under the wide and starry sky\nDig the grave and let me lie\nGlad did I live\n" * 3,
}
DOCUMENT = """---
title: A page. With a dot
---
# A heading. With two sentences

The *first* paragraph is plain. It has `code. Inside it` and a [link. Here](https://a.example/b.
"A title. Too"), then **bold.** More text, and <span title="a. b">a tag. Closed</span>. See
https://example.com/a.b. Or write to me@example.com. It costs $5. It pays $6. E.g. this one.

Setext heading. Of two
----------------------

1. A list. Of things
2. More things, and others.
    - nested. Items here
- [ ] a task. To do

```python
print("Hello. World, all")  # a comment. Here
```

    indented code. Stays as it is

| a. b | c, d |
|------|------|
| e. f | g; h |

> A quotation. It goes on, and ends.

[ref]: https://example.com/ref "Ref. Title"

中文段落在这里。它有**粗体。**也有`代码。`，还有[链接。](https://example.com/中文。html)。完了
Last line with a hard break.  \nAnd $x. y$ math, \\(a. b\\) too. The end.
"""


def excerpts(text, share=0.4):
    width = int(share * len(text))
    step = max(1, len(text) // 150)
    return (text[start : start + width] for start in range(0, len(text) - width + 1, step))


def bare(text):
    return re.sub("[\U000e0100-\U000e01ef]", "", text)


def test_what_is_written_never_changes():
    """Texts out in the world were marked so: a change here loses them all."""
    run = marks._sealed(0x0123456789ABCDEF, PUBLIC)
    assert [ord(one) - 0xE0100 for one in run] == [
        152,
        210,
        147,
        47,
        64,
        195,
        24,
        171,
        43,
        228,
        47,
        84,
        102,
    ]
    assert marks._opened(run, PUBLIC) == 0x0123456789ABCDEF


@pytest.mark.parametrize("name", TEXTS)
def test_any_forty_per_cent_give_the_payload(name):
    marked = embed(TEXTS[name], 0xFEDCBA9876543210, PUBLIC)
    assert bare(marked) == TEXTS[name]
    for excerpt in excerpts(marked):
        found = detect(excerpt, PUBLIC)
        assert found is not None and found.payload == 0xFEDCBA9876543210
        assert found.confidence > 1 - 1e-9


def test_a_thousand_characters_of_a_long_text_suffice():
    marked = embed(TEXTS["long"], 3, PUBLIC)
    for excerpt in excerpts(marked, 1000.5 / len(marked)):
        assert detect(excerpt, PUBLIC).payload == 3


@pytest.mark.parametrize("name", TEXTS)
def test_few_characters_are_added(name):
    text = TEXTS[name]
    added = (len(embed(text, 1, PUBLIC)) - len(text)) // LENGTH
    assert added <= max(3, len(text) // 700)


@given(PAYLOADS)
@settings(max_examples=40, deadline=None)
def test_every_payload_is_read(payload):
    assert detect(embed(ENGLISH, payload, PUBLIC), PUBLIC).payload == payload
    assert detect(embed(ENGLISH, payload, OTHER), OTHER).payload == payload


@given(PAYLOADS)
@settings(max_examples=20, deadline=None)
def test_another_key_reads_nothing(payload):
    assert detect(embed(ENGLISH, payload, PUBLIC), OTHER) is None


def test_equal_payloads_look_unlike_under_two_keys_and_no_key_shows_a_number():
    runs = {marks._sealed(number, key) for number in range(3) for key in (PUBLIC, OTHER)}
    assert len({run[place] for run in runs for place in range(LENGTH)}) > 50


def test_marking_again_replaces_our_marks_and_leaves_those_of_others():
    once = embed(ENGLISH * 2, 1, PUBLIC)
    assert embed(once, 1, PUBLIC) == once
    assert embed(once, 2, PUBLIC) == embed(ENGLISH * 2, 2, PUBLIC)
    both = embed(once, 9, OTHER)
    assert detect(both, PUBLIC).payload == 1
    assert detect(both, OTHER).payload == 9
    assert detect(embed(both, 8, OTHER), PUBLIC).payload == 1


def test_variation_selectors_of_others_are_left_alone():
    manifest = "\ufeff" + "".join(chr(0xE0100 + one % 240) for one in range(900))
    ideographs = "葛\U000e0101城市和辻\U000e0100さん。"
    emoji = "Good ❤️‍🔥! Yes ☺︎. "
    text = ideographs + ENGLISH + emoji + CHINESE + manifest
    marked = embed(text, 5, PUBLIC)
    mark = marks._sealed(5, PUBLIC)
    assert marked.replace(mark, "") == text
    assert detect(text, PUBLIC) is None
    assert detect(marked, PUBLIC).payload == 5


def test_of_two_payloads_the_more_frequent_is_answered():
    mixed = embed(ENGLISH, 1, PUBLIC) + embed(ENGLISH * 40, 2, PUBLIC)
    assert detect(mixed, PUBLIC).payload == 2


@pytest.mark.parametrize(
    "text", ["", "Short. Text.", "。" * 39, "x" * 10_000, "\n" * 500, "漢字" * 99]
)
def test_what_has_no_place_is_too_small(text):
    with pytest.raises(TooSmallToMark):
        embed(text, 1, PUBLIC)


@pytest.mark.parametrize("payload", [-1, 2**64])
def test_a_payload_has_64_bits(payload):
    with pytest.raises(ValueError, match="64"):
        embed(ENGLISH, payload, PUBLIC)


@given(st.text(alphabet=st.characters(min_codepoint=0xE00F0, max_codepoint=0xE01F5), max_size=400))
@settings(max_examples=50, deadline=None)
def test_selectors_that_are_no_mark_give_none(text):
    assert detect(text, PUBLIC) is None


@given(
    st.text(max_size=600)
    | st.text(alphabet="ab .,;:!`~*_[]()<>|#$-=\\\n\r\t12。，“”文", max_size=600)
)
@settings(max_examples=200, deadline=None)
def test_any_text_keeps_every_character(text):
    try:
        marked = embed(text, 7, PUBLIC)
    except TooSmallToMark:
        return
    assert marked.replace(marks._sealed(7, PUBLIC), "") == text
    assert detect(marked, PUBLIC).payload == 7


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@pytest.mark.parametrize("name", ["english", "chinese", "arabic"])
def test_normalisation_leaves_the_mark(form, name):
    marked = embed(TEXTS[name], 11, PUBLIC)
    for excerpt in excerpts(unicodedata.normalize(form, marked)):
        assert detect(excerpt, PUBLIC).payload == 11


def test_escaped_forms_and_encodings_leave_the_mark():
    marked = embed(TEXTS["mixed"], 12, PUBLIC)
    assert json.loads(json.dumps(marked)) == marked
    assert html.unescape(html.escape(marked)) == marked
    referenced = marked.encode("ascii", "xmlcharrefreplace").decode()
    assert html.unescape(referenced) == marked
    for encoding in ("utf-8", "utf-16", "utf-32", "gb18030"):
        assert detect(marked.encode(encoding).decode(encoding), PUBLIC).payload == 12


def test_a_word_document_keeps_the_mark():
    docx = pytest.importorskip("docx")
    document = docx.Document()
    for paragraph in embed(TEXTS["mixed"], 13, PUBLIC).split("\n\n"):
        document.add_paragraph(paragraph)
    document.save(held := io.BytesIO())
    read = "\n".join(one.text for one in docx.Document(io.BytesIO(held.getvalue())).paragraphs)
    assert all(detect(excerpt, PUBLIC).payload == 13 for excerpt in excerpts(read))


def rendered(text):
    return markdown_it.MarkdownIt("gfm-like", {"linkify": False}).enable("table").render(text)


def with_all_places(text):
    """A selector at every place at once."""
    positions = [0, *(one.position for one in places(text)), len(text)]
    return "\U000e0180".join(text[a:b] for a, b in zip(positions, positions[1:]))


def test_markdown_renders_as_before_with_a_mark_at_every_place():
    assert len(places(DOCUMENT)) > 25
    assert bare(rendered(with_all_places(DOCUMENT))) == rendered(DOCUMENT)
    markdown = pytest.importorskip("markdown")
    extensions = ["extra", "sane_lists", "toc"]
    whole = markdown.markdown(with_all_places(DOCUMENT), extensions=extensions)
    assert bare(whole) == markdown.markdown(DOCUMENT, extensions=extensions)


@given(st.lists(st.sampled_from(DOCUMENT.splitlines()), min_size=5, max_size=40))
@settings(max_examples=60, deadline=None)
def test_markdown_in_any_order_renders_as_before(lines):
    text = "\n".join(lines)
    assert bare(rendered(with_all_places(text))) == rendered(text)


def test_what_machines_read_has_no_mark():
    marked = with_all_places(DOCUMENT)
    for whole in (
        "title: A page. With a dot",
        "# A heading. With two sentences\n",
        "`code. Inside it`",
        "https://example.com/a.b. ",
        "me@example.com. ",
        'print("Hello. World, all")  # a comment. Here\n',
        "    indented code. Stays as it is\n",
        '<span title="a. b">',
        '[ref]: https://example.com/ref "Ref. Title"\n',
        "$x. y$",
        "\n2. More",
        "Setext heading. Of two\n",
        "(https://example.com/中文。html)",
    ):
        assert whole in marked


def test_the_rendered_page_gives_the_payload():
    text = DOCUMENT + "\n\n" + TEXTS["mixed"]
    page = rendered(embed(text, 14, PUBLIC))
    copied = html.unescape(re.sub("<[^>]+>", "", page))
    assert all(detect(excerpt, PUBLIC).payload == 14 for excerpt in excerpts(copied, 0.45))


def test_words_stay_whole_and_scripts_keep_joining():
    """A mark belongs to the space or the Chinese punctuation in front of it."""
    for text in TEXTS.values():
        for place in places(text):
            assert text[place.position - 1] in " 。！？；…，、”）"
            assert not unicodedata.combining(text[place.position : place.position + 1] or " ")


def test_words_are_found_and_counted_as_before():
    for text in TEXTS.values():
        marked = with_all_places(text)
        assert len(marked.split()) == len(text.split())
        assert re.findall(r"\w+", marked) == re.findall(r"\w+", text)


def test_the_best_places_are_between_sentences():
    ranks = {ENGLISH[: place.position].split()[-1][-1]: place.rank for place in places(ENGLISH)}
    assert ranks["."] == ranks["!"] == 0 and ranks[","] == ranks[";"] == 1
    assert {place.rank for place in places(CHINESE)} == {0, 1}
    for place in marks._chosen(TEXTS["english"]):
        assert TEXTS["english"][place - 2] in ".!?”"


@pytest.mark.needs("espeak-ng")
@pytest.mark.parametrize(("voice", "text"), [("en", ENGLISH), ("cmn", CHINESE), ("ar", ARABIC)])
def test_speech_is_as_before(voice, text):
    def spoken(words):
        command = ["espeak-ng", "-q", "-x", "-v", voice]
        return subprocess.run(command, input=words.encode(), capture_output=True).stdout.split()

    assert len(spoken(text)) > 10
    assert spoken(embed(text, 1, PUBLIC)) == spoken(text)
    for place in [one for one in places(text) if one.rank < 2]:
        one = text[: place.position] + marks._sealed(2, PUBLIC) + text[place.position :]
        assert spoken(one) == spoken(text)


@pytest.mark.parametrize(
    "hostile",
    ["." * 200_000, "a." * 100_000, "`" * 200_001, "<" * 200_000, "](" * 100_000, "$" * 200_000]
    + ["\U000e0100" * 200_000, "[[" * 100_000, "a " * 100_000, "```\n" * 50_000, "“”。" * 70_000],
)
def test_hostile_texts_cost_little(hostile):
    """Half a megabyte each; a quadratic scan would take minutes."""
    start = time.process_time()
    with contextlib.suppress(TooSmallToMark):
        detect(embed(hostile + "\n\n" + ENGLISH, 1, PUBLIC), PUBLIC)
    assert time.process_time() - start < 5
