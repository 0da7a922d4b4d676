"""What programs that know nothing of us find in the field of the label.

Each reader gives the value of the field named AIGC as it finds it, or None. ``BY_HAND`` marks the
families for which nobody reads such a field: there the few lines below do, which share no code
with the carriers.
"""

from __future__ import annotations

import html
import io
import json
import re
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

Reader = Callable[[bytes, str], str | None]
BY_HAND = "by hand"
_FIELD = "aigc"


def _in_file(data: bytes, suffix: str, command: list[str]) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{suffix}"
        path.write_bytes(data)
        done = subprocess.run([*command, str(path)], check=True, capture_output=True)
        return json.loads(done.stdout)


def exiftool(data: bytes, suffix: str, *options: str) -> str | None:
    (found,) = _in_file(data, suffix, ["exiftool", "-j", "-a", "-G1", *options])
    values = [v for name, v in found.items() if name.rpartition(":")[2].lower() == _FIELD]
    if not values:
        return None
    (value,) = {one if isinstance(one, str) else json.dumps(one) for one in values}
    return value


def exiftool_scanning(data: bytes, suffix: str) -> str | None:
    return exiftool(data, suffix, "-scanForXMP")


def ffprobe(data: bytes, suffix: str) -> str | None:
    command = ["ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json"]
    told = _in_file(data, suffix, command)
    tags = dict(told["format"].get("tags", {}))
    for stream in told["streams"]:
        tags |= stream.get("tags", {})
    return next((value for name, value in tags.items() if name.lower() == _FIELD), None)


def mutagen_aiff(data: bytes, _suffix: str) -> str | None:
    from mutagen.aiff import AIFF

    return str(AIFF(io.BytesIO(data)).tags["TXXX:AIGC"])


def mutagen_id3(data: bytes, _suffix: str) -> str | None:
    from mutagen.id3 import ID3

    return str(ID3(io.BytesIO(data))["TXXX:AIGC"])


def pypdf(data: bytes, _suffix: str) -> str | None:
    from pypdf import PdfReader

    return str(PdfReader(io.BytesIO(data)).metadata["/AIGC"])


def gltf_json(data: bytes, _suffix: str) -> str | None:
    """The JSON of a scene, which is a file or the first chunk of one."""
    start = data.index(b"{")
    end = 20 + int.from_bytes(data[12:16], "little") if data.startswith(b"glTF") else len(data)
    value = json.loads(data[start:end])["asset"]["extras"]["AIGC"]
    return value if isinstance(value, str) else json.dumps(value)


def openpyxl(data: bytes, _suffix: str) -> str | None:
    import openpyxl as library

    book = library.load_workbook(io.BytesIO(data), keep_vba=True)
    return str(book.custom_doc_props["AIGC"].value)


def nbformat(data: bytes, _suffix: str) -> str | None:
    import nbformat as library

    book = library.reads(data.decode(), as_version=4)
    library.validate(book)
    return str(book.metadata["AIGC"])


def pysubs2(data: bytes, _suffix: str) -> str | None:
    from pysubs2 import SSAFile

    return SSAFile.from_string(data.decode(), "ass").info.get("AIGC")


def json_module(data: bytes, _suffix: str) -> str | None:
    """The member of the object, or of the first or last of several lines."""
    found = [json.loads(line) for line in ([data] if _whole(data) else data.splitlines())]
    (value,) = [one["AIGC"] for one in found if "AIGC" in one]
    return value if isinstance(value, str) else json.dumps(value)


def _whole(data: bytes) -> bool:
    try:
        return json.loads(data) is not None
    except ValueError:
        return False


def csv_module(data: bytes, suffix: str) -> str | None:
    import csv

    mark = "\t" if suffix == ".tsv" else ","
    quoting = csv.QUOTE_NONE if suffix == ".tsv" else csv.QUOTE_MINIMAL
    *_, last = csv.reader(io.StringIO(data.decode(), newline=""), delimiter=mark, quoting=quoting)
    return last[0].partition("AIGC:")[2].strip()


def yaml_matter(data: bytes, _suffix: str) -> str | None:
    import yaml

    return json.dumps(next(yaml.safe_load_all(data.decode().split("\n---\n")[0]))["AIGC"])


def html_parser(data: bytes, _suffix: str) -> str | None:
    found: list[str | None] = []

    class Metas(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            named = dict(attrs)
            if tag == "meta" and named.get("name") == "AIGC":
                found.append(named["content"])

    Metas().feed(data.decode())
    (value,) = found
    return value


def packet_beside(data: bytes, suffix: str) -> str | None:
    """exiftool, of the file that lies beside the one that can hold nothing."""
    del suffix
    return exiftool(data, ".xmp")


def _entry(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return file.read(name)


def _elements(data: bytes, entry: str, word: str) -> list[Element]:
    root = fromstring(_entry(data, entry))
    return [one for one in root.iter() if one.tag.rpartition("}")[2] == word]


def ofd_entry(data: bytes, _suffix: str) -> str | None:
    (found,) = [
        one for one in _elements(data, "OFD.xml", "CustomData") if one.get("Name") == "AIGC"
    ]
    return found.text


def odf_entry(data: bytes, _suffix: str) -> str | None:
    space = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
    fields = _elements(data, "meta.xml", "user-defined")
    (found,) = [one for one in fields if one.get(f"{space}name") == "AIGC"]
    return found.text


def epub_entry(data: bytes, _suffix: str) -> str | None:
    metas = _elements(data, "OEBPS/book.opf", "meta")
    (found,) = [one for one in metas if one.get("property") == "AIGC"]
    return found.text


def xmind_entry(data: bytes, _suffix: str) -> str | None:
    return str(json.loads(_entry(data, "metadata.json"))["AIGC"])


def zip_entry(data: bytes, _suffix: str) -> str | None:
    return _entry(data, "AIGC.json").decode()


def riff_chunk(data: bytes, _suffix: str) -> str | None:
    at = data.rindex(b"AIGC", 0, data.rindex(b'{"Label"'))
    size = int.from_bytes(data[at + 4 : at + 8], "little")
    return data[at + 8 : at + 8 + size].rstrip(b"\0").decode()


def in_line(data: bytes, _suffix: str) -> str | None:
    """The JSON behind the word AIGC in the one line that has both."""
    lines = [line for line in data.decode("utf-8", "replace").splitlines() if '"Label"' in line]
    (line,) = lines
    found = re.search(r"AIGC[:= ]\s*(\{.*\})", html.unescape(line))
    return found[1] if found else None
