"""All thirty-one checks of the conformance rubric, on every kind of manifest made here."""

from __future__ import annotations

import copy
import io
import json

import c2pa
import pytest

from colophon.labels import credential, credential_places, credential_text
from colophon.labels.trust_list import TrustList
from tests.labels.credential import media
from tests.labels.credential.conftest import WORDS
from tests.labels.credential.rubric import CHECKS, manifest

SAYS = {
    "created": {"explicit": WORDS},
    "watermarked": {"soft_bindings": [("com.example.mark.1", "0123abcd")]},
    "edited": {"digital_source_type": credential.COMPOSITE, "explicit": WORDS},
    "on_a_platform": {"digital_source_type": None},
}
OPENED = ("edited", "on_a_platform")
KINDS = ("image/png", "image/jpeg", "image/tiff", "application/pdf", "audio/wav", *media.TEXTS)


def told(data, kind, root):
    """The project's own report on an asset; of texts, with the binding found in its place."""
    trust = {"user_anchors": root.decode()}
    settings = {"verify": {"remote_manifest_fetch": False}, "trust": trust}
    context = c2pa.Context(settings=c2pa.Settings.from_dict(settings))
    if kind not in media.TEXTS:
        with c2pa.Reader(kind, io.BytesIO(data), context=context) as reader:
            return json.loads(reader.crjson())
    place = credential_places.locate(data, kind)
    with c2pa.Reader(kind, io.BytesIO(place.bound), place.manifest, context=context) as reader:
        report = json.loads(reader.crjson())
    settled = credential_text.report(place, kind, TrustList(own=root))
    manifest(report)["validationResults"] = settled["validation_results"]["activeManifest"]
    return report


@pytest.fixture(scope="module")
def reports(sign, signer):
    made = {}
    for kind in KINDS:
        source = media.made(kind)
        for name, said in SAYS.items():
            base = sign(source, kind) if name in OPENED else source
            made[name, kind] = told(sign(base, kind, **said), kind, signer.root)
    return made


def test_there_are_thirty_one():
    assert len({check.id for check in CHECKS}) == len(CHECKS) == 31


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_every_manifest_meets(check, reports):
    found = {case: check.faults(report) for case, report in reports.items()}
    assert not {case: faults for case, faults in found.items() if faults}, check.says


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_report_that_does_not_is_found_out(check, reports):
    for report in reports.values():
        spoilt = copy.deepcopy(report)
        check.spoil(spoilt)
        assert check.faults(spoilt), check.id


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize("kind", media.FILMS)
def test_films_meet_them_all(kind, sign, signer):
    report = told(sign(media.made(kind), kind), kind, signer.root)
    assert not {check.id: check.faults(report) for check in CHECKS if check.faults(report)}
