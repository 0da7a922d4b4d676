"""The whole service in a process of its own: from a bare folder to a labelled file."""

import json
import os
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest

from tests.content.made import png_bytes
from tests.site import serving

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("service") / "data"


@pytest.fixture(scope="module")
def server(folder):
    found = serving.start(folder)
    found.key = serving.issue_key(folder)
    yield found
    found.stop()


def test_the_first_start_shows_an_administrator_once_and_the_folder_is_private(server, folder):
    assert server.administrator["name"] == "admin" and len(server.administrator["password"]) >= 15
    assert os.stat(folder).st_mode & 0o777 == 0o700


@pytest.mark.needs("exiftool")
def test_a_picture_goes_in_by_form_and_comes_out_labelled(server, tmp_path):
    sent = server.send("/api/content?wait=20", png_bytes(), "画.png")
    assert sent.status == 201, sent.body
    content = sent.json()
    assert content["state"] == "released" and content["name"] == "画.png"
    answer = server.ask(content["file_url"])
    assert "%E7%94%BB.png" in answer.headers["content-disposition"]
    file = tmp_path / "a.png"
    file.write_bytes(answer.body)
    read = subprocess.run(
        ["exiftool", "-j", "-a", "-G1", str(file)], capture_output=True, check=True
    )
    assert content["produce_id"] in json.dumps(json.loads(read.stdout))


def test_inspect_knows_what_was_released(server):
    content = server.send("/api/content?wait=20", png_bytes(colour=(1, 2, 3))).json()
    found = server.send("/api/inspect", server.ask(content["file_url"]).body).json()
    assert (found["verdict"], found["integrity"]) == ("labelled", "intact")
    assert found["layers"]["register"]["content_id"] == content["id"]


def test_a_large_file_streams_and_ranges_hold(server):
    content = server.send("/api/content?wait=30&explicit=auto", png_bytes((1500, 1500))).json()
    whole = server.ask(content["file_url"]).body
    part = server.ask(content["file_url"], Range="bytes=100-299")
    assert part.status == 206 and part.body == whole[100:300]


def test_health_readiness_and_figures(server):
    assert server.ask("/healthz").body == b"ok\n"
    ready = server.ask("/readyz")
    assert ready.status == 200 and all(ready.json().values())
    text = server.ask("/metrics").body.decode()
    assert 'colophon_contents{state="released"}' in text and "colophon_info{" in text


def test_the_gateway_says_it_is_closed_in_openai_s_shape(server):
    answer = server.ask("/v1/chat/completions", b"{}", Content_Type="application/json")
    error = answer.json()["error"]
    assert answer.status == 501 and {"message", "type", "param", "code"} <= set(error)


def test_static_files_are_served_and_nothing_outside_them(server):
    assert server.ask("/static/ninja/swagger-ui.css").status == 200
    assert server.ask("/static/..%2fcolophon.sqlite3").status == 404
    assert server.ask("/static/%2e%2e/keys/django-secret").status == 404


def test_an_unknown_host_is_refused(server):
    assert server.ask("/", Host="evil.example").status == 400


def test_the_second_start_takes_no_more_than_four_seconds(server, folder):
    other = serving.start(folder)
    try:
        assert other.administrator is None
        assert other.started_in < 4.0
    finally:
        other.stop()


def test_a_body_over_the_limit_is_refused_before_it_is_read(tmp_path):
    small = serving.start(tmp_path / "data", COLOPHON_MAX_UPLOAD_MIB="1")
    try:
        small.key = serving.issue_key(tmp_path / "data")
        kept = {
            name: sum(len(files) for _, _, files in os.walk(tmp_path / "data" / name))
            for name in ("blobs", "tmp")
        }
        declared = _post(small, b"x" * (3 << 20))
        streamed = _post(small, iter([b"x" * (1 << 20)] * 4))
        for status, body in (declared, streamed):
            assert status == 413 and body["code"] == "too_large"
        for name, count in kept.items():
            now = sum(len(files) for _, _, files in os.walk(tmp_path / "data" / name))
            assert now == count
    finally:
        small.stop()


def test_a_stranger_may_send_less(tmp_path):
    folder = tmp_path / "data"
    open_to_all = serving.start(folder, COLOPHON_MAX_STRANGERS_UPLOAD_MIB="1")
    try:
        data = b"x" * (3 << 20)
        assert open_to_all.send("/api/inspect", data, "a.txt").status == 413
        open_to_all.key = serving.issue_key(folder)
        assert open_to_all.send("/api/inspect", data, "a.txt").status == 200
    finally:
        open_to_all.stop()


def _post(server, data):
    headers = {"Authorization": f"Bearer {server.key}", "Content-Type": "image/png"}
    request = urllib.request.Request(
        server.url + "/api/content?name=a.png", data=data, headers=headers
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def test_killed_in_the_middle_every_content_is_released_once(tmp_path):
    folder = tmp_path / "data"
    first = serving.start(folder)
    first.key = serving.issue_key(folder)
    paths = []
    for shade in range(6):
        answer = first.send("/api/content", png_bytes((900, 900), (shade * 40, 9, 9)))
        assert answer.status == 202
        paths.append(answer.json()["url"])
    time.sleep(0.4)
    first.kill()

    again = serving.start(folder)
    again.key = first.key
    try:
        done = [serving.wait_for(again, path) for path in paths]
        assert {content["state"] for content in done} == {"released"}
        code = (
            "from collections import Counter; from colophon.store.models import Event; "
            "print(Counter(Event.objects.filter(kind='content.released')"
            ".values_list('subject', flat=True)).most_common(1)[0][1], "
            "Event.objects.filter(kind='content.released').count())"
        )
        said = serving.colophon(folder, "manage", "shell", "-v", "0", "-c", code).stdout
        assert said.split() == ["1", "6"]
        for content in done:
            body = again.ask(content["file_url"]).body
            assert len(body) == content["size"]
    finally:
        again.stop()


def test_parallel_retries_of_one_request_make_one_content(server):
    data, found = png_bytes(colour=(5, 6, 7)), []

    def send():
        found.append(server.send("/api/content", data, Idempotency_Key="parallel").json())

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({content["id"] for content in found}) == 1


def test_a_stopped_service_ends_by_itself_without_fault(folder, server):
    other = serving.start(folder)
    other.process.terminate()
    assert other.process.wait(20) in (0, -15)
