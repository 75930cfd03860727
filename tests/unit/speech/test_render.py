"""Prompts become files: each once, the studio's first, and a mistake in one spares the others."""

import os
import struct
import wave
from pathlib import Path

import pytest

from flowc.speech.cache import PromptCache
from flowc.speech.engine import SpeechError
from flowc.speech.manifest import PromptRequest, content_key, fragment_requests
from flowc.speech.render import PromptProblem, Rendering, render_all
from flowc.speech.studio import recording
from flowc.speech.wav import write_wav

WELCOME = PromptRequest("welcome", "zh", "espeak:cmn", "您好，欢迎致电。")
GOODBYE = PromptRequest("goodbye", "en", "espeak:en-us", "Goodbye.")
RECORDED = struct.pack("<h", 9000) * 24000  # 3 s at 8000 Hz: no engine would say it so


@pytest.fixture
def cache(tmp_path: Path) -> PromptCache:
    return PromptCache(tmp_path / "cache")


@pytest.fixture
def studio(tmp_path: Path) -> Path:
    (tmp_path / "prompts" / "zh").mkdir(parents=True)
    return tmp_path / "prompts"


def sound_of(rendering: Rendering, request: PromptRequest) -> bytes:
    with wave.open(str(rendering.paths[request])) as file:
        assert file.getparams()[:3] == (1, 2, 8000)
        return bytes(file.readframes(file.getnframes()))


def only_problem(rendering: Rendering) -> PromptProblem:
    (problem,) = rendering.problems
    return problem


def test_every_request_gets_a_file_that_telephones_play(cache: PromptCache) -> None:
    rendering = render_all([WELCOME, GOODBYE], cache)

    assert list(rendering.paths) == [WELCOME, GOODBYE]
    assert all(len(sound_of(rendering, each)) > 4000 for each in rendering.paths)
    assert rendering.problems == ()


def test_progress_is_told_after_each_prompt(cache: PromptCache) -> None:
    told: list[tuple[int, int]] = []

    render_all([WELCOME, GOODBYE, WELCOME], cache, progress=lambda *step: told.append(step))

    assert told == [(1, 2), (2, 2)]


def test_a_prompt_is_rendered_once_and_then_found(cache: PromptCache) -> None:
    first = render_all([WELCOME], cache).paths[WELCOME]
    marked = write_wav(RECORDED)
    first.write_bytes(marked)

    again = render_all([WELCOME], cache).paths[WELCOME]

    assert again == first
    assert again.read_bytes() == marked


def test_two_machines_render_the_same_bytes(tmp_path: Path) -> None:
    one, two = (render_all([WELCOME], PromptCache(tmp_path / name)).paths[WELCOME] for name in "ab")

    assert one.name == two.name
    assert one.read_bytes() == two.read_bytes()


def test_a_file_cut_short_by_a_full_disk_is_rendered_again(cache: PromptCache) -> None:
    path = render_all([WELCOME], cache).paths[WELCOME]
    whole = path.read_bytes()
    path.write_bytes(whole[:100])

    assert render_all([WELCOME], cache).paths[WELCOME].read_bytes() == whole


def test_a_studio_recording_takes_the_engines_place(cache: PromptCache, studio: Path) -> None:
    (studio / "zh" / "welcome.wav").write_bytes(write_wav(RECORDED))

    rendering = render_all([WELCOME, GOODBYE], cache, studio)

    assert sound_of(rendering, WELCOME) == RECORDED
    assert len(sound_of(rendering, GOODBYE)) < len(RECORDED)


def test_a_recording_needs_no_engine(cache: PromptCache, studio: Path) -> None:
    nobody = PromptRequest("welcome", "zh", "nobody:x", "您好")
    (studio / "zh" / "welcome.wav").write_bytes(write_wav(RECORDED))

    assert sound_of(render_all([nobody], cache, studio), nobody) == RECORDED


def test_recordings_that_were_made_ready_before_are_told_together_and_what_is_left_after_them(
    cache: PromptCache, studio: Path
) -> None:
    (studio / "zh" / "welcome.wav").write_bytes(write_wav(RECORDED))
    first = render_all([WELCOME], cache, studio)
    told: list[tuple[int, int]] = []

    again = render_all([GOODBYE, WELCOME], cache, studio, lambda *step: told.append(step))

    assert told == [(1, 2), (2, 2)]
    assert list(again.paths) == [GOODBYE, WELCOME]
    assert again.paths[WELCOME] == first.paths[WELCOME]


