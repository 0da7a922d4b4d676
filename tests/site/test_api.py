"""The API through its door: who may, what comes back, and every failure as a problem."""

import json
import re
import uuid

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from colophon.content.download import disposition
from colophon.content.models import Content
from colophon.parties import keys, roles
from colophon.store import blobs, clock
from tests.content.made import png_bytes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


@pytest.fixture
def call(account):
    """A client with the author's key."""
    return Client(headers={"authorization": f"Bearer {key_of(account)}", "accept-language": "en"})


def key_of(account):
    return keys.issue(account, "test", by="test", now=clock.now())[1]


def post(client, data, name="a.png", path="/api/content", headers=None, **fields):
    return client.post(path, {"file": SimpleUploadedFile(name, data), **fields}, headers=headers)


def problem(response, status, code):
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = json.loads(response.content)
    assert body["code"] == code and body["status"] == status
    assert {"type", "title", "detail", "clause", "remedy", "appeal_url"} <= set(body)
    return body


@pytest.fixture
def released(call, provider, run_jobs, png):
    found = post(call, png).json()
    run_jobs()
    return Content.objects.get(pk=found["id"])


# Submitting.


def test_a_form_is_accepted_with_its_place_and_honest_review(call, png):
    response = post(call, png, kind="image")
    assert response.status_code == 202
    body = response.json()
    assert response["Location"] == body["url"] == f"/api/content/{body['id']}"
    assert (body["state"], body["kind"], body["review"]) == ("received", "image", "not_configured")
    assert body["file_url"] is None


def test_bare_bytes_are_accepted(call, png):
    response = call.post("/api/content?name=b.png&action=edited", png, content_type="image/png")
    assert response.status_code == 202
    assert (response.json()["name"], response.json()["action"]) == ("b.png", "edited")


def test_a_retry_answers_the_first_content(call, png, provider, run_jobs):
    first = post(call, png, headers={"idempotency-key": "k"})
    again = post(call, png, headers={"idempotency-key": "k"})
    assert first.json()["id"] == again.json()["id"] and again.status_code == 202
    run_jobs()
    assert post(call, png, headers={"idempotency-key": "k"}).status_code == 200
    assert Content.objects.count() == 1


def test_a_key_used_for_something_else_is_a_conflict(call, png):
    post(call, png, headers={"idempotency-key": "k"})
    response = post(call, png_bytes(colour=(9, 9, 9)), headers={"idempotency-key": "k"})
    problem(response, 409, "idempotency_conflict")


def test_waiting_for_what_does_not_come_answers_202(call, png):
    response = post(call, png, headers={"prefer": "respond-async, wait=0"})
    assert response.status_code == 202 and response["Preference-Applied"] == "wait=0"


@pytest.mark.parametrize(
    ("data", "name", "status", "code"),
    [
        (b"", "a.png", 422, "empty_file"),
        (b"\0\1\2\3" * 9, "a.bin", 415, "unknown_type"),
        (png_bytes(), "a.wav", 422, "wrong_extension"),
    ],
)
def test_bytes_that_will_not_do(call, data, name, status, code):
    problem(post(call, data, name), status, code)


@pytest.mark.parametrize("query", ["kind=soul", "explicit=never", "action=x", "wait=long"])
def test_wrong_options_name_their_place_and_not_their_value(call, png, query):
    response = call.post(f"/api/content?name=a.png&{query}", png, content_type="image/png")
    body = problem(response, 422, "request_invalid")
    assert query.split("=")[0] in body["detail"]
    assert query.split("=")[1] not in json.dumps(body["errors"]) or query == "wait=long"


def test_a_wrong_field_of_a_form_is_refused(call, png):
    problem(post(call, png, kind="soul"), 422, "request_invalid")


def test_a_form_without_a_file_is_refused(call):
    problem(call.post("/api/content", {"kind": "image"}), 422, "request_invalid")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"a=b&" * 2000, "application/x-www-form-urlencoded"),
        (b"x" * (2 << 20), "application/x-www-form-urlencoded"),
        (
            b"".join(
                b'--b\r\nContent-Disposition: form-data; name="f%d"; filename="a"\r\n\r\nx\r\n' % n
                for n in range(200)
            )
            + b"--b--\r\n",
            "multipart/form-data; boundary=b",
        ),
    ],
    ids=["too many fields", "too long a form", "too many files"],
)
def test_a_form_out_of_all_measure_is_refused(call, body, kind):
    problem(call.post("/api/content", body, content_type=kind), 422, "request_invalid")


def test_wishes_out_of_all_measure_are_refused(call):
    response = call.post("/api/content/produce", b" " * (2 << 20), content_type="application/json")
    problem(response, 413, "too_large")


def test_a_broken_form_is_refused(call):
    response = call.post(
        "/api/content", b"--x\r\nbroken", content_type="multipart/form-data; boundary="
    )
    problem(response, 422, "request_invalid")


# Who may.


