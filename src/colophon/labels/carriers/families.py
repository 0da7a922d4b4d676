"""Which container families there are, where each lives and the extensions its files go by.

``BINARY`` families are known by their first bytes, ``PACKAGES`` by what their ZIP directory
holds, ``TEXTS`` by extension (words alone do not say what they are).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import cast

from colophon.labels.carriers.packet import Carrier


@dataclass(frozen=True, slots=True)
class Family:
    """Where a carrier lives, and the extensions its files go by."""

    module: str
    constant: str
    extensions: tuple[str, ...]

    def carrier(self) -> Carrier:
        return _load(self.module, self.constant)


def _listed(words: str) -> tuple[str, ...]:
    return tuple(f".{word}" for word in words.split())


BINARY: tuple[Family, ...] = (
    Family("png", "PNG", (".png", ".apng")),
    Family("jpeg", "JPEG", (".jpg", ".jpeg", ".jpe", ".jfif")),
    Family("riff", "WEBP", (".webp",)),
    Family("riff", "WAV", (".wav", ".wave")),
    Family("heif", "HEIF", (".heic", ".heif", ".avif", ".hif", ".heics", ".avifs")),
    Family("bmff", "BMFF", (".mp4", ".m4v", ".mov", ".qt", ".m4a", ".m4b")),
    Family("pdf", "PDF", (".pdf",)),
    Family("gif", "GIF", (".gif",)),
    Family("tiff", "TIFF", (".tif", ".tiff", ".dng")),
    Family("bmp", "BMP", (".bmp", ".dib")),
    Family("jxl", "JXL", (".jxl",)),
    Family("svg", "SVG", (".svg",)),
    Family("avi", "AVI", (".avi",)),
    Family("matroska", "MATROSKA", (".mkv", ".webm", ".mka", ".mk3d")),
    Family("flv", "FLV", (".flv",)),
    Family("vorbis", "FLAC", (".flac",)),
    Family("vorbis", "OGG", (".ogg", ".oga", ".opus", ".spx", ".ogv")),
    Family("aiff", "AIFF", (".aif", ".aiff", ".aifc")),
    Family("id3", "MP3", (".mp3",)),
    Family("adts", "AAC", (".aac",)),
    Family("gltf", "GLB", (".glb",)),
    Family("ply", "PLY", (".ply",)),
    Family("rtf", "RTF", (".rtf",)),
    Family("compound", "COMPOUND", (".doc", ".xls", ".ppt")),
)
PACKAGES: tuple[Family, ...] = (
    Family(
        "ooxml",
        "OOXML",
        _listed("docx xlsx pptx dotx xltx potx ppsx docm xlsm pptm dotm xltm potm ppsm"),
    ),
    Family("odf", "ODF", (".odt", ".ods", ".odp", ".odg", ".ott", ".ots", ".otp", ".otg", ".odf")),
    Family("ofd", "OFD", (".ofd",)),
    Family("epub", "EPUB", (".epub",)),
    Family("xmind", "XMIND", (".xmind",)),
    Family("usdz", "USDZ", (".usdz",)),
    Family("archive", "ZIP", (".zip",)),
)
TEXTS: tuple[Family, ...] = (
    Family("markdown", "MARKDOWN", (".md", ".markdown", ".mdown")),
    Family("html", "HTML", (".html", ".htm", ".xhtml")),
    Family("plain_text", "PLAIN_TEXT", (".txt", ".text", ".log")),
    Family("gltf", "GLTF", (".gltf",)),
    Family("wavefront", "OBJ", (".obj",)),
    Family("stl", "STL", (".stl",)),
    Family("notebook", "NOTEBOOK", (".ipynb",)),
    Family("json_text", "JSON", (".json", ".jsonl", ".ndjson", ".geojson")),
    Family("csv_text", "CSV", (".csv", ".tsv")),
    Family("subtitles", "SRT", (".srt",)),
    Family("subtitles", "VTT", (".vtt",)),
    Family("subtitles", "ASS", (".ass", ".ssa")),
    # YAML, configuration and source code: a comment of the language, by extension.
    Family(
        "source_code",
        "SOURCE_CODE",
        _listed(
            "yaml yml toml ini py pyi sh bash rb pl r jl js mjs cjs jsx ts tsx java kt swift go rs "
            "c h cc cpp cxx hpp cs m scala dart php lua sql hs css scss less vue tex bat ps1 vb "
            "xml el clj ex erl proto cmake mk"
        ),
    ),
)
FAMILIES = BINARY + PACKAGES + TEXTS


@cache
def _load(module: str, constant: str) -> Carrier:
    found = import_module(f"colophon.labels.carriers.{module}")
    return cast("Carrier", getattr(found, constant))
