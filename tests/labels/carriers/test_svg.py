"""SVG: contract, encodings and prologs, other places of labels, hostile text, exiftool."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import time
from xml.etree import ElementTree as ET

import pytest

from colophon.errors import ColophonError, MalformedFile, TruncatedFile
from colophon.labels import xmp
from colophon.labels.carriers.svg import SVG
from tests.labels.carriers.contract import (
    LABEL,
    OTHER_LABEL,
    CarrierContract,
    packets_of,
    read,
    write,
)

XMP = packets_of(["xmp"])
OTHER = packets_of(["xmp"], OTHER_LABEL)
PLACE = "svg:metadata:XMP"
SPACE = 'xmlns="http://www.w3.org/2000/svg"'
PLAIN = f'<svg {SPACE} width="10" height="10"><rect width="5" height="5"/></svg>\n'
INKSCAPE = f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- made by hand > and < -->
<svg {SPACE} xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns:cc="http://creativecommons.org/ns#" viewBox="0 0 10 10">
 <title>图 one</title><defs><g id="a"/></defs>
 <metadata id="m">
  <rdf:RDF><cc:Work rdf:about=""/></rdf:RDF>
 </metadata>
 <g><metadata>inner</metadata><rect width="5" height="5"/></g>
</svg>"""
ENTITIES = """<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd" [
 <!ENTITY ns "http://www.w3.org/2000/svg"> <!-- ] -->
 <!ENTITY word "here">
]>
<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:text>&word;</s:text></s:svg>"""


def svgs() -> list[bytes]:
    wide = PLAIN.replace("<rect", "<text>字</text><rect")
    chinese = f'<?xml version="1.0" encoding="gb18030"?>{wide}'
    return [
        PLAIN.encode(),
        INKSCAPE.encode(),
        ENTITIES.encode(),
        b"\xef\xbb\xbf" + wide.encode(),
        wide.encode("utf-16"),
        b"\xfe\xff" + wide.encode("utf-16-be"),
        chinese.encode("gb18030"),
        f"<svg {SPACE}/>".encode(),
        f"<svg {SPACE}><metadata/></svg>".encode(),
        f"<svg {SPACE}><metadata><x:xmpmeta xmlns:x='adobe:ns:meta/'/></metadata></svg>".encode(),
    ]


class TestSvg(CarrierContract):
    carrier = SVG

    def samples(self) -> list[bytes]:
        return svgs()

    def payload(self, data: bytes) -> object:
        """All elements but metadata, by an XML parser."""
        if b"gb18030" in data[:60]:
            data = data.decode("gb18030").replace("gb18030", "utf-8").encode()
        tree = ET.fromstring(data)
        tags = []
        for element in tree:
            if not element.tag.endswith("}metadata"):
                tags.append(ET.tostring(element, "unicode").strip())
        works = [e.tag for e in tree.iter() if e.tag.endswith("}Work")]
        return tree.attrib, tags, works

    def replaced(self, sample: bytes) -> int:
        return (
            60 if b"/>" in sample[-16:] or b"xmpmeta" in sample or b"<metadata/>" in sample else 0
        )

    def same(self, written: bytes, found: bytes) -> bool:
        (before,), (after,) = xmp.read(written).aigc, xmp.read(found).aigc
        return before == after

    def test_writing_back_gives_the_first_bytes(self) -> None:
        for sample in self.samples():
            first = write(SVG, sample, XMP)
            assert write(SVG, write(SVG, first, OTHER), XMP) == first


def test_the_packet_is_the_same_where_the_encoding_allows():
    for sample in (svgs()[0], svgs()[3], svgs()[4]):
        assert read(SVG, write(SVG, sample, XMP))[0].data == XMP["xmp"]


def test_metadata_of_the_root_is_used_and_kept():
    labelled = write(SVG, INKSCAPE.encode(), XMP).decode()
    before, _, after = labelled.partition(XMP["xmp"].decode())
    assert before + after == INKSCAPE
    assert before.endswith("</rdf:RDF>\n ")
    nested = f"<svg {SPACE}><g><metadata>its own</metadata></g></svg>"
    labelled = write(SVG, nested.encode(), XMP).decode()
    assert labelled.startswith(f"<svg {SPACE}><metadata><?xpacket")


def test_prefixes_of_the_root_come_with_the_packet():
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description rdf:about="">'
        "<dc:kept/></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    spaces = (
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/'
        'elements/1.1/" xmlns:none="http://example.org/"'
    )
    sample = f"<svg {SPACE} {spaces}><metadata>{packet}</metadata></svg>".encode()
    (found,) = read(SVG, sample)
    assert b"none" not in found.data
    written = xmp.write(found.data, LABEL.decode())
    assert b"dc:kept" in written
    labelled = write(SVG, sample, {"xmp": written})
    assert b"dc:kept" in labelled
    ET.fromstring(labelled)


