"""The users' file: what may stand in it, and the command that writes it."""

import os
import stat
import subprocess
import sys

import pytest

from tests.accounts import hash_of
from tests.support import ROOT, clean_env
from webapp.accounts import passwords, people
from webapp.accounts.people import BadUsers
from webapp.accounts.roster import Roster
from webapp.config import Config, ConfigError
from webapp.rights import Rights

WRONG = [
    ("[ada", "is no TOML"),
    ("ada = 5", "it is no table"),
    ('["a b"]\nrole = "admin"', "is no name"),
    ('["<b>"]\nrole = "admin"', "is no name"),
    ("[ada]", "role must be one of"),
    ('[ada]\nrole = "root"', "role must be one of"),
    ('[ada]\nrole = "admin"\nqueues = ["mail"]', "an admin is one of everything"),
    ('[ada]\nrole = "operator"\nqueue = ["mail"]', "queue means nothing here"),
    ('[ada]\nrole = "operator"\nqueues = "mail"', "queues must be a list"),
    ('[ada]\nrole = "operator"\nfunctions = []', "functions must be a list"),
    ('[ada]\nrole = "operator"\nfunctions = [5]', "functions must hold texts"),
    ('[ada]\nrole = "operator"\npassword = "secret"', "the password is not a hash"),
]


@pytest.mark.parametrize(("text", "says"), WRONG)
def test_what_cannot_be_used_is_said_with_the_name_of_the_file(text, says):
    with pytest.raises(BadUsers, match=says) as told:
        people.parse(text, "users.toml")
    assert str(told.value).startswith("users.toml")
    assert "secret" not in str(told.value)
    with pytest.raises(ConfigError):
        Roster(Config(users=text))


def test_the_best_group_counts_and_a_whole_one_before_a_narrowed_one():
    found = people.parse(
        '["@a"]\nrole = "operator"\nqueues = ["mail"]\n["@b"]\nrole = "operator"\n["@c"]\nrole = "viewer"', "x"
    )
    assert found.of_groups(["c", "a", "b"]) == Rights("operator")
    assert found.of_groups(["c", "a"]) == Rights("operator", ("mail",))
    assert found.of_groups(["d", "@a"]) is None
    assert found.get("@a") is None


def test_users_of_the_settings_come_before_those_of_the_file(tmp_path):
    file = tmp_path / "users.toml"
    file.write_text('[ada]\nrole = "viewer"\n[bob]\nrole = "viewer"')
    roster = Roster(Config(users='ada = {role = "admin"}', users_file=str(file)))
    assert {name: one.rights.role for name, one in roster.people.persons.items()} == {"ada": "admin", "bob": "viewer"}


def test_a_hash_is_that_of_its_password_only():
    stored = passwords.hash_of("correct horse")
    assert stored.startswith("$argon2id$")
    assert stored != passwords.hash_of("correct horse")
    assert passwords.fits(stored, "correct horse")
    assert passwords.fits(hash_of(), "correct horse")
    for other in ("correct hors", "correct horse ", "Correct horse", ""):
        assert not passwords.fits(stored, other)
    assert not passwords.fits("", "correct horse", stored), "nobody has no password, whatever it is compared with"
    assert not passwords.fits("$argon2id$broken", "correct horse")


class Command:
    """`python -m webapp users`, on a file of its own."""

    def __init__(self, folder):
        self.file = folder / "deep" / "users.toml"

    def __call__(self, *arguments, password="correct horse"):
        return subprocess.run(
            [sys.executable, "-m", "webapp", "users", *arguments],
            cwd=ROOT,
            env=clean_env({"RQLIVE_USERS_FILE": self.file}),
            input=f"{password}\n",
            capture_output=True,
            text=True,
            check=False,
            umask=0,
        )


@pytest.fixture
def users(tmp_path):
    return Command(tmp_path)


def test_the_command_makes_users_that_only_the_owner_of_the_file_may_read(users):
    made = users("add", "ada", "--role", "operator", "--queues", "mail-*", "high", "--functions", "shop.*")
    assert made.returncode == 0, made.stderr
    assert "Start RQ Live anew" in made.stdout
    assert stat.S_IMODE(os.stat(users.file).st_mode) == 0o600
    found = people.parse(users.file.read_text(), "x").get("ada")
    assert found.rights == Rights("operator", ("mail-*", "high"), ("shop.*",))
    assert passwords.fits(found.password, "correct horse")
    assert "correct horse" not in users.file.read_text()
    assert users("add", "@ops", "--role", "admin").returncode == 0
    listed = users("list").stdout.splitlines()
    assert [line.split()[:2] for line in listed] == [["ada", "operator"], ["@ops", "admin"]]
    assert "queues mail-*, high; functions shop.*" in listed[0]
    assert users("add", "ada", password="another one").returncode == 0
    again = people.parse(users.file.read_text(), "x").get("ada")
    assert again.rights == Rights("viewer"), "what is not given is as for a new user"
    assert passwords.fits(again.password, "another one")
    assert users("remove", "ada").returncode == 0
    assert set(people.parse(users.file.read_text(), "x").persons) == {"@ops"}
    assert [entry.name for entry in users.file.parent.iterdir()] == ["users.toml"], "nothing is left beside it"


@pytest.mark.parametrize(
    ("arguments", "password", "says"),
    [
        (("add", "ada"), "short", "8 characters at least"),
        (("add", "a b"), "correct horse", "is no name"),
        (("add", "ada", "--role", "admin", "--queues", "mail"), "correct horse", "an admin is one of everything"),
        (("remove", "nobody"), "", "there is no 'nobody'"),
    ],
)
def test_what_the_command_cannot_do_it_says_and_changes_nothing(users, arguments, password, says):
    refused = users(*arguments, password=password)
    assert refused.returncode == 1
    assert says in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not users.file.exists()
