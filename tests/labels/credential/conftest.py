"""One development signer for all tests of credentials, and one way to sign."""

from __future__ import annotations

import io

import pytest

from colophon.labels import aigc, certificates, credential
from colophon.labels.model import Label
from tests.labels.made import PRODUCER

AIGC = aigc.write(Label(PRODUCER, "id-1"))
WORDS = "AI生成"


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    return certificates.make_development(tmp_path_factory.mktemp("keys"), "示例科技")


@pytest.fixture(scope="session")
def signer(keys):
    return certificates.load(keys.key.parent)


@pytest.fixture(scope="session")
def sign(signer):
    """Bytes and media type to signed bytes."""

    def signed(data, media_type, by=signer, **told):
        target = io.BytesIO()
        said = {"title": "id-1", "software_agent": ("Example model", "2.1"), "aigc_json": AIGC}
        said |= {"text_manifest": True, **told}
        credential.sign(io.BytesIO(data), target, media_type, by, **said)
        return target.getvalue()

    return signed


@pytest.fixture(scope="session")
def read(signer):
    """Bytes and media type to what is found, the signer's own root trusted."""

    def found(data, media_type, anchors=(signer.root,), aigc_json=AIGC):
        return credential.read(io.BytesIO(data), media_type, anchors, aigc_json=aigc_json)

    return found
