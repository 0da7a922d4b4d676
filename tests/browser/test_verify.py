"""Verify, driven as a visitor drives it: with and without script, by mouse and by keyboard."""

import json
from pathlib import Path

import pytest

from .looking import look_over, reach_by_keyboard

SHOWN_AS = {
    "image": "figure img",
    "text": "figure .excerpt",
    "audio": "figure audio",
    "video": "figure video",
}
MEDIA = list(SHOWN_AS)


@pytest.mark.parametrize("medium", MEDIA)
def test_a_labelled_file_is_told_with_its_preview(visit, labelled, medium):
    page = visit()
    page.goto("/verify")
    page.set_input_files("#file", labelled[medium])
    page.wait_for_selector("#result .verdict")
    assert "made or edited with AI" in page.text_content(".verdict h2").replace("Declared as ", "")
    assert page.text_content("#layer-explicit .state").split()[-1] == "Found"
    assert page.text_content("#layer-aigc .state").endswith("Found, signed for this content")
    assert page.is_visible(SHOWN_AS[medium])
    assert page.evaluate("document.activeElement.id") == "result"
    look_over(page)


@pytest.mark.parametrize("medium", MEDIA)
def test_the_same_without_script(visit, labelled, medium):
    page = visit(lang="zh", script=False)
    page.goto("/verify")
    page.set_input_files("#file", labelled[medium])
    page.click("#drop button")
    page.wait_for_selector("#result .verdict")
    assert "人工智能生成或编辑" in page.text_content(".verdict h2")
    assert "已找到" in page.text_content("#layer-aigc .state")
    assert page.locator("li.layer").count() == 5
    if medium in {"image", "text"}:
        assert page.is_visible(SHOWN_AS[medium])


@pytest.mark.parametrize("script", [True, False])
def test_a_released_file_bears_the_seals_and_a_plain_one_none(visit, labelled, plain, script):
    page = visit(script=script)
    for file, seals in ((labelled["image"], 2), (plain["image"], 0)):
        page.goto("/verify")
        page.set_input_files("#file", file)
        if not script:
            page.click("#drop button")
        page.wait_for_selector("#result .verdict")
        assert page.locator(".seal").count() == seals


def test_one_changed_byte_breaks_the_seal(visit, labelled, tmp_path):
    data = bytearray(labelled["image"].read_bytes())
    data[data.index(b"IDAT") + 4000] ^= 0xFF
    changed = tmp_path / "changed.png"
    changed.write_bytes(data)
    page = visit()
    page.goto("/verify")
    page.set_input_files("#file", changed)
    page.wait_for_selector("#result .verdict")
    assert page.locator(".seal").count() == 0
    assert page.text_content("#layer-credential .state").strip().endswith("Does not check out")
    assert page.text_content(".verdict h2") == "This file was changed after its label was signed."


def test_a_file_can_be_dropped_anywhere(visit, labelled):
    page = visit()
    page.goto("/verify")
    carried = page.evaluate_handle(
        """(text) => { const moved = new DataTransfer();
        moved.items.add(new File([text], "letter.md", {type: "text/markdown"})); return moved; }""",
        labelled["text"].read_text(),
    )
    page.dispatch_event("main", "dragover", {"dataTransfer": carried})
    assert "over" in page.get_attribute("#drop", "class")
    page.dispatch_event("main", "drop", {"dataTransfer": carried})
    page.wait_for_selector("#result .verdict")
    assert "letter.md" in page.text_content(".subject .facts")


def test_the_findings_download_as_json(visit, labelled, tmp_path):
    page = visit()
    page.goto("/verify")
    page.set_input_files("#file", labelled["image"])
    with page.expect_download() as waited:
        page.click("a[download$='.findings.json']")
    waited.value.save_as(tmp_path / "findings.json")
    found = json.loads((tmp_path / "findings.json").read_text())
    assert found["verdict"] == "labelled"
    assert found["layers"]["aigc"]["label"] == "1"


def test_details_unfold_and_hashes_copy_whole(visit, labelled):
    page = visit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/verify")
    page.set_input_files("#file", labelled["image"])
    page.click("#layer-aigc summary")
    assert page.is_visible("#layer-aigc dd.mono")
    page.click("button.copy")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert len(copied) == 64
    assert " " not in copied


@pytest.mark.parametrize("script", [True, False])
def test_bad_input_is_told_kindly(visit, tmp_path, script):
    empty = tmp_path / "empty.png"
    empty.touch()
    page = visit(script=script)
    page.goto("/verify")
    page.set_input_files("#file", empty)
    if not script:
        page.click("#drop button")
    assert "empty.png is empty" in page.text_content("[role=alert]")
    # The browser itself notes the 422 in its console: that is no fault of the page.
    visit.complaints[:] = [said for said in visit.complaints if "422" not in said]


def test_the_keyboard_reaches_the_file_and_the_examples(visit):
    page = visit()
    page.goto("/verify")
    reach_by_keyboard(page, ".skip", presses=1)
    reach_by_keyboard(page, "#file")
    reach_by_keyboard(page, ".examples a")


def test_an_example_is_read_and_can_be_heard(visit):
    page = visit()
    page.goto("/verify")
    page.click(".examples a:last-child")
    assert page.locator("li.layer").count() == 5
    assert page.evaluate("document.querySelector('figure audio') !== null")
    look_over(page)


def test_nothing_is_asked_of_another_host(visit, service, plain):
    page = visit()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/verify")
    page.set_input_files("#file", plain["image"])
    page.wait_for_selector("#result .verdict")
    strange = [url for url in asked if not url.startswith((service.url, "data:", "blob:"))]
    assert strange == []
    assert Path(plain["image"]).exists()
