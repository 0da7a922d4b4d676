"""`colophon init`: by flags, by variables, guided; again and again; nothing half done."""

import json
import os
import stat

import pytest

from colophon.labels.provider_code import check, uscc_check_character, uscc_valid
from tests.site.serving import colophon

pytestmark = pytest.mark.slow
FIRST = "91000000TEAT00000"
USCC = FIRST + uscc_check_character(FIRST)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A folder with tables and no operator: a refusal leaves it so."""
    found = tmp_path_factory.mktemp("init") / "data"
    init(found, "--name", "x", "--yes", code=2)
    return found


def init(folder, *arguments, code=0, **more):
    done = colophon(folder, "init", "--json", *arguments, check=False, **more)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def test_a_demonstration_has_a_code_that_checks_out_and_says_what_it_is(folder):
    made = init(folder, "--demonstration", "--yes")
    assert made["operator"]["demonstration"] is True and "演示" in made["operator"]["name"]
    assert uscc_valid(made["operator"]["uscc"]) and made["operator"]["uscc"][2:8] == "000000"
    check(made["provider_code"])
    assert made["signing"] == "development"


def test_the_folder_and_the_keys_are_for_their_owner_alone(folder):
    init(folder, "--demonstration", "--yes")
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
    for path in [*(folder / "signing").iterdir(), *(folder / "keys").iterdir()]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_password_that_was_made_up_is_shown_once_and_stored_as_a_hash(folder):
    first = init(folder, "--demonstration", "--yes")["administrator"]
    again = init(folder, "--demonstration", "--yes")["administrator"]
    assert first["opened"] and len(first["password"]) >= 15
    assert again == {"name": "admin", "opened": False, "password": None}
    for path in folder.rglob("*"):
        assert not path.is_file() or first["password"].encode() not in path.read_bytes()


def test_a_real_profile_takes_the_place_of_the_demonstration(folder):
    init(folder, "--demonstration", "--yes")
    made = init(folder, "--name", "测试公司", "--uscc", USCC, "--service", "绘图", "--yes")
    assert made["provider_code"] == f"0011{USCC}10000"
    assert made["operator"]["demonstration"] is False
    certificate = (folder / "signing" / "signer.pem").read_text()
    assert "until-" in str(list((folder / "signing").iterdir())) and "BEGIN" in certificate
    refused = init(folder, "--demonstration", "--yes", code=2)
    assert refused["error"]["code"] == "usage"


def test_what_is_not_given_again_stays(folder):
    init(folder, "--name", "测试公司", "--uscc", USCC, "--service", "绘图", "--yes", "--no-admin")
    made = init(folder, "--contact", "desk@example.com", "--yes", "--no-admin")["operator"]
    assert (made["name"], made["uscc"], made["contact"]) == ("测试公司", USCC, "desk@example.com")


def test_variables_do_as_well_as_flags(folder):
    made = init(
        folder,
        "--yes",
        "--admin-email",
        "a@example.com",
        "--admin-password-env",
        "SECRET",
        COLOPHON_OPERATOR_NAME="测试公司",
        COLOPHON_OPERATOR_USCC=USCC,
        COLOPHON_OPERATOR_SERVICE="绘图",
        SECRET="correct horse battery",
    )
    assert made["administrator"] == {"name": "admin", "opened": True, "password": None}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--name", "x", "--service", "y", "--uscc", USCC[:-1] + "?"], "producer_code_invalid"),
        (["--name", "x", "--service", "y", "--uscc", "123"], "producer_code_invalid"),
        (
            ["--name", "x", "--service", "y", "--uscc", USCC, "--extension", "9"],
            "producer_code_invalid",
        ),
        (["--name", "x"], "profile_incomplete"),
        (["--demonstration", "--admin-password-env", "NOT_THERE"], "usage"),
    ],
)
def test_a_wrong_profile_is_named_in_both_languages(empty, arguments, code):
    english = init(empty, "--yes", *arguments, "--lang", "en", code=2)["error"]
    chinese = init(empty, "--yes", *arguments, "--lang", "zh", code=2)["error"]
    assert english["code"] == chinese["code"] == code
    assert english["remedy"] != chinese["remedy"] or code == "usage"


def test_a_weak_password_is_refused(folder):
    error = init(
        folder, "--demonstration", "--yes", "--admin-password-env", "SECRET", SECRET="123", code=2
    )["error"]
    assert error["code"] == "password_refused"


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    done = colophon(tmp_path / "file" / "data", "init", "--demonstration", "--yes", check=False)
    assert done.returncode == 3 and "Traceback" not in done.stderr


def test_for_a_person_it_is_said_in_words(folder):
    done = colophon(folder, "init", "--demonstration", "--yes", "--lang", "zh")
    assert "服务提供者编码" in done.stdout and "仅显示这一次" in done.stdout
