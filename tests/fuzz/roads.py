"""More that is fuzzed: whole roads over every family's samples, and the readers of words."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from zlib import crc32

from colophon import labels
from colophon.errors import ColophonError, TooSmallToMark
from colophon.labels import binding, carriers, credential_places, gathering, members, security_data
from colophon.labels.explicit import dispatch, finding, finding_office, office_kinds, scene_finding
from colophon.labels.fingerprint import files
from colophon.labels.marking import dispatch as marking
from colophon.labels.marking.order import Order as MarkOrder
from colophon.labels.model import Label
from colophon.labels.reading import Look, medium_of
from colophon.labels.watermark import text as text_mark
from colophon.labels.watermark.key import MarkKey
from tests.fuzz.target import LARGEST_SEED, Target, Unsound, contracts, seeds_of
from tests.labels.carriers.contract import CarrierContract, packets_of, render
from tests.labels.carriers.packages import docx, entries, epub, odf, pptx, xlsx, zipped
from tests.labels.made import PRODUCER

TEXT_NAMES = ("a.txt", "a.md", "a.html", "a.py", "a.xml", "a.yaml", "a.json", "a.csv", "a.srt")
_SCENES = ("model/gltf-binary", "model/gltf+json")
_KEY = security_data.Sm2Key(20251121)
_LABEL = Label(PRODUCER, "p-2025-0001")
_CLAIMS = security_data.Claims("1", PRODUCER, "p-2025-0001", PRODUCER, "p-2025-0001")
_OURS = security_data.TrustStore((security_data.Pin("us", _KEY.public, (PRODUCER,)),))
_DIGEST = "5d" * 32
_MARK_KEY = MarkKey(bytes(range(32)))
_WORDS = "本内容由AI生成"


def all_roads() -> list[Target]:
    every = contracts()
    texts = _seeds(every, "text")
    return [
        Target("road: inspect", _seeds(every), partial(_inspect, look="off")),
        Target("road: inspect, pixels too", _seeds(every), partial(_inspect, look="auto"), 0.1),
        Target("road: marks and prints", _seeds(every), _known_again, 0.1),
        Target("marks in words", tuple(_worded(one * 4) for one in texts), _marked_words),
        Target("road: bind", _seeds(every), _bind),
        Target("road: explicit, then metadata", (*texts, *_packages(), *_scenes(every)), _twice),
        Target("words", tuple(_worded(one) for one in texts), _words),
        Target("words in packages", _packages(), _in_package),
        Target("words in scenes", _scenes(every), _in_scene),
        Target("members of archives", _archives(), _members),
        Target("manifests in texts", _with_manifests(), _manifests),
        Target("signed reserved codes", _codes(), _judge),
    ]


def _seeds(every: Sequence[CarrierContract], medium: str | None = None) -> tuple[bytes, ...]:
    """The two smallest samples of each family, labelled and not."""
    found: list[bytes] = []
    for contract in every:
        kind = medium_of(contract.carrier.media_types[0]).value
        if medium is None or kind == medium:
            found += seeds_of(contract, 2)
    return tuple(found)


def _named(data: bytes) -> str:
    """A name for the bytes: of what is told by its content, the name does not matter."""
    return TEXT_NAMES[crc32(data) % len(TEXT_NAMES)]


def _inspect(data: bytes, look: Look) -> None:
    found = labels.inspect(data, name=_named(data), look=look)
    if found.layers.aigc is None:
        raise Unsound("no answer")


def _known_again(data: bytes) -> None:
    found = carriers.recognise(io.BytesIO(data), _named(data))
    if found is None:
        return
    medium = medium_of(found.media_type).value
    reads = (
        lambda: marking.look(io.BytesIO(data), found.media_type, (_MARK_KEY,), MarkOrder("a")),
        lambda: files.kept(io.BytesIO(data), found.media_type, medium, "a"),
        lambda: files.asked(io.BytesIO(data), found.media_type, medium, "a"),
    )
    # One of them a run: each has the whole time for itself.
    with suppress(ColophonError):
        reads[crc32(data) % len(reads)]()


def _marked_words(data: bytes) -> None:
    words = data.decode("utf-8", "replace")
    text_mark.detect(words, _MARK_KEY)
    try:
        marked = text_mark.embed(words, 7, _MARK_KEY)
    except TooSmallToMark:
        return
    found = text_mark.detect(marked, _MARK_KEY)
    if found is None or found.payload != 7:
        raise Unsound("the mark is not read back")


def _bind(data: bytes) -> None:
    found = carriers.recognise(io.BytesIO(data), _named(data))
    if found is not None:
        binding.digest(io.BytesIO(data), found.carrier)


def _twice(data: bytes) -> None:
    """The label that people see, then the one in the metadata, which must not hide the first."""
    name = _named(data)
    found = carriers.recognise(io.BytesIO(data), name)
    if found is None:
        return
    shown = _shown(data, name, found.media_type)
    if shown is None:
        return
    before = _seen(shown, found.media_type)
    carrier = found.carrier
    pieces = carrier.write(io.BytesIO(shown), packets_of(carrier.forms))
    if getattr(carrier, "sidecar", False):
        return
    done = render(shown, pieces)
    places = [carrier.standard_place(form) for form in carrier.forms]
    packets = [one for one in carrier.read(io.BytesIO(done)) if one.place in places]
    if gathering.layer(packets, places).produce_id != "p-1":
        raise Unsound(f"{found.media_type}: metadata")
    if before and not _seen(done, found.media_type):
        raise Unsound(f"{found.media_type}: words")


def _shown(data: bytes, name: str, media_type: str) -> bytes | None:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, name), Path(folder, f"out-{name}")
        source.write_bytes(data)
        written = dispatch.apply(source, target, media_type, medium_of(media_type))
        return None if written is None else target.read_bytes()


def _seen(data: bytes, media_type: str) -> bool:
    if media_type in _SCENES:
        layer = scene_finding.in_scene(io.BytesIO(data), media_type)
        return layer is not None and layer.present
    if office_kinds.form_of(media_type):
        return finding_office.in_package(io.BytesIO(data), media_type) is not None
    return finding.in_words(data, media_type) is not None


def _worded(data: bytes) -> bytes:
    return f"{_WORDS}\n".encode() + data


def _words(data: bytes) -> None:
    for media_type in ("text/plain", "text/html", "text/markdown"):
        finding.in_words(data, media_type)


def _in_package(data: bytes) -> None:
    for media_type in _kinds():
        finding_office.in_package(io.BytesIO(data), media_type)


@cache
def _kinds() -> tuple[str, ...]:
    """One media type a form."""
    return tuple({form: kind for kind, form in office_kinds.FORMS.items()}.values())


def _in_scene(data: bytes) -> None:
    for media_type in _SCENES:
        scene_finding.in_scene(io.BytesIO(data), media_type)


def _members(data: bytes) -> None:
    members.found(io.BytesIO(data))


def _manifests(data: bytes) -> None:
    for media_type in sorted(credential_places.TEXTS):
        try:
            credential_places.locate(data, media_type)
            bare = credential_places.without(data, media_type)
            _put_in(bare, media_type)
        except (ColophonError, credential_places.MisplacedManifest):
            continue


def _put_in(data: bytes, media_type: str) -> None:
    held = b"\0\0\0\x28jumb" + b"a" * 32
    made, _ = credential_places.inserted(data, media_type, held)
    try:
        place = credential_places.locate(made, media_type)
    except credential_places.MisplacedManifest as error:
        raise Unsound(f"{media_type}: {error}") from error
    if place is None or place.manifest.rstrip(b"\0") != held:
        raise Unsound(f"{media_type}: the manifest is lost")


def _judge(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for second in (None, text):
        security_data.look(text, second, fields=_CLAIMS, trust=_OURS, content=lambda _: _DIGEST)


def _codes() -> tuple[bytes, ...]:
    bare = security_data.sign(_LABEL, _KEY)
    bound = security_data.sign(_LABEL, _KEY, digest=_DIGEST)
    passed_on = security_data.sign(_LABEL, _KEY, digest=_DIGEST, propagator=True)
    return tuple(one.encode() for one in (bare, bound, passed_on))


def _packages() -> tuple[bytes, ...]:
    made: Sequence[Callable[[], bytes]] = (docx, xlsx, pptx, epub, lambda: odf("text"))
    return tuple(one for one in (make() for make in made) if len(one) <= LARGEST_SEED)


def _scenes(every: Sequence[CarrierContract]) -> tuple[bytes, ...]:
    return tuple(
        seed
        for contract in every
        if contract.carrier.media_types[0] in _SCENES
        for seed in seeds_of(contract, 4)
    )


def _archives() -> tuple[bytes, ...]:
    files = {"a.txt": _WORDS.encode(), "b.docx": docx(), "c.json": b'{"AIGC":{"Label":"1"}}'}
    inner = zipped(files)
    return (
        inner,
        zipped({"deep/inner.zip": inner, "页.md": b"# words\n"}),
        zipped(dict(entries(inner))),
    )


def _with_manifests() -> tuple[bytes, ...]:
    plain = "言语\nmore words\n".encode()
    page = b"<!DOCTYPE html><html><head><title>t</title></head><body>words</body></html>"
    written = "# 言语\n\nmore\n".encode()
    texts = {"text/plain": plain, "text/html": page, "text/markdown": written}
    made = [credential_places.inserted(data, kind, b"x" * 50)[0] for kind, data in texts.items()]
    return (*made, plain, page, written)