@pytest.mark.parametrize("method", ["get", "post"])
def test_without_a_key_nothing_opens(client, method):
    response = getattr(client, method)("/api/content")
    problem(response, 401, "sign_in_needed")
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("secret", ["x", "col_" + "0" * 43, ""])
def test_a_wrong_key_opens_nothing_even_beside_a_session(account, secret):
    client = Client(headers={"authorization": f"Bearer {secret}"})
    client.force_login(account)
    problem(client.get("/api/content"), 401, "sign_in_needed")


def test_a_signed_in_page_needs_its_csrf_token(account, png):
    client = Client(enforce_csrf_checks=True)
    client.force_login(account)
    assert client.get("/api/content").status_code == 200
    problem(post(client, png), 403, "permission_missing")
    client.get("/account/login/")
    client.cookies["csrftoken"] = "a" * 32
    assert post(client, png, headers={"x-csrftoken": "a" * 32}).status_code == 202


def test_a_key_needs_no_csrf_token(account, png):
    client = Client(
        enforce_csrf_checks=True, headers={"authorization": f"Bearer {key_of(account)}"}
    )
    assert post(client, png).status_code == 202


def test_another_accounts_content_does_not_exist_for_me(released, other):
    client = Client(headers={"authorization": f"Bearer {key_of(other)}"})
    for path in (f"/api/content/{released.id}", f"/api/content/{released.id}/file"):
        missing = problem(client.get(path), 404, "content_missing")
    nowhere = problem(client.get(f"/api/content/{uuid.uuid4()}"), 404, "content_missing")
    assert missing == nowhere
    assert client.get("/api/content").json() == {"items": [], "next": None}


def test_staff_who_may_look_see_it(released, other):
    client = Client(headers={"authorization": f"Bearer {key_of(other)}"})
    roles.appoint(other, roles.Role.INSPECTOR)
    assert client.get(f"/api/content/{released.id}").json()["state"] == "released"


# Looking and fetching.


def test_pages_of_own_contents_newest_first(call, png):
    made = [post(call, png_bytes(colour=(n, 0, 0))).json()["id"] for n in range(5)]
    page = call.get("/api/content?limit=2").json()
    found = [item["id"] for item in page["items"]]
    while page["next"]:
        page = call.get(page["next"]).json()
        found += [item["id"] for item in page["items"]]
    assert found == made[::-1]


def test_a_held_content_says_why_in_the_language_asked_for(call, png, provider, run_jobs):
    found = post(call, png[:150]).json()
    run_jobs()
    path = f"/api/content/{found['id']}"
    english = call.get(path).json()["problem"]
    chinese = call.get(path, headers={"accept-language": "zh-CN"}).json()["problem"]
    assert english["code"] == chinese["code"]
    assert re.search("[\u4e00-\u9fff]", chinese["cause"]) and english["cause"].isascii()
    problem(call.get(path + "/file"), 409, "not_released")


def test_the_file_comes_with_its_headers(call, released):
    response = call.get(f"/api/content/{released.id}/file")
    data = b"".join(response.streaming_content)
    assert data == blobs.path(released.labelled_sha256).read_bytes()
    assert response["Content-Type"] == "image/png"
    assert int(response["Content-Length"]) == len(data)
    assert response["X-Colophon-Content-Id"] == str(released.id)
    assert response["X-Colophon-Label"] == "AI%E7%94%9F%E6%88%90"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-9", slice(0, 10)),
        ("bytes=10-", slice(10, None)),
        ("bytes=-7", slice(-7, None)),
        ("bytes=5-999999999", slice(5, None)),
    ],
)
def test_a_range_is_given(call, released, asked, part):
    whole = blobs.path(released.labelled_sha256).read_bytes()
    response = call.get(f"/api/content/{released.id}/file", headers={"range": asked})
    assert response.status_code == 206
    assert b"".join(response.streaming_content) == whole[part]
    start = part.indices(len(whole))[0]
    assert response["Content-Range"].startswith(f"bytes {start}-")


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_a_range_outside_the_file_is_416(call, released, asked):
    response = call.get(f"/api/content/{released.id}/file", headers={"range": asked})
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{released.labelled_size}"


def test_an_unchanged_file_is_not_sent_twice(call, released):
    path = f"/api/content/{released.id}/file"
    etag = call.get(path)["ETag"]
    assert call.get(path, headers={"if-none-match": etag}).status_code == 304


@pytest.mark.parametrize("name", ['a"b.png', "行\n换.png", "a\r\nSet-Cookie: x=1.png", "é\\.png"])
def test_no_name_breaks_the_disposition(name):
    header = disposition(name)
    assert "\n" not in header and "\r" not in header and header.isascii()
    assert re.fullmatch(r'attachment; filename="[^"\\]*"; filename\*=UTF-8\'\'[\w%.~-]+', header)


def test_a_name_with_a_newline_goes_the_whole_road(call, provider, run_jobs, png):
    query = "/api/content?name=a%0D%0ASet-Cookie%3A%20x.png"
    found = call.post(query, png, content_type="image/png").json()
    run_jobs()
    response = call.get(f"/api/content/{found['id']}/file")
    assert response.status_code == 200 and not response.cookies


