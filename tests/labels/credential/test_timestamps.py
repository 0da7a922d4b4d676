"""RFC 3161: a signature stamped by an authority outlives the certificate that made it."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from colophon.errors import CredentialFailed
from colophon.labels import certificates
from colophon.labels.trust_list import TrustList
from tests.labels.credential import media, tsa

pytestmark = pytest.mark.needs("openssl")
SECONDS = 2


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    with tsa.authority(tmp_path_factory.mktemp("tsa")) as made:
        yield made


@pytest.fixture
def short(tmp_path):
    """A signer whose certificate is about to run out: made almost five years ago."""
    made = datetime.now(UTC) - timedelta(days=5 * 365 - 1) + timedelta(seconds=SECONDS)
    certificates.make_development(tmp_path, "示例科技", now=made)
    return certificates.load(tmp_path)


@pytest.mark.parametrize("kind", ["image/png", "text/html", "text/markdown"])
def test_the_time_is_read_back(kind, signer, sign, read, authority):
    begun = datetime.now(UTC) - timedelta(seconds=2)
    data = sign(media.made(kind), kind, replace(signer, timestamp_url=authority.url))
    layer = read(data, kind, TrustList(own=signer.root, anchors=authority.root))
    assert (layer.trusted, layer.issues) == (True, ())
    assert begun <= datetime.fromisoformat(layer.signed_at) <= datetime.now(UTC)


def test_without_an_authority_no_time_is_claimed(sign, read):
    assert read(sign(media.made("image/png"), "image/png"), "image/png").signed_at is None


def test_a_plain_texts_tries_do_not_reach_the_authority(signer, sign, read, authority):
    before = authority.asked
    stamped = replace(signer, timestamp_url=authority.url)
    assert read(sign(media.made("text/plain"), "text/plain", stamped), "text/plain").trusted
    assert authority.asked == before


def test_a_stamped_signature_stays_valid_when_the_certificate_has_run_out(
    short, sign, read, authority
):
    data = media.made("image/png")
    stamped = sign(data, "image/png", replace(short, timestamp_url=authority.url))
    bare = sign(data, "image/png", short)
    both = TrustList(own=short.root, anchors=authority.root)
    assert read(stamped, "image/png", both).valid
    assert read(bare, "image/png", both).valid
    time.sleep(SECONDS + 1)
    layer = read(stamped, "image/png", both)
    assert (layer.valid, layer.trusted, layer.issues) == (True, True, ())
    expired = (False, ("signingCredential.expired",))
    for found in (read(bare, "image/png", both), read(stamped, "image/png", [short.root])):
        assert (found.valid, found.issues) == expired


def test_an_authority_that_does_not_answer_stops_the_signing(signer, sign, tmp_path):
    with tsa.authority(tmp_path) as gone:
        stamped = replace(signer, timestamp_url=gone.url)
    with pytest.raises(CredentialFailed) as caught:
        sign(media.made("image/png"), "image/png", stamped)
    assert "RFC 3161" in str(caught.value.cause("en"))
