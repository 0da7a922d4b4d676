"""Whose signature counts: folders of anchors, single certificates, purposes."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from hypothesis import given
from hypothesis import strategies as st

from colophon.errors import FileMissing, MalformedFile, TooLarge
from colophon.labels import certificates, credential_chain, credential_places, trust_list
from colophon.labels.trust_list import TrustList
from tests.labels.credential import jumbf, media

EMAIL, CLAIMS = "1.3.6.1.5.5.7.3.4", "1.3.6.1.4.1.62558.2.1"


@pytest.fixture(scope="module")
def signed(sign):
    return sign(media.made("image/png"), "image/png")


@pytest.fixture(scope="module")
def store(sign):
    """A manifest store and the name of its manifest."""
    place = credential_places.locate(sign(media.made("text/html"), "text/html"), "text/html")
    return place.manifest, jumbf.read(place.manifest).children[0].label


@pytest.fixture
def trusted(signed, read, tmp_path):
    def found(**files):
        for name, data in files.items():
            (tmp_path / name.replace("__", ".")).write_bytes(data)
        layer = read(signed, "image/png", certificates.TrustList.load(tmp_path))
        assert layer.valid
        return layer.trusted

    return found


def test_an_empty_folder_trusts_nobody(trusted):
    assert trusted() is False


def test_a_bundle_of_anchors(trusted, signer, tmp_path_factory):
    other = certificates.make_development(tmp_path_factory.mktemp("other"), "另一家")
    assert trusted(others__pem=other.root.read_bytes()) is False
    assert trusted(bundle__crt=other.root.read_bytes() + signer.root) is True


def test_a_single_certificate_without_a_chain(trusted, signer):
    assert trusted(allowed__pem=signer.chain) is True


def test_a_single_certificate_by_its_digest(trusted, signer):
    leaf = x509.load_pem_x509_certificates(signer.chain)[0]
    der = leaf.public_bytes(serialization.Encoding.DER)
    digest = base64.b64encode(hashlib.sha256(der).digest()) + b"\n"
    assert trusted(allowed__sha256__txt=digest) is True


def test_a_single_certificate_of_somebody_else(trusted, tmp_path_factory):
    other = certificates.make_development(tmp_path_factory.mktemp("other"), "另一家")
    assert trusted(allowed__pem=other.chain.read_bytes()) is False


@pytest.mark.parametrize("kind", ["text/plain", "text/html", "image/jpeg", "application/pdf"])
def test_a_single_certificate_in_every_kind_of_file(kind, sign, read, signer):
    leaf = x509.load_pem_x509_certificates(signer.chain)[0].fingerprint(hashes.SHA256())
    data = sign(media.made(kind), kind)
    assert read(data, kind, TrustList(allowed=frozenset([leaf]))).trusted
    altered = data.replace("段".encode(), "断".encode()) if kind in media.TEXTS else data + b"x"
    altered = altered.replace("正文".encode(), "正丈".encode())
    found = read(altered, kind, TrustList(allowed=frozenset([leaf])))
    assert (found.valid, found.trusted) == (False, False)


@given(data=st.binary(max_size=300), cut=st.integers(0, 4000), byte=st.integers(0, 255))
def test_any_store_gives_a_certificate_or_none(store, data, cut, byte):
    label = store[1]
    assert credential_chain.leaf(data, label) is None
    spoilt = bytearray(store[0])
    spoilt[cut % len(spoilt)] = byte
    for tried in (bytes(spoilt), bytes(spoilt[:cut]), store[0] + data):
        assert isinstance(credential_chain.leaf(tried, label), bytes | None)


def test_the_certificate_in_a_store(store, signer):
    leaf = x509.load_pem_x509_certificates(signer.chain)[0]
    assert credential_chain.leaf(*store) == leaf.public_bytes(serialization.Encoding.DER)
    assert credential_chain.leaf(store[0], "urn:c2pa:other") is None
    assert credential_chain.leaf(store[0] * 2, store[1]) is None


def test_purposes_count_beside_the_standards_own(trusted, signer):
    assert trusted(root__pem=signer.root, store__cfg=f"{EMAIL}\n{CLAIMS}\n".encode()) is True


def test_the_operators_own_anchor_beside_the_list(signed, read, signer, tmp_path):
    assert read(signed, "image/png", TrustList.load(tmp_path, [signer.root])).trusted is True


def test_other_files_in_the_folder_do_no_harm(trusted, signer):
    assert trusted(README__md=b"# Trust list", root__pem=signer.root) is True


def test_bad_folders(tmp_path, monkeypatch):
    with pytest.raises(FileMissing):
        TrustList.load(tmp_path / "nowhere")
    (tmp_path / "a.pem").write_bytes(b"no certificate")
    with pytest.raises(MalformedFile):
        TrustList.load(tmp_path)
    monkeypatch.setattr(trust_list, "LARGEST", 4)
    with pytest.raises(TooLarge):
        TrustList.load(tmp_path)