def test_the_file_s_headers_alone(call, released):
    response = call.head(f"/api/content/{released.id}/file")
    assert response.status_code == 200 and response.content == b""
    assert int(response["Content-Length"]) == released.labelled_size


# Producing.


def test_an_editor_makes_content_from_json(call, provider, run_jobs):
    wishes = {"editor": "text", "instructions": {"template": "你好，$a", "values": {"a": "世界"}}}
    response = call.post("/api/content/produce", wishes, content_type="application/json")
    assert response.status_code == 202 and response.json()["editor"] == "text"
    run_jobs()
    path = response.json()["url"]
    assert call.get(path).json()["state"] == "released"
    words = b"".join(call.get(path + "/file").streaming_content).decode()
    assert "你好，世界" in words


def test_an_editor_takes_files_from_a_form(call, png):
    fields = {"editor": "image", "instructions": '{"operation":"denoise"}'}
    assert post(call, png, path="/api/content/produce", **fields).status_code == 202


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{", "request_invalid"),
        ("[]", "request_invalid"),
        ('{"editor":"text","instructions":[]}', "request_invalid"),
        ('{"editor":"text","instructions":{"template":"$a"}}', "editor_refused"),
        ('{"editor":"video","instructions":{}}', "editor_refused"),
        ("[" * 100_000, "request_invalid"),
    ],
)
def test_wrong_wishes_are_refused(call, body, code):
    response = call.post("/api/content/produce", body, content_type="application/json")
    problem(response, 422, code)


# Inspecting.


def test_anybody_may_inspect_and_nothing_is_kept(client):
    response = post(client, png_bytes(colour=(77, 1, 2)), path="/api/inspect")
    assert response.status_code == 200
    body = response.json()
    assert (body["file"], body["verdict"]) == ("a.png", "unlabelled")
    assert body["layers"]["register"] == {
        "known": False,
        "content_id": None,
        "match": "none",
        "distance": None,
    }
    assert not Content.objects.exists() and not blobs.exists(body["sha256"])


def test_a_released_file_is_known_to_anybody(client, released):
    data = blobs.path(released.labelled_sha256).read_bytes()
    body = client.post("/api/inspect?name=a.png", data, content_type="image/png").json()
    assert (body["verdict"], body["integrity"]) == ("labelled", "intact")
    assert body["layers"]["register"]["match"] == "exact"


def test_too_many_inspections_wait(client, png, settings, monkeypatch):
    settings.COLOPHON_INSPECT_PER_MINUTE = 2
    # All three within one minute, however long they take here.
    moment = clock.now().replace(second=7)
    monkeypatch.setattr(clock, "now", lambda: moment)
    statuses = [post(client, png, path="/api/inspect").status_code for _ in range(2)]
    response = post(client, png, path="/api/inspect")
    problem(response, 429, "too_often")
    assert statuses == [200, 200] and 1 <= int(response["Retry-After"]) <= 60


# The document and what Django would answer by itself.


def test_the_document_names_every_route_and_the_page_loads_nothing_from_elsewhere(client):
    document = client.get("/api/openapi.json").json()
    assert set(document["paths"]) == {
        "/api/content",
        "/api/content/produce",
        "/api/content/{content_id}",
        "/api/content/{content_id}/file",
        "/api/content/{content_id}/unlabelled",
        "/api/content/{content_id}/unlabelled/file",
        "/api/inspect",
    }
    page = client.get("/docs").content.decode()
    assert re.findall(r'(?:src|href)="(?!/)([^"]+)"', page) == []
    assert "/static/ninja/swagger-ui-bundle.js" in page


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "/api/nothing", 404, "no_such_page"),
        ("get", "/api/content/not-a-uuid", 404, "no_such_page"),
        ("put", "/api/content", 405, "request_invalid"),
        ("get", "/api/inspect", 405, "request_invalid"),
    ],
)
def test_django_s_own_refusals_are_problems_too(client, method, path, status, code):
    problem(getattr(client, method)(path), status, code)


def test_an_unexpected_failure_says_nothing_of_its_inside(call, png, monkeypatch):
    def broken(*_args, **_options):
        raise RuntimeError("secret inside")

    monkeypatch.setattr("colophon.content.submission.submit", broken)
    body = problem(post(call, png), 500, "error")
    assert "secret" not in json.dumps(body)


def test_the_type_of_a_problem_leads_to_its_explanation(client):
    page = client.get(problem(client.get("/api/content"), 401, "sign_in_needed")["type"])
    assert page.status_code == 200 and "Bearer" in page.content.decode()
    assert client.get("/errors/nothing").status_code == 404


def test_problems_speak_the_callers_language(client):
    english = client.get("/api/content", headers={"accept-language": "en"})
    chinese = client.get("/api/content", headers={"accept-language": "zh"})
    unsaid = client.get("/api/content")
    assert english["Content-Language"] == "en" and english.json()["title"].isascii()
    assert chinese.json()["title"] == unsaid.json()["title"] != english.json()["title"]
