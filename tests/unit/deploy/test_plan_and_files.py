"""What a deploy decides and writes, without any server."""

from __future__ import annotations

import json
import os
import re
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowc.deploy.build_folder import BuildFolder, open_build
from flowc.deploy.disk import Disk, named, regular_files
from flowc.deploy.errors import BusyError, RefusedError
from flowc.deploy.generations import Generation, Generations
from flowc.deploy.host import _with, _without, add_lines, take_out_lines
from flowc.deploy.journal import Journal, UnderWay
from flowc.deploy.layout import Layout
from flowc.deploy.lock import held_lock
from flowc.deploy.place import Setting, SettingError, _group, read_place
from flowc.deploy.planning import Situation, deployed, plan_of, rolled_back
from flowc.deploy.source_map import NoPlaceError, find_place
from flowc.deploy.staging import Staging
from flowc.plan import Conflict, Create, Delete, Keep, Plan, Update
from flowc.target import Calls, HostLine
from flowc_asterisk import TARGET
from flowc_asterisk.install import AsteriskInstaller
from flowc_asterisk.install_settings import InstallSettings

A, B, C, D = ("a" * 8, "b" * 8, "c" * 8, "d" * 8)
INSTALLER = AsteriskInstaller(Path("/var/lib/flowc"), InstallSettings())
NO_CALLS = Calls()


def after_all(*releases: str, calls: Calls = NO_CALLS) -> Generation:
    state = Generation()
    for release in releases:
        state = deployed(state, release, calls, INSTALLER)
    return state


def test_the_release_in_use_and_two_before_it_stay_loaded() -> None:
    assert after_all(A, B, C).loaded == (A, B, C)
    assert after_all(A, B, C, D).loaded == (B, C, D)
    assert after_all(A, B, C, D).history == (B, C, D)


def test_an_older_release_stays_while_a_call_is_in_it_or_on_its_way_into_any() -> None:
    assert A in deployed(after_all(A, B, C), D, Calls({A: 1}), INSTALLER).loaded
    assert A in deployed(after_all(A, B, C), D, Calls(between=1), INSTALLER).loaded


def test_a_rollback_keeps_what_was_entered_until_now_and_goes_one_back_each_time() -> None:
    state = after_all(A, B, C)
    once = rolled_back(state, NO_CALLS, INSTALLER)
    assert (once.current, once.previous, once.loaded) == (B, A, (A, B, C))
    twice = rolled_back(once, NO_CALLS, INSTALLER)
    assert (twice.current, twice.previous) == (A, None)
    assert B in twice.loaded


def test_a_release_deployed_again_stands_once_in_the_history() -> None:
    assert after_all(A, B, A).history == (B, A)


def test_a_plan_says_each_change_and_why() -> None:
    before = after_all(A, B, C)
    after = deployed(before, D, Calls({B: 3}), INSTALLER)
    line = HostLine(Path("/etc/x.conf"), "#tryinclude")
    found = Situation(
        before, after, False, (line,), Calls({B: 3}), ("f was changed",), ("3285029",)
    )
    plan = plan_of(found)
    assert plan.lines() == (
        "! f was changed (use --force to go on)",
        f"+ release {D}",
        "~ /etc/x.conf (add: #tryinclude)",
        "~ current/extensions.conf",
        "~ current/musiconhold.conf",
        "~ current/queues.conf",
        f"- release {A} (no call is in it)",
        f"= release {B} (calls in it: 3)",
        f"= release {C} (for a rollback)",
        "- number 3285029 (answered no more)",
        f"~ calls enter {D} (until now {C})",
    )
    assert plan.conflicts == (Conflict("f was changed", "use --force to go on"),)


def test_each_kind_of_change_has_its_sign() -> None:
    changes = (Create("a"), Update("b"), Keep("c"), Delete("d"), Conflict("e", "why"))
    assert Plan(changes).lines() == ("+ a", "~ b", "= c", "- d", "! e (why)")


@given(st.binary())
def test_a_line_added_to_any_file_and_taken_out_leaves_it_as_it_was(content: bytes) -> None:
    line = b'#tryinclude "/var/lib/flowc/current/queues.conf"'
    if line not in content:
        added = _with(content, line)
        assert added is not None
        assert line in added.splitlines()
        assert added.startswith(content)
        assert _without(added, line) == content


