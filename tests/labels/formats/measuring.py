"""One format measured on the real road, from the unlabelled sample to the platform's label.

The implicit label is measured with the action that leaves the explicit one to the user, so that
nothing but metadata is written.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from colophon.errors import ColophonError
from colophon.labels import Applied, Kind, Label, apply, inspect
from colophon.labels.certificates import Signer
from colophon.labels.duty import Action
from colophon.labels.model import AigcLayer, Findings
from colophon.labels.security_data import Pin, Sm2Key, TrustStore
from tests.labels import made
from tests.labels.formats.samples import sample
from tests.labels.formats.table import Row

LABEL = Label(made.PRODUCER, "format-0001")
PLATFORM = Label(made.OTHER_PRODUCER, "spread-0002", label="2")
Record = dict[str, Any]


def measured(row: Row, key: Sm2Key, signer: Signer, folder: Path) -> Record:
    """All that the record says of one extension; ``folder`` is empty."""
    apart = folder / "full"
    apart.mkdir()
    return metadata(row, key, folder) | full(row, signer, apart)


def metadata(row: Row, key: Sm2Key, folder: Path) -> Record:
    """The implicit label with its security data, and a platform's label on top of it."""
    source = sample(row.suffix)
    plain, first = _implicit(source, row), _implicit(source, row, label_key=key)
    found, value = _seen(first, row, folder, key)
    layer = _layer(found)
    assert layer.security is not None
    told = row.read(first.sidecar_data or first.data or b"", row.suffix)
    return {
        "media_type": found.media_type,
        "places": first.written["aigc"]["places"],
        "read_back": (layer.count, layer.produce_id, layer.deviations) == (1, LABEL.produce_id, ()),
        "reader": row.reader,
        "reader_agrees": told is not None and json.loads(told) == value,
        "oracle": row.oracle,
        "same": row.same(source, plain.data or b"", row.suffix),
        "security": [layer.security.signature, layer.security.binding],
        "platform": _platform(first, row, folder, key),
        "sidecar": first.sidecar_data is not None,
    }


def _implicit(source: bytes, row: Row, **more: Any) -> Applied:
    return apply(
        source,
        name=f"a{row.suffix}",
        label=LABEL,
        kind=Kind.IMAGE,
        action=Action.EDITED,
        explicit="off",
        **more,
    )


def _seen(applied: Applied, row: Row, folder: Path, key: Sm2Key) -> tuple[Findings, Any]:
    """What a reader finds who pinned the key; the file lies where its sidecar lies."""
    path = folder / f"a{row.suffix}"
    path.write_bytes(applied.data or b"")
    if applied.sidecar_data is not None:
        path.with_name(path.name + ".xmp").write_bytes(applied.sidecar_data)
    trust = TrustStore((Pin("the producer", key.public, (made.PRODUCER,)),))
    return inspect(path, trust=trust), json.loads(applied.written["aigc"]["value"])


def _platform(first: Applied, row: Row, folder: Path, key: Sm2Key) -> bool:
    """Whether the producer's fields and signature outlive the platform's label."""
    path = folder / f"a{row.suffix}"
    second = apply(path, label=PLATFORM, explicit="off")
    found, _ = _seen(second, row, folder, key)
    layer = _layer(found)
    kept = (layer.content_producer, layer.produce_id, layer.count)
    fields = kept == (LABEL.content_producer, LABEL.produce_id, 1)
    spread = (layer.content_propagator, layer.propagate_id)
    return fields and spread == (PLATFORM.content_producer, PLATFORM.produce_id)


def _layer(found: Findings) -> AigcLayer:
    assert found.layers.aigc is not None
    return found.layers.aigc


def full(row: Row, signer: Signer, folder: Path) -> Record:
    """The explicit label and the signed manifest, each where the format can bear one."""
    name, source = f"a{row.suffix}", sample(row.suffix)
    signing: Any = {"credential": signer, "text_manifest": True, "manifest_beside": True}
    try:
        applied = apply(source, name=name, label=LABEL, explicit="on", **signing)
    except ColophonError as refused:
        applied = _implicit(source, row, **signing)
        shown: Record = {"explicit": None, "explicit_refused": refused.code}
    else:
        written = applied.written["explicit"]
        form = written["form"] if written["form"] == "words" else "sound"
        shown = {"explicit": form, "explicit_refused": None}
    path = folder / name
    path.write_bytes(applied.data or b"")
    if applied.manifest_data is not None:
        path.with_name(f"{name}.c2pa").write_bytes(applied.manifest_data)
    if applied.sidecar_data is not None:
        path.with_name(f"{name}.xmp").write_bytes(applied.sidecar_data)
    found = inspect(path, anchors=[signer.root]).layers
    manifest, label = found.credential, found.explicit
    signed = bool(manifest and manifest.valid and manifest.trusted and manifest.aigc_matches)
    assert signed == ("credential" in applied.written)
    if shown["explicit"] and label is not None:
        assert label.present
    where = "inside" if applied.manifest_data is None else "beside"
    return shown | {"manifest": where if signed else None}
