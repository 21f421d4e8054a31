"""Logging in with a real browser, who one is, and the page of users and tokens."""

import json
import subprocess
import urllib.request

import pytest
from playwright.sync_api import expect
from rq import Queue

from jobs import _keys
from tests import fixture_jobs
from tests.accounts import PASSWORD, THREE, user
from tests.e2e.axe import ALL_LOOKS, found
from tests.e2e.conftest import PHONE, WRITES
from tests.support import clean_env, eventually

#: What a browser says by itself of an answer that was no success.
SAID = ("Failed to load resource", "WebSocket connection")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "users.toml"
    path.write_text(THREE)
    return path


@pytest.fixture
def server(catalog, web_server, file):
    return web_server(env=WRITES | {"RQLIVE_USERS_FILE": file})


@pytest.fixture
def enter(open_page, server):
    """Opens an address, and logs in where that leads to."""

    def start(name, path="/", **more):
        page = open_page(path, url=server.url, allowed=SAID, **more)
        page.locator("input[name=name]").fill(name)
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("button[type=submit]").click()
        expect(page.get_by_test_id("account")).to_be_visible()
        return page

    return start


def test_a_login_leads_back_to_where_one_came_from_and_a_logout_to_the_login(enter, server):
    page = enter("omar", "/jobs?status=failed")
    assert page.url == f"{server.url}/jobs?status=failed"
    expect(page.get_by_test_id("account")).to_contain_text("omar")
    page.locator(".account-name").click()
    page.get_by_role("button", name="Log out", exact=True).click()
    page.wait_for_url("**/login?next=**")
    page.goto(server.url)
    page.wait_for_url("**/login?next=**")


@pytest.mark.parametrize(
    ("language", "says"),
    [("en-GB", "The name or the password is wrong."), ("ko-KR", "이름이나 암호가 올바르지 않습니다.")],
)
def test_a_wrong_password_is_said_and_can_be_typed_again(open_page, server, language, says):
    page = open_page("/", url=server.url, language=language, size=PHONE, theme="dark", allowed=SAID)
    page.locator("input[name=name]").fill("ada")
    page.locator("input[name=password]").fill("not this one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text(says)
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("account")).to_be_visible()


def test_who_only_looks_is_told_why_a_button_does_nothing(enter, redis):
    job = Queue(connection=redis).enqueue(fixture_jobs.nothing)
    page = enter("vera", f"/jobs/{job.id}")
    button = page.locator("[data-action=cancel], [data-deed=cancel]").first
    expect(button).to_have_attribute("aria-disabled", "true")
    assert "viewer" in button.get_attribute("title")
    expect(page.get_by_test_id("banner-look-only")).to_have_count(0)
    page.goto(page.url.partition("/jobs")[0])
    page.locator("[data-deeds='']").click()
    expect(page.locator("dialog.deeds").get_by_role("note")).to_have_text("This is for admins: it concerns everybody.")


def test_an_open_page_goes_to_the_login_when_its_right_ends_and_begins_anew_with_another(enter, file):
    omar = enter("omar")
    file.write_text(THREE.replace('"operator"', '"viewer"'))
    expect(omar.get_by_test_id("account")).to_contain_text("Viewer")
    file.write_text(user("ada", "admin"))
    omar.wait_for_url("**/login?next=**")


def test_an_admin_makes_a_token_that_works_sees_it_once_and_revokes_it(enter, server, redis):
    page = enter("ada", "/access")
    expect(page.get_by_test_id("users")).to_contain_text("omar")
    page.get_by_role("button", name="Make a token").click()
    form = page.get_by_test_id("token-form")
    form.locator("input[name=name]").fill("deploy")
    form.locator("select[name=role]").select_option("operator")
    form.locator("input[name=queues]").fill("mail*, default")
    form.get_by_role("button", name="Make a token").click()
    secret = page.get_by_test_id("made").locator("code").inner_text()
    request = urllib.request.Request(f"{server.url}/api/me", headers={"Authorization": f"Bearer {secret}"})
    with urllib.request.urlopen(request) as answer:
        assert json.load(answer)["rights"] == {"role": "operator", "queues": ["mail*", "default"], "functions": ["*"]}
    page.get_by_role("button", name="I have copied it").click()
    page.reload()
    expect(page.get_by_test_id("tokens")).to_contain_text("deploy")
    assert secret not in page.content()
    page.get_by_test_id("tokens").get_by_role("button", name="Revoke").click()
    page.locator("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_test_id("tokens")).to_contain_text("There are no tokens.")
    eventually(lambda: not redis.exists(_keys.TOKENS))


def test_the_copied_curl_works_with_a_token(enter, server, redis):
    page = enter("ada", "/access")
    page.get_by_role("button", name="Make a token").click()
    form = page.get_by_test_id("token-form")
    form.locator("input[name=name]").fill("deploy")
    form.locator("select[name=role]").select_option("operator")
    form.get_by_role("button", name="Make a token").click()
    secret = page.get_by_test_id("made").locator("code").inner_text()
    page.goto(f"{server.url}/submit/wait")
    call = page.get_by_test_id("same-call")
    call.locator("summary").click()
    expect(call).to_contain_text("$API_TOKEN is to hold an API token: an admin makes one under Access.")
    command = call.locator("pre").nth(1).inner_text()
    assert secret not in command
    refused = subprocess.run(["sh", "-c", command], env=clean_env(), capture_output=True, check=True)
    assert json.loads(refused.stdout)["error"]["code"] == "login_required"
    made = subprocess.run(["sh", "-c", command], env=clean_env({"API_TOKEN": secret}), capture_output=True, check=True)
    assert redis.hget(f"rq:job:{json.loads(made.stdout)['job']['id']}", "status") == b"queued"


def test_nothing_hinders_on_the_login_and_among_users_and_tokens(enter, server, open_page, axe):
    login = open_page("/", url=server.url, allowed=SAID)
    login.locator("input[name=name]").fill("ada")
    wrong = found(login, axe, "login", ALL_LOOKS)
    page = enter("ada", "/access")
    expect(page.get_by_test_id("users")).to_contain_text("omar")
    wrong += found(page, axe, "access", ALL_LOOKS)
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_test_id("token-form")).to_be_visible()
    wrong += found(page, axe, "a token's form")
    assert not wrong, "\n".join(wrong)


def test_the_activity_tells_of_logins_and_tokens_in_words(enter, server, open_page):
    wrong = open_page("/", url=server.url, allowed=SAID)
    wrong.locator("input[name=name]").fill("omar")
    wrong.locator("input[name=password]").fill("not this one")
    wrong.keyboard.press("Enter")
    expect(wrong.get_by_role("alert")).to_be_visible()
    page = enter("ada", "/activity")
    table = page.get_by_test_id("activity")
    expect(table).to_contain_text("Tried to log in")
    expect(table).to_contain_text("The name or the password was wrong.")
    expect(table).to_contain_text("Logged in")