@pytest.mark.parametrize(
    ("inside", "place"),
    [
        (b"<!-- AIGC: " + OTHER_LABEL + b" -->", "svg:comment"),
        (b'<desc>{"AIGC":' + OTHER_LABEL + b"}</desc>", "svg:desc"),
        (b"<metadata>" + OTHER_LABEL.replace(b'"', b"&quot;") + b"</metadata>", "svg:metadata"),
        (b"<desc><![CDATA[" + OTHER_LABEL + b"]]></desc>", "svg:desc"),
        (
            b'<g xmlns:v="http://v.example/"><v:AIGC>' + OTHER_LABEL + b"</v:AIGC></g>",
            "svg:elsewhere",
        ),
        (b"<g AIGC='" + OTHER_LABEL + b"'/>", "svg:elsewhere"),
    ],
)
def test_other_places_are_read_and_give_way(inside, place):
    sample = PLAIN.encode().replace(b"<rect", inside + b"<rect")
    (packet,) = read(SVG, sample)
    assert packet.place == place
    assert b"another-number" in packet.data
    labelled = write(SVG, sample, XMP)
    assert b"another-number" not in labelled
    assert [p.place for p in read(SVG, labelled)] == [PLACE]
    ET.fromstring(labelled)
    assert write(SVG, labelled, XMP) == labelled


def test_a_second_packet_goes():
    inside = b"<metadata>" + OTHER["xmp"] + b"</metadata>"
    sample = PLAIN.encode().replace(b"<rect", inside + inside + b"<rect")
    assert [p.place for p in read(SVG, sample)] == [PLACE, "svg:elsewhere"]
    labelled = write(SVG, sample, XMP)
    assert b"another-number" not in labelled
    assert [p.place for p in read(SVG, labelled)] == [PLACE]


def test_what_begins_as_svg_is_known():
    for sample in svgs():
        assert SVG.sniff(sample[:4096]) == "image/svg+xml"
    assert SVG.sniff(b"<!DOCTYPE svg [" + b"<!ENTITY a 'b'>" * 300) == "image/svg+xml"
    assert SVG.sniff(b"<html><body><svg/></body></html>") is None
    assert SVG.sniff(b"<svgfont>") is None
    assert SVG.sniff(gzip.compress(b"words")) is None


def test_a_packed_one_is_named():
    packed = gzip.compress(PLAIN.encode())
    assert SVG.sniff(packed) == "image/svg+xml"
    for act in (lambda: read(SVG, packed), lambda: write(SVG, packed, XMP)):
        with pytest.raises(MalformedFile, match="svgz"):
            act()


def test_damage_is_named():
    with pytest.raises(TruncatedFile):
        write(SVG, PLAIN.encode()[:-8], XMP)
    with pytest.raises(MalformedFile):
        read(SVG, b"<html/>")


@pytest.mark.parametrize(
    "unit",
    [
        '<!--', '<metadata ', '<metadata "', "<desc \"'", "<?", "<![CDATA[", "</metadata", "<title>",
        "<metadata><?xpacket begin", "<metadata><!--", "<desc '\"'\"", "<g AIGC=", "&AIGC",
    ],
)  # fmt: skip
def test_hostile_text_costs_linear_time(unit):
    began = time.perf_counter()
    for text in (f"<svg>{unit * 40_000}</svg>", f"<!DOCTYPE svg [{unit * 40_000}]><svg></svg>"):
        for act in (lambda t: read(SVG, t), lambda t: write(SVG, t, XMP)):
            try:
                act(text.encode())
            except ColophonError as error:
                assert error.code
    assert time.perf_counter() - began < 4


@pytest.mark.needs("exiftool")
def test_exiftool_reads_the_label(tmp_path):
    packet = {"xmp": xmp.write(None, LABEL.decode())}
    for number, sample in enumerate((PLAIN.encode(), INKSCAPE.encode())):
        file = tmp_path / f"{number}.svg"
        file.write_bytes(write(SVG, sample, packet))
        asked = ["exiftool", "-j", "-G1", "-warning", "-error", "-xmp:all", file]
        (seen,) = json.loads(subprocess.run(asked, check=True, capture_output=True).stdout)
        assert json.loads(seen["XMP-TC260:Aigc"]) == json.loads(LABEL)
        assert not {"ExifTool:Warning", "ExifTool:Error"} & set(seen)


def test_large_drawings_are_soon_done():
    drawing = PLAIN.replace("<rect", '<path d="M0 0 L1 1" fill="red"/>\n' * 300_000 + "<rect", 1)
    began = time.perf_counter()
    labelled = write(SVG, drawing.encode(), XMP)
    assert read(SVG, labelled)[0].data == XMP["xmp"]
    assert time.perf_counter() - began < 3
    assert SVG.read(io.BytesIO(drawing.encode())) == []
