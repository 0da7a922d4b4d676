"""Manifests in texts: invisible, in their place, bound to the words, and never in the way."""

from __future__ import annotations

import io
import random
import unicodedata

import c2pa_text
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.errors import CredentialFailed
from colophon.labels import credential, credential_places
from colophon.labels.carriers import recognise
from colophon.labels.credential_places import MisplacedManifest
from colophon.labels.explicit import finding
from tests.labels.credential import media
from tests.labels.credential.conftest import AIGC

PLAIN, MARKDOWN, HTML = media.TEXTS
LABELLED = "第一段。\n第二段。\n".encode() + b"AIGC: " + AIGC.encode() + b"\n"
NAMES = {PLAIN: "a.txt", HTML: "a.html", MARKDOWN: "a.md"}
STORE = b"\0\0\0\x10jumb store" + bytes(range(256))


def labelled(kind):
    """A text of each kind with the label in its place."""
    source = io.BytesIO(media.made(kind))
    carrier = recognise(source, NAMES[kind]).carrier
    pieces = carrier.write(source, {"aigc": AIGC.encode()})
    data = source.getvalue()
    return b"".join(
        one.data if hasattr(one, "data") else data[one.start : one.end] for one in pieces
    )


@pytest.mark.parametrize("kind", media.TEXTS)
def test_the_label_is_read_as_before_and_can_be_written_again(kind, sign):
    before = labelled(kind)
    after = sign(before, kind)
    read = [_labels(data, kind) for data in (before, after)]
    assert read[0] == read[1]
    assert len(read[1]) == 1


def _labels(data, kind):
    carrier = recognise(io.BytesIO(data), NAMES[kind]).carrier
    return [(one.place, one.data) for one in carrier.read(io.BytesIO(data)) if one.form == "aigc"]


@pytest.mark.parametrize("kind", media.TEXTS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_taking_it_out_gives_back_the_text(kind, newline, sign):
    before = labelled(kind).replace(b"\n", newline.encode())
    after = sign(before, kind)
    assert credential_places.without(after, kind) == before
    assert after != before
    assert after.count(b"\n") == after.count(newline.encode())


@pytest.mark.parametrize("kind", media.TEXTS)
def test_one_changed_word_is_seen(kind, sign, read):
    data = sign(media.made(kind), kind)
    changed = data.replace("段".encode(), "断".encode(), 1).replace("文".encode(), "丈".encode(), 1)
    layer = read(changed, kind)
    assert (layer.valid, layer.issues) == (False, ("assertion.dataHash.mismatch",))


@pytest.mark.parametrize("kind", media.TEXTS)
def test_words_put_in_or_moved_are_seen(kind, sign, read):
    data = sign(media.made(kind), kind)
    place = credential_places.locate(data, kind)
    end = place.start + place.length
    for changed in (b"x" + data, data + b"x", data[:end] + b" " + data[end:]):
        layer = read(changed, kind)
        assert layer.present
        assert layer.valid is False


def test_a_longer_gap_than_the_manifest_is_seen(sign, read):
    """Words inside the element that is left out of the hash, but no part of the manifest."""
    data = sign(media.made(HTML), HTML)
    hidden = data.replace(b"</script>", b"</script >", 1)
    assert read(hidden, HTML).valid is False


def test_the_reference_implementation_finds_the_same(sign):
    plain = sign(LABELLED, PLAIN)
    place = credential_places.locate(plain, PLAIN)
    manifest, start, length = c2pa_text.find_wrapper_info(plain.decode())
    assert (manifest, start, length) == (place.manifest, place.start, place.length)
    html = sign(media.made(HTML), HTML)
    found = c2pa_text.extract_html(html.decode())
    assert found.method == "inline"
    assert found.manifest == credential_places.locate(html, HTML).manifest
    markdown = sign(media.made(MARKDOWN), MARKDOWN)
    found = c2pa_text.extract_structured(markdown.decode())
    assert found.manifest == credential_places.locate(markdown, MARKDOWN).manifest


def test_we_find_what_the_reference_implementation_wrote():
    plain = c2pa_text.embed_manifest("正文", STORE).encode()
    html = c2pa_text.embed_html_inline(media.made(HTML).decode(), STORE)
    reference = c2pa_text.encode_data_uri(STORE)
    block = c2pa_text.embed_structured("正文\n", reference, "<!--", "-->")
    end = c2pa_text.embed_structured("正文\n", reference, "<!--", "-->", c2pa_text.Placement.END)
    assert credential_places.locate(plain, PLAIN).manifest == STORE
    for kind, given_ in ((HTML, html), (MARKDOWN, block), (MARKDOWN, end)):
        text = getattr(given_, "html", None) or given_.text
        place = credential_places.locate(text.encode(), kind)
        assert place.manifest == STORE
        assert (place.start, place.length) == (given_.exclusion_start, given_.exclusion_length)


@pytest.mark.parametrize("where", ["start", "end"])
def test_an_explicit_label_is_still_found(where, sign):
    words = ["本内容由AI生成", *(f"第{number}段，写了很多字。" for number in range(30))]
    text = "\n".join(words if where == "start" else reversed(words)) + "\n"
    data = text.encode() + b"AIGC: " + AIGC.encode() + b"\n"
    found = finding.in_words(sign(data, PLAIN), PLAIN)
    assert (found.text, found.where) == ("本内容由AI生成", where)


def test_nothing_of_it_is_seen(sign):
    after = sign(LABELLED, PLAIN).decode()
    shown = [one for one in after if unicodedata.category(one) not in ("Mn", "Cf")]
    assert "".join(shown).replace("\n", "") == LABELLED.decode().replace("\n", "")


def test_a_text_in_another_normal_form_is_bound_in_the_standards(sign, read):
    text = "e\u0301tude, Ku\u0308che\n"
    data = sign(text.encode(), PLAIN)
    assert data.startswith(text.encode())
    assert read(data, PLAIN).trusted
    assert read(unicodedata.normalize("NFC", data.decode()).encode(), PLAIN).trusted


def test_front_matter_stays_first(sign):
    data = sign(media.made(MARKDOWN), MARKDOWN)
    assert data.startswith(media.made(MARKDOWN))
    assert data.endswith(b"-----END C2PA MANIFEST----- -->")


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (PLAIN, "正文".encode("gb18030")),
        (PLAIN, b"AIGC: " + AIGC.encode() + b"\n"),
        (PLAIN, b"  \n"),
        (HTML, b"<p>no head</p>"),
        (PLAIN, "正文\n".encode("utf-16-le")),
        (MARKDOWN, "# 题\n".encode("utf-16")),
        (HTML, "<html><head></head><p>正文</p>".encode("utf-16")),
    ],
)
def test_texts_that_offer_no_place(kind, data, sign):
    assert not credential.signable(io.BytesIO(data), kind)
    with pytest.raises(CredentialFailed):
        sign(data, kind)