@given(st.binary(max_size=80), st.binary(max_size=80), st.sampled_from([b"", b"  ", b"\t"]))
def test_a_line_added_before_another_and_taken_out_leaves_the_file_as_it_was(
    above: bytes, below: bytes, indent: bytes
) -> None:
    line, mark = b'<X-PRE-PROCESS cmd="include" data="/var/lib/flowc/q.xml"/>', b"</queues>"
    content = above + b"\n" + indent + mark + b"\n" + below
    added = _with(content, line, mark)
    assert added is not None
    assert added.splitlines().index(line) + 1 == added.splitlines().index(indent + mark)
    assert _without(added, line) == content


def test_a_line_without_a_place_in_its_file_is_refused(tmp_path: Path) -> None:
    settings = tmp_path / "callcenter.conf.xml"
    settings.write_text("<queues></queues>\n")
    wanted = HostLine(settings, "<x/>", before="</queues>")
    with pytest.raises(RefusedError, match="has no line of its own that says </queues>"):
        add_lines((wanted,), lambda _: True, Disk())
    assert settings.read_text() == "<queues></queues>\n"


def test_a_file_made_for_a_line_goes_with_it_unless_others_wrote_in_it(tmp_path: Path) -> None:
    wanted = HostLine(tmp_path / "flowc.xml", "<x/>", makes_file=True)
    assert add_lines((wanted,), lambda _: True, Disk()) == (wanted,)
    assert wanted.file.read_text() == "<x/>\n"
    take_out_lines((wanted,), Disk())
    assert not wanted.file.exists()
    wanted.file.write_text("<mine/>\n")
    add_lines((wanted,), lambda _: True, Disk())
    take_out_lines((wanted,), Disk())
    assert wanted.file.read_text() == "<mine/>\n"


def build_in(folder: Path) -> BuildFolder:
    (folder / "sounds/en").mkdir(parents=True)
    (folder / "sounds/en/hello.wav").write_bytes(b"RIFF")
    facts = {"release": A, "project": "p", "target": "t", "sounds": "/s", "numbers": []}
    facts |= {"files": ["x.conf"], "sound_keys": ["en/hello", "en/bye"]}
    for name, plain in (("build.json", facts), ("release.json", {})):
        (folder / name).write_text(json.dumps(plain))
    return open_build(folder)


def test_a_build_knows_what_is_gone_from_it(tmp_path: Path) -> None:
    missing = ("x.conf is missing", "the sound en/bye is missing")
    assert build_in(tmp_path).missing() == missing


def test_a_build_that_was_copied_in_part_says_which_files_are_not_as_they_were_built(
    tmp_path: Path,
) -> None:
    build_in(tmp_path)
    path = tmp_path / "build.json"
    plain = json.loads(path.read_text())
    plain["sha256"] = {"sounds/en/hello.wav": sha256(b"RIFF").hexdigest()}
    path.write_text(json.dumps(plain))
    assert open_build(tmp_path).changed() == ()
    (tmp_path / "sounds/en/hello.wav").write_bytes(b"RI")
    (told,) = open_build(tmp_path).changed()
    assert told.startswith("not as they were built: sounds/en/hello.wav")


def test_a_release_that_an_older_flowc_built_is_the_same_release(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "root")
    layout.releases.mkdir(parents=True)
    staging, build = Staging(layout, Disk()), build_in(tmp_path / "build")
    assert staging.stage(build)
    facts = build.path / "build.json"
    facts.write_text(json.dumps({**json.loads(facts.read_text()), "more": 1}))
    assert not staging.stage(open_build(build.path))