def test_a_new_recording_of_the_same_prompt_is_heard_at_once(
    cache: PromptCache, studio: Path
) -> None:
    file = studio / "zh" / "welcome.wav"
    file.write_bytes(write_wav(RECORDED))
    render_all([WELCOME], cache, studio)
    file.write_bytes(write_wav(RECORDED[:8000]))

    assert sound_of(render_all([WELCOME], cache, studio), WELCOME) == RECORDED[:8000]


def test_a_studio_file_of_44100_hz_in_stereo_is_brought_to_the_telephones_form(
    cache: PromptCache, studio: Path
) -> None:
    with wave.open(str(studio / "zh" / "welcome.wav"), "wb") as file:
        file.setparams((2, 2, 44100, 0, "NONE", ""))
        file.writeframes(struct.pack("<hh", 5000, 7000) * 44100)

    sound = sound_of(render_all([WELCOME], cache, studio), WELCOME)

    assert abs(len(sound) - 16000) <= 2
    assert struct.unpack_from("<h", sound, 8000)[0] == pytest.approx(6000, abs=40)


def test_a_broken_recording_is_a_problem_of_its_own_and_spares_the_others(
    cache: PromptCache, studio: Path
) -> None:
    (studio / "zh" / "welcome.wav").write_bytes(b"an mp3, renamed")

    rendering = render_all([WELCOME, GOODBYE], cache, studio)

    problem = only_problem(rendering)
    assert problem.request == WELCOME
    assert problem.message == "recording `zh/welcome.wav` cannot be played: it is no WAV file"
    assert "export it again" in problem.help
    assert list(rendering.paths) == [GOODBYE]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (PromptRequest("a", "zh", "espeak:tlh", "好"), "no voice `tlh`"),
        (PromptRequest("a", "zh", "nobody:x", "好"), "no speech engine `nobody`"),
        (PromptRequest("a", "zh", "cmn", "好"), "names no voice"),
        (PromptRequest("a", "zh", "espeak:cmn", "……"), "nothing to say"),
        (PromptRequest("a", "zh", "espeak:cmn", "好" * 2001), "2001 characters"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_spoken_is_a_problem_and_no_exception(
    cache: PromptCache, request_: PromptRequest, message: str
) -> None:
    rendering = render_all([request_, GOODBYE], cache)

    assert message in only_problem(rendering).message
    assert GOODBYE in rendering.paths


def test_a_cache_that_cannot_be_written_is_a_problem_and_no_exception(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file stands where the folder should")

    rendering = render_all([GOODBYE], PromptCache(tmp_path / "cache"))

    assert "cannot be written" in only_problem(rendering).message


def test_no_link_leads_out_of_the_prompts_folder(studio: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.wav").write_bytes(write_wav(RECORDED))
    (studio / "zh" / "welcome.wav").symlink_to(tmp_path / "secret.wav")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "goodbye.wav").write_bytes(write_wav(RECORDED))
    (studio / "en").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(SpeechError, match="cannot be read"):
        recording(studio, "zh", "welcome")
    assert recording_or_refusal(studio, "en", "goodbye") is None


def recording_or_refusal(folder: Path, language: str, name: str) -> bytes | None:
    try:
        return recording(folder, language, name)
    except SpeechError:
        return None


@pytest.mark.parametrize("make", ["pipe", "folder"])
def test_what_is_no_plain_file_is_refused_at_once(studio: Path, make: str) -> None:
    path = studio / "zh" / "welcome.wav"
    os.mkfifo(path) if make == "pipe" else path.mkdir()

    with pytest.raises(SpeechError, match="plain file"):
        recording(studio, "zh", "welcome")


@pytest.mark.parametrize(
    "name",
    [
        *("", "../etc/passwd", "/abs", "a\0b", "a&b", "a,b", "a!b", "a/", ".hidden", "a..b"),
        *("余额" * 43, "A", "a\n", "a.", "x" * 65, ".".join(["x" * 60] * 5)),
    ],
)
def test_a_name_that_could_leave_the_folder_never_becomes_a_request(name: str) -> None:
    with pytest.raises(ValueError, match="no prompt id"):
        PromptRequest(name, "zh", "espeak:cmn", "好")


@pytest.mark.parametrize("language", ["", "..", "zh/..", "zh\n", "z", "-zh"])
def test_a_language_that_could_leave_the_folder_never_becomes_a_request(language: str) -> None:
    with pytest.raises(ValueError, match="no language"):
        PromptRequest("a", language, "espeak:cmn", "好")


def test_the_key_changes_with_all_that_is_heard_and_with_nothing_else() -> None:
    variants = [
        PromptRequest("welcome", "zh", "espeak:yue", "您好，欢迎致电。"),
        PromptRequest("welcome", "zh", "espeak:cmn", "您好。"),
        PromptRequest("welcome", "zh", "espeak:cmn", "您好，欢迎致电。", rate=90),
    ]
    keys = {content_key(each, "engine 1") for each in [WELCOME, *variants]}
    keys.add(content_key(WELCOME, "engine 2"))
    elsewhere = PromptRequest("other.name", "zh", "espeak:cmn", "您好，欢迎致电。")

    assert len(keys) == 5
    assert content_key(elsewhere, "engine 1") == content_key(WELCOME, "engine 1")


def test_a_figure_in_a_text_is_spoken_in_words(cache: PromptCache) -> None:
    figures = PromptRequest("a", "zh", "espeak:cmn", "余额23.50元")
    words = PromptRequest("b", "zh", "espeak:cmn", "余额二十三元五角")

    rendering = render_all([figures, words], cache)

    assert rendering.paths[figures] == rendering.paths[words]


def test_fifty_fragments_are_rendered_and_each_is_short(cache: PromptCache) -> None:
    requests = fragment_requests("zh", "espeak:cmn")[80:130]

    rendering = render_all(requests, cache)

    assert rendering.problems == ()
    assert all(0.1 < len(sound_of(rendering, each)) / 16000 < 1.3 for each in requests)


class TestCache:
    """The folder of rendered prompts."""

    def test_the_least_recently_used_go_first(self, tmp_path: Path) -> None:
        cache = PromptCache(tmp_path, most_bytes=2500)
        keys = [f"{number:064x}" for number in range(4)]
        for age, key in enumerate(keys):
            path = cache.store(key, b"x" * 1000)
            os.utime(path, (age, age))
        assert cache.find(keys[0])

        assert cache.trim() == 2
        assert [bool(cache.find(key)) for key in keys] == [True, False, False, True]

    def test_what_is_in_use_is_never_deleted(self, tmp_path: Path) -> None:
        cache = PromptCache(tmp_path, most_bytes=0)
        kept = cache.store("0" * 64, b"x" * 1000)
        cache.store("1" * 64, b"x" * 1000)

        assert cache.trim(keep=frozenset({kept})) == 1
        assert kept.exists()

    def test_a_file_is_there_whole_or_not_at_all(self, tmp_path: Path) -> None:
        cache = PromptCache(tmp_path)
        with pytest.raises(ValueError, match="no prompt"):
            cache.store("0" * 64, b"x" * 100)

        assert cache.find("0" * 64) is None
        assert list(tmp_path.rglob("*.part")) == []

    def test_the_server_may_read_what_another_user_rendered(self, tmp_path: Path) -> None:
        path = PromptCache(tmp_path).store("0" * 64, b"x" * 1000)

        assert path.stat().st_mode & 0o777 == 0o644

    @pytest.mark.parametrize("key", ["", "../x", "0" * 63, "G" * 64, "0" * 64 + "\n"])
    def test_only_a_key_names_a_file(self, tmp_path: Path, key: str) -> None:
        with pytest.raises(ValueError, match="64 hex digits"):
            PromptCache(tmp_path).path_of(key)


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("zh", "../secret"),
        ("zh", "../../secret"),
        ("..", "secret"),
        (".", "secret"),
        ("zh", "a\0b"),
    ],
)
def test_no_name_leads_out_of_its_folder(
    studio: Path, tmp_path: Path, language: str, name: str
) -> None:
    for folder in (tmp_path, studio):
        (folder / "secret.wav").write_bytes(b"secret")
    assert recording(studio, language, name) is None
