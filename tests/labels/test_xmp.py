"""XMP packets: read whatever is met, write one label and touch nothing else."""

from __future__ import annotations

import time
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colophon.labels import xmp
from colophon.labels.xmp import IPTC_NAMESPACE, NAMESPACE, RDF_NAMESPACE

JSON = '{"Label":"1","ContentProducer":"001191110000MADEM0000Q00000","ProduceID":"a&b<c>\'d"}'
OTHER = '{"Label":"2"}'
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
RAW = JSON.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def packet(inside: str, attributes: str = "", header: str | None = None) -> str:
    if header is None:
        header = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    return (
        f'{header}\n<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF xmlns:rdf="{RDF_NAMESPACE}"><!-- a note -->'
        f'<rdf:Description  rdf:about="uuid:7" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        f' xmlns:TC260="{NAMESPACE}" xmlns:v="http://vendor.example/AIGC"'
        f' xmlns:Iptc4xmpExt="{IPTC_NAMESPACE}"{attributes}>'
        f"<dc:title>a &amp; b</dc:title>{inside}</rdf:Description>"
        f'</rdf:RDF></x:xmpmeta>\n   \n<?xpacket end="w"?>'
    )


def only(data: bytes) -> xmp.XmpProperty:
    (found,) = xmp.read(data).aigc
    return found


