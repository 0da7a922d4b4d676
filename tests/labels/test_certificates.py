"""The development certificate: fit for C2PA, private on disk, and plainly what it is."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, x25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from colophon.errors import SigningKeyUnusable, TargetExists, TargetUnwritable
from colophon.labels import certificates

NAME = "示例科技有限公司"


@pytest.fixture
def made(tmp_path):
    return certificates.make_development(tmp_path / "keys", NAME)


def certificate(path):
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_the_leaf_meets_the_certificate_profile(made):
    leaf, root = certificate(made.chain), certificate(made.root)
    leaf.verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)
    assert leaf.version is x509.Version.v3
    assert leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert not (usage.value.key_cert_sign or usage.value.content_commitment)
    purposes = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.EMAIL_PROTECTION]
    subject = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    authority = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    assert authority.key_identifier == subject.digest
    assert leaf.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    named = leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    assert [attribute.value for attribute in named] == [NAME]
    assert leaf.not_valid_before_utc < datetime.now(UTC) < leaf.not_valid_after_utc


def test_the_root_can_issue_and_its_key_is_nowhere(made):
    root = certificate(made.root)
    assert root.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is True
    files = sorted(path.name for path in made.key.parent.iterdir())
    assert files == ["root.pem", "signer.key.pem", "signer.pem"]
    key = serialization.load_pem_private_key(made.key.read_bytes(), None)
    assert key.public_key() == certificate(made.chain).public_key()
    assert key.public_key() != root.public_key()


def test_only_the_owner_can_read(made):
    for path in (made.key, made.chain, made.root):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.key.parent.stat().st_mode) == 0o700


def test_a_key_is_never_replaced(made):
    before = made.key.read_bytes()
    with pytest.raises(TargetExists):
        certificates.make_development(made.key.parent, NAME)
    assert made.key.read_bytes() == before


@pytest.mark.parametrize("name", ["", "   ", "长" * 200])
def test_names_of_any_length(tmp_path, name):
    certificates.make_development(tmp_path, name)
    assert certificates.load(tmp_path).name


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(TargetUnwritable):
        certificates.make_development(tmp_path / "file" / "keys", NAME)


def test_load(made):
    signer = certificates.load(made.key.parent)
    assert (signer.name, signer.algorithm, signer.development) == (NAME, "es256", True)
    assert signer.root == made.root.read_bytes()
    assert "PRIVATE" not in repr(signer)


@pytest.mark.parametrize("lost", ["signer.pem", "signer.key.pem"])
@pytest.mark.parametrize("how", ["missing", "empty", "garbage"])
def test_unusable_files_are_named(made, lost, how):
    path = made.key.parent / lost
    path.unlink()
    if how != "missing":
        path.write_bytes(b"" if how == "empty" else os.urandom(200))
    with pytest.raises(SigningKeyUnusable):
        certificates.load(made.key.parent)


def test_a_key_of_another_certificate(made, tmp_path):
    other = certificates.make_development(tmp_path / "other", NAME)
    made.key.write_bytes(other.key.read_bytes())
    with pytest.raises(SigningKeyUnusable, match="≠"):
        certificates.load(made.key.parent)


def pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def self_signed(key, algorithm):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority's leaf")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=7,
        not_valid_before=start,
        not_valid_after=start.replace(year=2036),
    )
    return builder.sign(key, algorithm).public_bytes(serialization.Encoding.PEM)


def test_an_operators_own_key_is_not_called_a_development_one(tmp_path):
    key = ed25519.Ed25519PrivateKey.generate()
    (tmp_path / "signer.key.pem").write_bytes(pem(key))
    (tmp_path / "signer.pem").write_bytes(self_signed(key, None))
    signer = certificates.load(tmp_path)
    assert (signer.algorithm, signer.development, signer.root) == ("ed25519", False, None)
    assert signer.name == "An authority's leaf"


@pytest.mark.parametrize(
    "key", [ec.generate_private_key(ec.SECP256K1()), x25519.X25519PrivateKey.generate()]
)
def test_kinds_of_key_c2pa_does_not_have(made, key):
    made.key.write_bytes(pem(key))
    with pytest.raises(SigningKeyUnusable):
        certificates.load(made.key.parent)
