"""Which types take a manifest, each signed and read back; for the rest it lies beside them."""

from __future__ import annotations

import io

import pytest

from colophon.errors import CredentialFailed, CredentialUnsupported
from colophon.labels import credential
from tests.labels.credential import media
from tests.labels.credential.conftest import AIGC

SAID = {"title": "id-1", "software_agent": ("Example model", "2.1"), "aigc_json": AIGC}
EMBEDDED = [
    *media.EMBEDDED,
    *media.TEXTS,
    *(pytest.param(kind, marks=pytest.mark.needs("ffmpeg")) for kind in media.FILMS),
]


@pytest.mark.parametrize("kind", EMBEDDED)
def test_signed_read_back_and_signed_again_by_a_platform(kind, sign, read):
    data = media.made(kind)
    assert credential.supports(kind, text_manifest=True)
    assert credential.signable(io.BytesIO(data), kind)
    assert not credential.holds(io.BytesIO(data), kind)
    once = sign(data, kind)
    assert credential.holds(io.BytesIO(once), kind)
    layer = read(once, kind)
    assert (layer.valid, layer.trusted, layer.issues, layer.aigc_matches) == (True, True, (), True)
    assert layer.digital_source_type == credential.GENERATED
    layer = read(sign(once, kind, digital_source_type=None), kind)
    assert (layer.valid, layer.trusted, layer.issues) == (True, True, ())
    (parent,) = layer.ingredients
    assert (parent["relationship"], parent["valid"], parent["issues"]) == ("parentOf", True, [])


@pytest.mark.parametrize("kind", media.TEXTS)
def test_texts_are_signed_only_where_that_is_asked_for(kind, sign):
    assert not credential.supports(kind)
    with pytest.raises(CredentialUnsupported):
        sign(media.made(kind), kind, text_manifest=False)


@pytest.mark.parametrize("kind", media.BESIDE)
def test_a_file_that_can_hold_none_has_it_beside(kind, signer):
    data = media.made(kind)
    assert not credential.supports(kind, text_manifest=True)
    manifest = credential.sign_sidecar(io.BytesIO(data), kind, signer, **SAID)

    def found(data, manifest=manifest):
        given = (io.BytesIO(data), kind, manifest, [signer.root])
        return credential.read_sidecar(*given, aigc_json=AIGC)

    layer = found(data)
    assert (layer.valid, layer.trusted, layer.issues, layer.aigc_matches) == (True, True, (), True)
    changed = found(data[:-1] + bytes([data[-1] ^ 1]))
    assert (changed.valid, changed.issues) == (False, ("assertion.dataHash.mismatch",))
    again = credential.sign_sidecar(
        io.BytesIO(data + b" "),
        kind,
        signer,
        parent=io.BytesIO(data),
        parent_manifest=manifest,
        digital_source_type=None,
        **SAID,
    )
    layer = found(data + b" ", again)
    assert (layer.trusted, layer.ingredients[0]["valid"]) == (True, True)


def test_what_is_no_manifest_beside_a_file_is_told_and_raises_nothing(signer):
    for wrong in (b"", b"no manifest", b"\0\0\0\x20jumb" + b"\0" * 40):
        layer = credential.read_sidecar(io.BytesIO(b"x"), "audio/ogg", wrong)
        assert (layer.present, layer.valid) == (True, False)


def test_a_type_that_holds_a_manifest_gets_none_beside_it(signer):
    with pytest.raises(CredentialUnsupported):
        data = media.made("image/png")
        credential.sign_sidecar(io.BytesIO(data), "image/png", signer, **SAID)


def test_a_parents_manifest_that_is_none_stops_the_signing(signer):
    with pytest.raises(CredentialFailed):
        credential.sign_sidecar(
            io.BytesIO(b"x"), "audio/ogg", signer, parent_manifest=b"none", **SAID
        )


def test_a_manifest_in_a_package_we_cannot_look_into_is_not_called_broken():
    kind = "application/epub+zip"
    held = media.packed(kind, {"META-INF/content_credential.c2pa": b"store", "a.xml": b"<x/>" * 9})
    layer = credential.read(io.BytesIO(held), kind)
    assert (layer.present, layer.valid, layer.issues) == (True, None, (credential.UNCHECKABLE,))
    assert credential.holds(io.BytesIO(held), kind)
    assert credential.read(io.BytesIO(media.epub()), kind).present is False


def test_a_bare_stream_of_pixels_has_no_place(sign):
    kind = "image/jxl"
    bare = media.jxl(use_container=False)
    assert not credential.signable(io.BytesIO(bare), kind)
    with pytest.raises(CredentialFailed):
        sign(bare, kind)
