"""The manifest as a reader of our own finds it: boxes, claim, hashes, signature, certificates."""

from __future__ import annotations

import hashlib
import io
import subprocess
import zlib

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from colophon import __version__
from colophon.labels import credential
from tests.labels.credential import jumbf, media
from tests.labels.credential.conftest import AIGC, WORDS

ES256, ALGORITHM, CHAIN = -7, 1, 33
SAID = {"explicit": WORDS, "model": credential.Model("示例模型", "https://model.example/1")}


@pytest.fixture(scope="module")
def picture(sign):
    return sign(media.made("image/png"), "image/png", **SAID)


@pytest.fixture(scope="module")
def store(picture):
    return jumbf.read(chunk(picture))


def chunk(data):
    """The store in a PNG, whose chunk must stand before the picture's data and check out."""
    at = data.index(b"caBX")
    size = int.from_bytes(data[at - 4 : at], "big")
    body = data[at + 4 : at + 4 + size]
    assert at < data.index(b"IDAT")
    assert zlib.crc32(b"caBX" + body) == int.from_bytes(data[at + 4 + size : at + 8 + size], "big")
    return body


def assertions(manifest):
    return {one.label: one for one in manifest.child(jumbf.ASSERTIONS).children}


def test_one_manifest_with_its_parts(store):
    assert (store.kind, store.label) == (jumbf.STORE, "c2pa")
    (manifest,) = store.children
    assert manifest.kind == jumbf.MANIFEST
    assert manifest.label.startswith("urn:c2pa:")
    labels = {one.label for one in manifest.children}
    assert labels == {"c2pa.assertions", "c2pa.claim.v2", "c2pa.signature"}


def test_the_claim_says_who_made_it_by_which_specification(store):
    claim = store.children[0].child(jumbf.CLAIM).value()
    maker = claim["claim_generator_info"]
    assert (maker["name"], maker["version"], maker["specVersion"]) == (
        "Colophon",
        __version__,
        "2.4.0",
    )
    assert claim["dc:title"] == "id-1"
    assert claim["instanceID"].startswith("xmp.iid:") or claim["instanceID"].startswith("xmp:iid:")
    assert claim["alg"] == "sha256"
    assert not claim.get("gathered_assertions")


def test_every_assertion_is_claimed_with_the_hash_of_its_bytes(store):
    manifest = store.children[0]
    claim = manifest.child(jumbf.CLAIM).value()
    held = assertions(manifest)
    claimed = {one["url"].rpartition("/")[2]: one["hash"] for one in claim["created_assertions"]}
    assert claimed == {label: hashlib.sha256(box.raw).digest() for label, box in held.items()}
    assert set(held) == {
        "c2pa.actions.v2",
        "c2pa.ai-disclosure",
        "c2pa.metadata",
        "cn.tc260.metadata",
        "cn.tc260.aigc",
        "c2pa.hash.data",
    }


def test_what_the_assertions_say(store):
    held = {label: box.value() for label, box in assertions(store.children[0]).items()}
    created, drawn = held["c2pa.actions.v2"]["actions"]
    assert created == {
        "action": "c2pa.created",
        "digitalSourceType": credential.GENERATED,
        "softwareAgent": {"name": "Example model", "version": "2.1"},
    }
    assert (drawn["action"], drawn["softwareAgent"]["name"]) == ("c2pa.edited", "Colophon")
    assert held["c2pa.actions.v2"]["allActionsIncluded"] is True
    assert held["c2pa.ai-disclosure"] == {
        "modelType": "c2pa.types.model",
        "modelName": "示例模型",
        "modelIdentifier": "https://model.example/1",
    }
    assert held["c2pa.metadata"]["dc:format"] == "image/png"
    assert held["c2pa.metadata"]["Iptc4xmpExt:DigitalSourceType"] == credential.GENERATED
    assert held["cn.tc260.metadata"]["TC260:AIGC"] == AIGC
    assert held["cn.tc260.aigc"]["explicit"] == WORDS
    for label in ("c2pa.metadata", "cn.tc260.metadata"):
        fields = [name for name in held[label] if not name.startswith("@")]
        assert {name.partition(":")[0] for name in fields} <= set(held[label]["@context"])