def test_who_is_in_the_group_of_the_servers_configuration_shares_what_is_deployed_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root is not needed; whoever is neither root nor in the group leaves groups as they come."""
    group = tmp_path.stat().st_gid
    installer = AsteriskInstaller(tmp_path / "root", InstallSettings(etc=tmp_path))
    monkeypatch.setattr(os, "getegid", lambda: group + 1)
    for user, groups, shared in ((0, [], group), (9, [group], group), (9, [group + 1], None)):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        monkeypatch.setattr(os, "getgroups", lambda groups=groups: groups)
        assert _group(installer) == shared


def test_a_full_disk_says_which_file_found_no_room() -> None:
    def write() -> None:
        with named(Path("/dev/full")), Path("/dev/full").open("wb") as file:
            file.write(b"x")
            file.flush()

    with pytest.raises(OSError, match="No space left on device: '/dev/full'"):
        write()


def test_a_release_leads_to_the_texts_that_are_spoken_later_and_nowhere_else(
    tmp_path: Path,
) -> None:
    layout = Layout(tmp_path / "root")
    layout.releases.mkdir(parents=True)
    staging = Staging(layout, Disk())
    build = build_in(tmp_path / "build")
    assert staging.stage(build)
    link = layout.release(A) / "sounds/en/~"
    assert link.resolve() == tmp_path / "root/texts/en/~"
    assert staging.changed_files(A) == ()
    assert not staging.stage(build)
    link.unlink()
    link.symlink_to("/etc")
    (changed,) = staging.changed_files(A)
    assert changed == f"{link} is neither a file nor a folder"


def test_the_lock_names_its_holder_and_is_free_once_he_is_gone(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with held_lock(lock, "deploy of x"):
        words = rf"deploy of x, process {os.getpid()}, since \d{{4}}-"
        with pytest.raises(BusyError, match=words), held_lock(lock, "another"):
            pytest.fail("two held one lock")
    with held_lock(lock, "another"):
        assert "another" in lock.read_text()


def test_a_lock_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"), held_lock(tmp_path / "lock", "x"):
        pytest.fail("a link was followed")
    assert not (tmp_path / "elsewhere").exists()


def test_a_new_file_is_never_written_through_a_link_or_over_another(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "there").write_bytes(b"old")
    for name in ("link", "there"):
        with pytest.raises(FileExistsError):
            Disk().write_new(tmp_path / name, b"new")
    assert (tmp_path / "there").read_bytes() == b"old"


def test_a_replaced_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "x.conf"
    path.write_bytes(b"old")
    path.chmod(0o604)
    Disk().replace(path, b"new")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o604)
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_written_can_be_read_by_its_owner_and_group_alone(tmp_path: Path) -> None:
    disk = Disk(os.getgid())
    disk.make_folder(tmp_path / "a/b")
    disk.write_new(tmp_path / "a/b/c", b"")
    modes = [path.stat().st_mode & 0o777 for path in (tmp_path / "a/b", tmp_path / "a/b/c")]
    assert modes == [0o750, 0o640]


def test_a_generation_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    generations = Generations(layout, Disk())
    assert generations.current() is None
    state = after_all(A, B)
    generations.write(state, INSTALLER.files(state.as_loaded))
    generations.switch(state.number)
    assert generations.current() == state
    (layout.current / "generation.json").write_text("{}")
    with pytest.raises(RefusedError, match="was it changed by hand"):
        generations.current()


def test_a_current_that_is_no_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "current").mkdir()
    with pytest.raises(RefusedError, match="should be a symbolic link"):
        Generations(Layout(tmp_path), Disk()).current()


def test_the_journal_remembers_one_change_until_its_end(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "under_way.json", Disk())
    assert journal.read() is None
    journal.write(UnderWay("deploy", 1, 2, "110"))
    assert journal.read() == UnderWay("deploy", 1, 2, "110", undoing=False)
    journal.end()
    assert journal.read() is None
    (tmp_path / "under_way.json").write_text("[]")
    with pytest.raises(RefusedError, match="cannot be read"):
        journal.read()


FACTS = {"release": A * 8, "project": "p", "target": "t", "sounds": "/s", "numbers": ["1"]}


def test_a_build_with_a_link_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "build.json").write_text(json.dumps(FACTS))
    (tmp_path / "release.json").write_text("{}")
    build = open_build(tmp_path)
    assert build.release8 == A
    (tmp_path / "passwd").symlink_to("/etc/passwd")
    with pytest.raises(RefusedError, match="neither a file nor a folder"):
        build.hashes()


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ("", "cannot be read"),
        ("[]", "cannot be read"),
        ("{}", "'release' is missing"),
        (json.dumps({**FACTS, "release": "../../etc"}), "names no release"),
        (json.dumps(FACTS), "release.json is missing"),
    ],
)
def test_what_is_no_build_is_refused_in_words(tmp_path: Path, facts: str, words: str) -> None:
    (tmp_path / "build.json").write_text(facts)
    with pytest.raises(RefusedError, match=re.escape(words)):
        open_build(tmp_path)


@pytest.mark.parametrize("name", ["../x", "AAAAAAAA", "a" * 9, ""])
def test_only_eight_hex_digits_name_a_releases_folder(name: str) -> None:
    with pytest.raises(ValueError, match="no release"):
        Layout(Path("/x")).release(name)


def test_files_are_listed_by_their_path(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b/c").write_text("")
    (tmp_path / "a").write_text("")
    assert list(regular_files(tmp_path)) == ["a", "b/c"]


def test_a_secret_is_taken_from_the_environment_and_is_not_shown() -> None:
    words: dict[str, Setting] = {
        "ami_secret": "${env:S}",
        "root": "/r/",
        "hosts": ("localhost", "pbx2"),
    }
    place = read_place("asterisk", words, {"S": "hidden"})
    assert (place.words["ami_secret"], place.root) == ("hidden", Path("/r"))
    assert place.elsewhere == ("pbx2",)
    assert "hidden" not in repr(place)
    with pytest.raises(SettingError, match="`ami_secret` wants the environment variable S"):
        read_place("asterisk", words, {})


@pytest.mark.parametrize(
    "settings",
    [
        {"ami": "5038"},
        {"ami": "h:99999"},
        {"etc": "here"},
        {"root": "relative"},
        {"root": '/a"b'},
    ],
)
def test_a_wrong_setting_is_told_before_anything_is_done(settings: dict[str, str]) -> None:
    with pytest.raises(SettingError):
        read_place(TARGET.name, settings, {}).installer()


def test_a_place_in_the_dialplan_leads_to_the_line_of_its_flow(tmp_path: Path) -> None:
    row = {
        "context": "fl-x.a.b",
        "extension": "start",
        "priority": 1,
        "line": 3,
        "block": "a.b.start",
    }
    rows = [{**row, "source": "flows/a.flow.yaml:7:3"}, {**row, "extension": "k1", "source": ""}]
    (tmp_path / "release").mkdir()
    path = tmp_path / "release/source_map.json"
    path.write_text(json.dumps({"steps": rows}))
    (found,) = find_place(tmp_path, "fl-x.a.b", "start", 1)
    assert (found.file, found.line) == ("flows/a.flow.yaml", 7)
    assert find_place(tmp_path, "fl-x.a.b")[1].file == ""
    for place, words in (
        (("nowhere",), "no context `nowhere`"),
        (("fl-x.a.b", "k2"), "it has: start, k1"),
        (("fl-x.a.b", "k1", 9), "no step 9"),
    ):
        with pytest.raises(NoPlaceError, match=words):
            find_place(tmp_path, *place)
    path.write_text("[]")
    with pytest.raises(NoPlaceError, match="no source map"):
        find_place(tmp_path, "fl-x.a.b")


class _KilledDisk(Disk):
    """Dies before it renames what is new into its place."""

    def rename(self, old: Path, new: Path) -> None:
        if old.name.endswith(".flowc-new"):
            raise KeyboardInterrupt
        super().rename(old, new)


def test_a_forced_deploy_that_dies_leaves_the_release_that_was_there(tmp_path: Path) -> None:
    build = tmp_path / "build"
    build.mkdir()
    (build / "release.json").write_text("new")
    (tmp_path / "root/releases").mkdir(parents=True)
    layout = Layout(tmp_path / "root")
    made = BuildFolder(build, A, "p", "asterisk", "/x", ())
    staging = Staging(layout, Disk())
    staging.stage(made)
    held = layout.release(A) / "release.json"
    held.write_text("edited by hand")
    with pytest.raises(KeyboardInterrupt):
        Staging(layout, _KilledDisk()).stage(made, force=True)
    staging.remove_leftovers()
    assert held.read_text() == "edited by hand"
    assert staging.stage(made, force=True)
    assert held.read_text() == "new"
    assert [each.name for each in layout.releases.iterdir()] == [A]


def test_a_link_that_leads_nowhere_is_told_with_the_way_out(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.current.symlink_to("generations/000007")
    with pytest.raises(RefusedError, match=r"remove .*current and deploy again"):
        Generations(layout, Disk()).current()
