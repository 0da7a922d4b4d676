"""The C2PA Soft Binding Resolution API: a stripped manifest is found again."""

import base64
import io

import c2pa
import pytest
from PIL import Image
from skimage import data

from colophon.content import submission
from colophon.content.models import Content
from colophon.content.resolution import ALGORITHMS
from colophon.content.states import State
from colophon.store import blobs, clock

pytestmark = pytest.mark.django_db
IMAGE = "colophon.mark.1.image"


@pytest.fixture
def released(account, provider, run_jobs):
    out = io.BytesIO()
    Image.fromarray(data.astronaut()[:384, :512]).save(out, "PNG")
    out.seek(0)
    content = submission.submit(out, "a.png", account=account, by="test", now=clock.now())
    run_jobs()
    return Content.objects.get(pk=content.pk)


def stripped(content):
    out = io.BytesIO()
    with Image.open(blobs.path(content.labelled_sha256)) as image:
        image.convert("RGB").crop((40, 30, 470, 360)).save(out, "JPEG", quality=75)
    return out.getvalue()


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def test_what_can_be_asked_for_is_listed(client):
    told = client.get("/services/supportedAlgorithms").json()
    assert [one["alg"] for one in told["watermarks"]] == list(ALGORITHMS)
    assert told["fingerprints"] == []
    assert "/matches/byBinding" in client.get("/services/openapi.json").json()["paths"]


def test_the_manifest_of_a_stripped_picture_comes_back_whole(released, client):
    answer = client.post(
        "/matches/byContent?name=a.jpg", stripped(released), content_type="image/jpeg"
    )
    assert answer.json() == {"matches": [{"manifestId": released.manifest, "similarityScore": 100}]}
    store = client.get(f"/manifests/{released.manifest}")
    assert store["Content-Type"] == "application/c2pa"
    with open(blobs.path(released.labelled_sha256), "rb") as file:
        reader = c2pa.Reader("image/png", file, store.content)
        assert reader.get_active_manifest()["label"] == released.manifest
        assert reader.get_validation_state() in {"Valid", "Trusted"}


@pytest.mark.parametrize("verb", ["get", "post"])
def test_a_binding_finds_its_manifest(verb, released, client):
    asked = {"alg": IMAGE, "value": encoded(released.watermark)}
    kind = {} if verb == "get" else {"content_type": "application/json"}
    answer = getattr(client, verb)("/matches/byBinding", asked, **kind)
    assert answer.json()["matches"][0]["manifestId"] == released.manifest


def test_unknown_values_match_nothing_and_wrong_questions_are_named(released, client):
    asked = {"alg": IMAGE, "value": encoded("0" * 16)}
    assert client.get("/matches/byBinding", asked).json() == {"matches": []}
    for wrong in ({"alg": "x.y", "value": "AA=="}, {"alg": IMAGE, "value": "%%"}):
        answer = client.get("/matches/byBinding", wrong)
        assert (answer.status_code, answer.json()["code"]) == (400, "request_invalid")
    assert client.get("/manifests/urn:c2pa:none").status_code == 404
    plain = io.BytesIO()
    Image.new("RGB", (200, 200), (9, 9, 9)).save(plain, "PNG")
    answer = client.post("/matches/byContent", plain.getvalue(), content_type="image/png")
    assert answer.json() == {"matches": []}


def test_what_was_withdrawn_is_not_given_away(released, client):
    Content.objects.filter(pk=released.pk).update(state=State.WITHDRAWN)
    asked = {"alg": IMAGE, "value": encoded(released.watermark)}
    assert client.get("/matches/byBinding", asked).json() == {"matches": []}
    assert client.get(f"/manifests/{released.manifest}").status_code == 404