def test_the_picture_is_bound_but_for_the_manifest(store, picture):
    bound = assertions(store.children[0])["c2pa.hash.data"].value()
    (gap,) = bound["exclusions"]
    assert picture[gap["start"] + 4 : gap["start"] + 8] == b"caBX"
    rest = picture[: gap["start"]] + picture[gap["start"] + gap["length"] :]
    assert hashlib.sha256(rest).digest() == bound["hash"]


def cose(store):
    """The signature's parts and the message it is over (RFC 9052, 4.4)."""
    manifest = store.children[0]
    protected, _, payload, signature = manifest.child(jumbf.SIGNATURE).value()
    assert payload is None
    claim = manifest.child(jumbf.CLAIM).content[0][1]
    parts = (b"", claim)
    message = b"\x84" + jumbf.head(3, 10) + b"Signature1"
    message += jumbf.head(2, len(protected)) + protected
    for part in parts:
        message += jumbf.head(2, len(part)) + part
    return jumbf.decode(protected), signature, message


def test_the_signature_is_the_certificates(store):
    header, signature, message = cose(store)
    assert header[ALGORITHM] == ES256
    chain = header[CHAIN]
    leaf = x509.load_der_x509_certificate(chain if isinstance(chain, bytes) else chain[0])
    numbers = (int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    key, how = leaf.public_key(), ec.ECDSA(hashes.SHA256())
    key.verify(encode_dss_signature(*numbers), message, how)
    with pytest.raises(InvalidSignature):
        key.verify(encode_dss_signature(*numbers), message[:-1] + b"\0", how)


@pytest.mark.needs("openssl")
def test_openssl_follows_the_chain_to_the_root(store, keys, tmp_path):
    chain = cose(store)[0][CHAIN]
    leaf = tmp_path / "leaf.der"
    leaf.write_bytes(chain if isinstance(chain, bytes) else chain[0])
    pem = ["openssl", "x509", "-inform", "DER", "-in", str(leaf), "-out", str(tmp_path / "l.pem")]
    subprocess.run(pem, check=True, timeout=60)
    check = ["openssl", "verify", "-purpose", "smimesign", "-CAfile", str(keys.root)]
    done = subprocess.run([*check, str(tmp_path / "l.pem")], capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_a_watermark_is_claimed_only_with_its_binding(sign, read):
    data = sign(
        media.made("image/png"), "image/png", soft_bindings=[("com.example.mark.1", "0123abcd")]
    )
    held = {
        label: box.value() for label, box in assertions(jumbf.read(chunk(data)).children[0]).items()
    }
    actions = [one["action"] for one in held["c2pa.actions.v2"]["actions"]]
    assert actions == ["c2pa.created", "c2pa.watermarked.bound"]
    assert held["c2pa.soft-binding"] == {
        "alg": "com.example.mark.1",
        "blocks": [{"scope": {}, "value": "0123abcd"}],
    }
    layer = read(data, "image/png")
    assert (layer.trusted, layer.issues) == (True, ())


def test_several_watermarks(sign, read):
    bindings = [("com.example.a", "01"), ("com.example.b", "02")]
    data = sign(media.made("image/png"), "image/png", soft_bindings=bindings)
    held = assertions(jumbf.read(chunk(data)).children[0])
    found = [box.value()["alg"] for label, box in held.items() if "soft-binding" in label]
    assert found == ["com.example.a", "com.example.b"]
    assert read(data, "image/png").trusted


def test_what_no_model_made_discloses_none(sign):
    once = sign(media.made("image/png"), "image/png")
    again = jumbf.read(chunk(sign(once, "image/png", digital_source_type=None)))
    held = assertions(again.children[-1])
    assert "c2pa.ai-disclosure" not in held
    assert "Iptc4xmpExt:DigitalSourceType" not in held["c2pa.metadata"].value()


def test_the_manifest_is_small(sign, signer):
    made = io.BytesIO()
    said = {"title": "id-1", "software_agent": ("m", "1"), "aigc_json": AIGC}
    source = io.BytesIO(media.made("image/png"))
    assert credential.sign(source, made, "image/png", signer, **said).size < 4608