@pytest.mark.parametrize(
    ("inside", "attributes", "form", "namespace"),
    [
        (f"<TC260:AIGC>{RAW}</TC260:AIGC>", "", "element", NAMESPACE),
        (f"<TC260:AIGC>\n  {RAW}\n</TC260:AIGC>", "", "element", NAMESPACE),
        (f"<TC260:AIGC><![CDATA[{JSON}]]></TC260:AIGC>", "", "element", NAMESPACE),
        (f"<v:AIGC>{RAW}</v:AIGC>", "", "element", "http://vendor.example/AIGC"),
        (f"<AIGC>{RAW}</AIGC>", "", "element", None),
        (f"<q:AIGC>{RAW}</q:AIGC>", "", "element", None),
        (
            f"<TC260:AIGC><rdf:Alt><rdf:li xml:lang='x-default'>{RAW}</rdf:li>"
            f"<rdf:li>{RAW}</rdf:li></rdf:Alt></TC260:AIGC>",
            "",
            "element",
            NAMESPACE,
        ),
        (
            f"<TC260:AIGC><rdf:Seq><rdf:li>{RAW}</rdf:li></rdf:Seq></TC260:AIGC>",
            "",
            "element",
            NAMESPACE,
        ),
        ("", f' TC260:AIGC="{RAW}"', "attribute", NAMESPACE),
        ("", f' v:AIGC = "{RAW}"', "attribute", "http://vendor.example/AIGC"),
        ("", f" TC260:AIGC='{RAW.replace(chr(39), '&#39;')}'", "attribute", NAMESPACE),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_every_form_is_read_and_replaced(inside, attributes, form, namespace, encoding):
    text = packet(inside, attributes, header="" if encoding == "utf-16-be" else None)
    data = text.lstrip().encode(encoding)
    found = only(data)
    assert (found.value, found.form, found.namespace) == (JSON, form, namespace)
    assert found.standard == (form == "element" and namespace == NAMESPACE)
    written = xmp.write(data, OTHER)
    assert only(written).value == OTHER
    assert only(written).standard
    assert xmp.write(written, OTHER) == written
    blank = xmp.blanked(written)
    assert len(blank) == len(written)
    assert xmp.read(blank).aigc == ()
    assert xmp.blanked(blank) == blank
    assert "<dc:title>a &amp; b</dc:title>" in written.decode(encoding)


def test_stacked_labels_are_all_read_and_become_one():
    many = f"<TC260:AIGC>{RAW}</TC260:AIGC><v:AIGC>{RAW}</v:AIGC>" * 2
    data = packet(many, ' TC260:AIGC="{}"').encode()
    assert len(xmp.read(data).aigc) == 5
    written = xmp.write(data, OTHER).decode()
    assert written == packet("<TC260:AIGC>{&quot;Label&quot;:&quot;2&quot;}</TC260:AIGC>")


def test_a_bag_of_labels_is_several():
    bag = f"<TC260:AIGC><rdf:Bag>{'<rdf:li>x</rdf:li>' * 3}</rdf:Bag></TC260:AIGC>"
    assert [p.value for p in xmp.read(packet(bag).encode()).aigc] == ["x"] * 3


@pytest.mark.parametrize(
    "inside",
    [
        '<v:AIGC rdf:parseType="Resource"><v:Label>1</v:Label><v:ProduceID>p</v:ProduceID></v:AIGC>',
        "<v:AIGC><rdf:Description><v:Label>1</v:Label><v:ProduceID>p</v:ProduceID>"
        "</rdf:Description></v:AIGC>",
        '<v:AIGC v:Label="1" v:ProduceID="p"/>',
    ],
)
def test_a_label_as_a_structure(inside):
    found = only(packet(inside).encode())
    assert (found.form, found.value) == ("structure", '{"Label": "1", "ProduceID": "p"}')
    assert only(xmp.write(packet(inside).encode(), JSON)).value == JSON


def test_only_the_label_changes():
    before = packet(f"<TC260:AIGC>{RAW}</TC260:AIGC>")
    after = xmp.write(before.encode(), OTHER).decode()
    assert after == before.replace(RAW, OTHER.replace('"', "&quot;"))


def test_what_is_missing_is_added_and_the_rest_kept():
    before = packet("").encode()
    after = xmp.write(before, JSON, SOURCE_TYPE)
    at = before.index(b"</rdf:RDF>")
    assert after.startswith(before[:at])
    assert after.endswith(before[at:])
    assert b'rdf:about="uuid:7"' in after[at:]
    assert xmp.write(after, JSON, SOURCE_TYPE) == after


def test_invalid_bytes_elsewhere_stay():
    before = packet("").replace("a &amp; b", "a \udce9 b").encode("utf-8", "surrogateescape")
    after = xmp.write(before, JSON)
    assert b"a \xe9 b" in after
    assert only(after).value == JSON


def test_an_unusual_root_is_kept():
    bare = f'<RDF xmlns="{RDF_NAMESPACE}"/>'
    after = xmp.write(bare.encode(), JSON)
    assert after.startswith(f'<RDF xmlns="{RDF_NAMESPACE}">'.encode())
    assert (
        ET.fromstring(after).find(f"{{{RDF_NAMESPACE}}}Description/{{{NAMESPACE}}}AIGC") is not None
    )


@pytest.mark.parametrize(
    ("inside", "attributes"),
    [
        (f"<Iptc4xmpExt:DigitalSourceType>{SOURCE_TYPE}</Iptc4xmpExt:DigitalSourceType>", ""),
        (f'<Iptc4xmpExt:DigitalSourceType rdf:resource="{SOURCE_TYPE}"/>', ""),
        ("", f' Iptc4xmpExt:DigitalSourceType="{SOURCE_TYPE}"'),
    ],
)
def test_source_type_in_every_form(inside, attributes):
    before = packet(inside, attributes)
    assert xmp.read(before.encode()).digital_source_type == SOURCE_TYPE
    unchanged = xmp.write(before.encode(), JSON)
    assert xmp.read(unchanged).digital_source_type == SOURCE_TYPE
    after = xmp.write(before.encode(), JSON, "http://example.org/new")
    assert xmp.read(after).digital_source_type == "http://example.org/new"
    assert after.decode().count("DigitalSourceType") == before.count("DigitalSourceType")
    assert before.replace(SOURCE_TYPE, "http://example.org/new")[:500] in after.decode()


def test_an_ingredients_source_type_is_not_ours():
    nested = (
        '<v:Ingredient rdf:parseType="Resource"><Iptc4xmpExt:DigitalSourceType>old'
        "</Iptc4xmpExt:DigitalSourceType></v:Ingredient>"
    )
    after = xmp.write(packet(nested).encode(), JSON, SOURCE_TYPE).decode()
    assert nested in after
    assert f">{SOURCE_TYPE}<" in after


@pytest.mark.parametrize(
    ("header", "malformed"),
    [
        ('<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>', False),
        ("<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>", False),
        ("", False),
        ('<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"??>', True),
        ('<?xpacket begin="" ?>', True),
    ],
)
def test_header(header, malformed):
    data = packet(f"<TC260:AIGC>{RAW}</TC260:AIGC>", header=header).lstrip().encode()
    assert xmp.read(data).malformed_header is malformed
    written = xmp.write(data, OTHER)
    assert not xmp.read(written).malformed_header
    assert malformed or written.startswith(header.encode())


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_cut_packet_gives_what_it_has(cut):
    for inside, attributes in ((f"<TC260:AIGC>{RAW}</TC260:AIGC>", ""), ("", f' v:AIGC="{RAW}"')):
        text = packet(inside, attributes)
        end = text.index(RAW) + len(RAW) - cut
        found = only(text[:end].encode())
        assert found.cut
        assert not found.standard
        assert found.value[:30] == JSON[:30]
        written = xmp.write(text[:end].encode(), OTHER)
        assert only(written).standard
        assert ET.fromstring(written.decode()) is not None


def test_a_fragment_without_root_is_read():
    bare = f'<rdf:Description xmlns:AIGC="http://ns.adobe.com/AIGC/1.0/" AIGC:AIGC="{RAW}"/>'
    found = only(bare.encode())
    assert (found.value, found.form) == (JSON, "attribute")
    assert found.namespace == "http://ns.adobe.com/AIGC/1.0/"
    assert only(xmp.write(bare.encode(), JSON)).standard


def test_a_fresh_packet():
    fresh = xmp.write(None, JSON, SOURCE_TYPE)
    assert only(fresh) == xmp.XmpProperty(JSON, "element", NAMESPACE, "TC260")
    facts = xmp.read(fresh)
    assert facts.digital_source_type == SOURCE_TYPE
    assert not facts.malformed_header
    tree = ET.fromstring(fresh.decode().lstrip("\ufeff"))
    assert tree.findtext(f".//{{{NAMESPACE}}}AIGC") == JSON


def test_entities_are_never_expanded():
    bomb = "<!DOCTYPE r [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
        f"<!ENTITY {chr(98 + i)} '{f'&{chr(97 + i)};' * 10}'>" for i in range(12)
    )
    data = (bomb + "]>" + packet("<TC260:AIGC>&m;</TC260:AIGC>", header="")).encode()
    assert only(data).value == "&m;"
    assert b"DOCTYPE" not in xmp.write(data, JSON)


@pytest.mark.parametrize(
    "evil",
    [b'<a b="', b"<", b"<!--", b"<a ", b"<a>", b"</a>", b"<?", b"<![CDATA[", b'AIGC="', b"<a b = "]
    + [b"<v:AIGC>", b"<AIGC><rdf:li>", b'<A AIGC="', b"&#", b'<a xmlns:q="" q:AIGC="">'],
)
def test_time_is_linear(evil):
    data = b"AIGC" + evil * ((1 << 20) // len(evil))
    began = time.monotonic()
    xmp.read(data)
    assert only(xmp.write(data, JSON)).value == JSON
    assert time.monotonic() - began < 10


PARTS = st.sampled_from(
    ["<", ">", "/", "TC260:AIGC", "AIGC", "rdf:RDF", "rdf:li", " ", '"', "'", "=", "&", "xmlns:a"]
    + ["<![CDATA[", "]]>", "<!--", "-->", "<?", "?>", "x", "{", "\ufeff", "&#x41;", "&#xD800;"]
    + [f'xmlns:rdf="{RDF_NAMESPACE}"', "<rdf:Description>", "</rdf:RDF>"]
)


@settings(max_examples=300)
@given(st.lists(PARTS).map("".join) | st.text(), st.sampled_from(["utf-8", "utf-16"]))
def test_anything_is_read_and_can_be_written_to(noise, encoding):
    for data in (noise.encode(encoding, "replace"), packet(noise).encode(encoding, "replace")):
        xmp.read(data)
        written = xmp.write(data, JSON, SOURCE_TYPE)
        assert only(written).value == JSON
        assert only(written).standard
        assert xmp.write(written, JSON, SOURCE_TYPE) == written


@given(st.binary())
def test_any_bytes_are_survived(data):
    xmp.read(data)
    assert only(xmp.write(data, JSON)).value == JSON
    assert len(xmp.blanked(data)) == len(data)


@given(st.integers(0, 400), st.sampled_from(["utf-8", "utf-16-le", "utf-16", "utf-32"]))
def test_blanking_keeps_the_length_of_a_cut_packet(cut, encoding):
    whole = packet(f"<TC260:AIGC>{RAW}</TC260:AIGC>", ' v:AIGC="{}"', header="").encode(encoding)
    data = whole[: len(whole) - cut]
    assert len(xmp.blanked(data)) == len(data)
    assert xmp.read(xmp.blanked(data)).aigc == ()
