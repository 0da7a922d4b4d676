"""Who reads what, family by family: the reader of the label's field, and what stays the same."""

from __future__ import annotations

from dataclasses import dataclass

from colophon.labels.carriers.families import FAMILIES
from tests.labels.formats import media, readers
from tests.labels.formats.readers import BY_HAND, Reader


@dataclass(frozen=True, slots=True)
class Row:
    """How the files of one extension are checked; ``reader`` and ``oracle`` are for people."""

    suffix: str
    reader: str
    read: Reader
    oracle: str
    same: media.Same


REFUSED = frozenset((".doc", ".xls", ".ppt"))
"""Read, and refused for writing with a named error."""

_EXIFTOOL = ("exiftool", readers.exiftool)
_FFPROBE = ("ffprobe", readers.ffprobe)
_COMMENT = (BY_HAND, readers.in_line)
_PIXELS = ("decoded pixels", media.pixels)
_FRAMES = ("decoded frames and tags", media.frames)
_SOURCE = ("the source's bytes", media.one_insertion)
_PARTS = ("all other parts", media.entries)
_SHAPES = ("corners, faces, transforms", media.shapes)

_BY_FAMILY: dict[str, tuple[tuple[str, Reader], tuple[str, media.Same]]] = {
    "PNG": (_EXIFTOOL, _PIXELS),
    "JPEG": (_EXIFTOOL, _PIXELS),
    "WEBP": (_EXIFTOOL, _PIXELS),
    "WAV": ((BY_HAND, readers.riff_chunk), _FRAMES),
    "HEIF": (_EXIFTOOL, _PIXELS),
    "BMFF": (_FFPROBE, _FRAMES),
    "PDF": (("pypdf", readers.pypdf), ("pages, and the source's bytes", media.pages)),
    "GIF": (_EXIFTOOL, _PIXELS),
    "TIFF": (_EXIFTOOL, _PIXELS),
    "BMP": (("exiftool, scanning", readers.exiftool_scanning), _PIXELS),
    "JXL": (_EXIFTOOL, _PIXELS),
    "SVG": (_EXIFTOOL, _SOURCE),
    "AVI": (_FFPROBE, _FRAMES),
    "MATROSKA": (_FFPROBE, _FRAMES),
    "FLV": (_EXIFTOOL, _FRAMES),
    "FLAC": (_FFPROBE, _FRAMES),
    "OGG": (_FFPROBE, _FRAMES),
    "AIFF": (("mutagen", readers.mutagen_aiff), _FRAMES),
    "MP3": (("mutagen", readers.mutagen_id3), _FRAMES),
    "AAC": (("mutagen", readers.mutagen_id3), _FRAMES),
    "GLB": (("json", readers.gltf_json), _SHAPES),
    "PLY": (_COMMENT, _SHAPES),
    "RTF": (_EXIFTOOL, _SOURCE),
    "OOXML": (_EXIFTOOL, _PARTS),
    "ODF": (("ElementTree", readers.odf_entry), _PARTS),
    "OFD": (("ElementTree", readers.ofd_entry), _PARTS),
    "EPUB": (("ElementTree", readers.epub_entry), _PARTS),
    "XMIND": (("json", readers.xmind_entry), _PARTS),
    "USDZ": (("zipfile", readers.zip_entry), _PARTS),
    "ZIP": (("zipfile", readers.zip_entry), _PARTS),
    "MARKDOWN": (("PyYAML", readers.yaml_matter), _SOURCE),
    "HTML": (("html.parser", readers.html_parser), _SOURCE),
    "PLAIN_TEXT": (_COMMENT, _SOURCE),
    "GLTF": (("json", readers.gltf_json), _SHAPES),
    "OBJ": (_COMMENT, _SHAPES),
    "STL": (("exiftool, of the sidecar", readers.packet_beside), ("the whole file", media.beside)),
    "NOTEBOOK": (("nbformat", readers.nbformat), _SOURCE),
    "JSON": (("json", readers.json_module), _SOURCE),
    "CSV": (("csv", readers.csv_module), _SOURCE),
    "SRT": (_COMMENT, _SOURCE),
    "VTT": (_COMMENT, _SOURCE),
    "ASS": (("pysubs2", readers.pysubs2), _SOURCE),
    "SOURCE_CODE": (_COMMENT, _SOURCE),
}
_BY_EXTENSION: dict[str, tuple[tuple[str, Reader], tuple[str, media.Same]]] = {
    ".dng": (_EXIFTOOL, ("raw picture and tags", media.strips)),
    ".xlsx": (("openpyxl", readers.openpyxl), _PARTS),
    ".xlsm": (("openpyxl", readers.openpyxl), _PARTS),
}


def rows() -> list[Row]:
    """One an extension, in the order of the families. Raises KeyError for a family without."""
    found = []
    for family in FAMILIES:
        for suffix in family.extensions:
            if suffix not in REFUSED:
                by, stays = _BY_EXTENSION.get(suffix) or _BY_FAMILY[family.constant]
                found.append(Row(suffix, *by, *stays))
    return found