def test_html_in_an_older_encoding(sign, read):
    page = '<html><head><meta charset="gb18030"></head><body>正文</body></html>'.encode("gb18030")
    data = sign(page, HTML)
    assert read(data, HTML).trusted
    assert credential_places.without(data, HTML) == page


@pytest.mark.parametrize("kind", media.TEXTS)
def test_two_manifests_are_none_to_rely_on(kind, sign, read):
    once = sign(media.made(kind), kind)
    place = credential_places.locate(once, kind)
    copy = place.bound[place.start : place.start + place.length]
    twice = once + b"\n" + copy.strip(b"\r\n") + b"\n"
    with pytest.raises(MisplacedManifest):
        credential_places.locate(twice, kind)
    layer = read(twice, kind)
    assert (layer.present, layer.valid, layer.issues) == (
        True,
        False,
        (credential_places.MULTIPLE[kind],),
    )
    with pytest.raises(CredentialFailed):
        sign(twice, kind)


def test_a_wrapper_cut_short_is_told(sign, read):
    data = sign(media.made(PLAIN), PLAIN).decode()
    layer = read(data[:-200].encode(), PLAIN)
    assert (layer.valid, layer.issues) == (False, (credential_places.CORRUPTED,))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (
            MARKDOWN,
            "-----BEGIN C2PA MANIFEST----- https://a.example/m.c2pa -----END C2PA MANIFEST-----",
        ),
        (
            MARKDOWN,
            "# -----BEGIN C2PA MANIFEST----- data:application/c2pa;base64,oWV... -----END C2PA MANIFEST-----",
        ),
        (MARKDOWN, "about -----BEGIN C2PA MANIFEST----- and no end"),
        (HTML, '<head><link rel="c2pa-manifest" href="https://a.example/m"></head>'),
        (HTML, '<head><script type="application/c2pa">...</script></head>'),
        (PLAIN, "about C2PATXT and application/c2pa\ufeff"),
    ],
)
def test_a_text_about_manifests_holds_none(kind, text, read):
    assert read(text.encode(), kind).present is False
    assert not credential.holds(io.BytesIO(text.encode()), kind)


def test_no_bytes_raise_and_none_take_long(sign, read):
    dice = random.Random(25)
    for kind in media.TEXTS:
        data = sign(media.made(kind), kind)
        for _ in range(60):
            broken = bytearray(data)
            for _ in range(dice.randint(1, 6)):
                broken[dice.randrange(len(broken))] = dice.randrange(256)
            read(bytes(broken[: dice.randint(1, len(broken))]), kind)
    for filler in (
        b"<script ",
        b"<script type=application/c2pa>",
        b"-----BEGIN C2PA MANIFEST-----",
    ):
        for kind in media.TEXTS:
            read(filler * (1 << 16), kind)
    mark = credential_places.MARKS[PLAIN]
    assert read((b"\xef\xbb\xbf" + mark) * (1 << 14), PLAIN).valid is False


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=80), st.binary())
def test_in_and_out_of_any_text(text, store):
    data = (text + "字\n").encode()
    whole, place = credential_places.inserted(data, PLAIN, STORE + store)
    empty = credential_places.inserted(data, PLAIN, b"")[1]
    assert place.length == credential_places.taken(empty, PLAIN, STORE + store)
    found = credential_places.locate(whole, PLAIN)
    assert (found.start, found.length, found.manifest) == (
        place.start,
        place.length,
        STORE + store,
    )
    assert credential_places.without(whole, PLAIN) == data
