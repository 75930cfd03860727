"""The espeak engine speaks Mandarin and English, alike every time, and survives what is thrown at it."""

import ctypes.util
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from flowc.speech.engine import SpeechError, SpeechUnavailable, engine_for
from flowc.speech.espeak import EspeakEngine
from flowc.speech.espeak_library import working_voice
from flowc.speech.readers import inventory

BALANCE = "您的余额是二十三元五角"
Listen = Callable[[bytes], Any]


@pytest.mark.parametrize(
    ("voice", "text", "between"),
    [
        ("cmn", BALANCE, (1.8, 4.0)),
        ("cmn", "七", (0.15, 0.7)),
        ("yue", BALANCE, (1.5, 4.5)),
        ("en-us", "Your balance is twenty-three yuan and fifty fen.", (2.0, 4.5)),
    ],
)
def test_a_text_lasts_as_long_as_a_person_would_take(
    espeak: EspeakEngine, listen: Listen, voice: str, text: str, between: tuple[float, float]
) -> None:
    least, most = between

    assert least < listen(espeak.synthesize(text, voice, 100)).seconds < most


@pytest.mark.parametrize("text", ["一", "七", "十元", BALANCE, "您好，欢迎致电。请按一。"])
def test_every_prompt_is_equally_loud_and_never_clips(
    espeak: EspeakEngine, listen: Listen, text: str
) -> None:
    sound = listen(espeak.synthesize(text, "cmn", 100))

    assert -21 < sound.loudness < -18.5
    assert sound.peak < -0.9


def test_silence_before_and_after_is_cut(espeak: EspeakEngine, listen: Listen) -> None:
    """Fragments stand one behind the other: silence between them would be heard as doubt."""
    sound = listen(espeak.synthesize("二十三", "cmn", 100))

    assert sound.leading_silence < 0.05
    assert sound.trailing_silence < 0.08


def test_a_slower_rate_takes_longer(espeak: EspeakEngine) -> None:
    plain, slow, fast = (len(espeak.synthesize(BALANCE, "cmn", rate)) for rate in (100, 70, 150))

    assert fast < plain * 0.85
    assert slow > plain * 1.2


def test_chinese_characters_are_spoken_as_mandarin(espeak: EspeakEngine) -> None:
    """nin2 de yu2 e2 shi4 er4 shi2 san1 yuan2 wu3 jiao3, each syllable with its tone."""
    said = espeak.phonemes(BALANCE, "cmn").replace("'", "").replace("_|", " ")

    assert said.split() == [
        *("ni35n", "t@11", "jy35", "o-35", "s.i.51", "@r51", "s.i.35", "sa55n"),
        *("jy&35n", "wu214tS;jAu214"),
    ]


def test_a_one_before_a_measure_takes_the_tone_that_people_give_it(espeak: EspeakEngine) -> None:
    """一 is yi1 alone, yi4 before 角: so 一角 is one fragment and not two."""
    assert "i55" in espeak.phonemes("一", "cmn")
    assert "i51" in espeak.phonemes("一角", "cmn")


def test_the_half_of_the_day_is_spelled_and_not_read_as_a_word(espeak: EspeakEngine) -> None:
    """`AM` is read as in "I am"."""
    assert espeak.phonemes(inventory("en")["am"], "en-us") == ",eI'Em"


def test_no_chinese_fragment_is_spoken_in_another_language(espeak: EspeakEngine) -> None:
    everything = "，".join(inventory("zh").values())
    pieces = [everything[at : at + 400] for at in range(0, len(everything), 400)]

    assert not any("(en)" in espeak.phonemes(piece, "cmn") for piece in pieces)


def test_a_text_sounds_alike_whatever_was_said_before_it(espeak: EspeakEngine) -> None:
    """espeak's own state wanders from one sentence to the next."""
    first = espeak.synthesize(BALANCE, "cmn", 100)
    espeak.synthesize("Something else entirely.", "en-us", 150)
    espeak.synthesize("别的", "yue", 70)

    assert all(espeak.synthesize(BALANCE, "cmn", 100) == first for _ in range(4))


def test_a_text_sounds_alike_in_another_process(espeak: EspeakEngine) -> None:
    other = EspeakEngine(workers=1)
    try:
        assert other.synthesize(BALANCE, "cmn", 100) == espeak.synthesize(BALANCE, "cmn", 100)
    finally:
        other.close()


def test_texts_spoken_at_once_are_not_mixed_up(espeak: EspeakEngine) -> None:
    texts = [f"第{number}个" for number in "一二三四五六七八九十"] * 2
    alone = {text: espeak.synthesize(text, "cmn", 100) for text in texts}

    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda text: espeak.synthesize(text, "cmn", 100), texts))

    assert together == [alone[text] for text in texts]


@pytest.mark.parametrize(
    "text",
    [
        "$(touch /tmp/x) `id` ; reboot",
        "-o /etc/x",
        '<audio src="file:///etc/passwd"/>hello',
        "[[h@'loU]] {}\\n%s%n",
        'one\ntwo\r\n{"want": "sound"}\x00three\x1b[2J',
        "你好\ud800\ufeff世界",
        "字" * 2000,
    ],
    ids=["shell", "option", "markup", "phonemes", "framing", "surrogate", "longest"],
)
def test_a_hostile_text_is_only_read_aloud(espeak: EspeakEngine, listen: Listen, text: str) -> None:
    assert listen(espeak.synthesize(text, "cmn", 100)).seconds > 0.3
    assert listen(espeak.synthesize("好", "cmn", 100)).seconds < 1


def test_markup_is_spoken_and_not_obeyed(espeak: EspeakEngine) -> None:
    """A `break` of three seconds would be silence; its letters are not."""
    assert "br'eIk" in espeak.phonemes('<break time="3s"/>', "en-us")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("字" * 2001, "2001 characters"),
        ("", "nothing to say"),
        ("，。！ \x00", "nothing to say"),
    ],
)
def test_a_text_that_cannot_be_spoken_is_refused_with_its_reason(
    espeak: EspeakEngine, text: str, message: str
) -> None:
    with pytest.raises(SpeechError, match=message):
        espeak.synthesize(text, "cmn", 100)


@pytest.mark.parametrize("rate", [0, 49, 201, -100])
def test_a_rate_nobody_could_follow_is_refused(espeak: EspeakEngine, rate: int) -> None:
    with pytest.raises(SpeechError, match="speaking rate"):
        espeak.synthesize("好", "cmn", rate)


def test_an_unknown_voice_is_named_and_the_engine_goes_on(espeak: EspeakEngine) -> None:
    with pytest.raises(SpeechUnavailable, match="no voice `tlh`"):
        espeak.synthesize("好", "tlh", 100)

    assert espeak.synthesize("好", "cmn", 100)


@pytest.mark.parametrize(
    ("version", "voice", "used"),
    [
        ("1.51", "cmn", "cmn-latn-pinyin"),
        ("1.49.2", "cmn", "cmn-latn-pinyin"),
        ("1.52.0", "cmn", "cmn"),
        ("2.0", "cmn", "cmn"),
        ("1.51", "en-us", "en-us"),
    ],
)
def test_an_old_library_reads_mandarin_by_its_pinyin_voice(
    version: str, voice: str, used: str
) -> None:
    assert working_voice(voice, version) == used


@pytest.mark.parametrize("package", ["numpy", "soxr"])
def test_a_missing_package_says_what_to_install(
    package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"{package}.py").write_text("raise ImportError('not installed')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    with pytest.raises(SpeechUnavailable, match="does not start") as caught:
        EspeakEngine().synthesize("好", "cmn", 100)

    assert "pip install flowc[speech]" in caught.value.help


@pytest.mark.skipif(
    ctypes.util.find_library("espeak-ng") is not None, reason="this system has the library itself"
)
def test_without_package_and_system_library_it_is_said_that_neither_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "espeakng_loader.py").write_text("raise ImportError('not installed')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    with pytest.raises(SpeechUnavailable, match="espeak-ng is not installed"):
        EspeakEngine().fingerprint()


@pytest.mark.parametrize("library", ["/nonexistent/libespeak-ng.so", os.devnull])
def test_a_missing_library_says_what_to_install(library: str) -> None:
    with pytest.raises(SpeechUnavailable, match="cannot be loaded") as caught:
        EspeakEngine(library=library).fingerprint()

    assert "pip install flowc[speech]" in caught.value.help


def test_a_library_that_is_no_espeak_says_what_to_install() -> None:
    with pytest.raises(SpeechUnavailable, match="cannot be loaded"):
        EspeakEngine(library="libm.so.6").fingerprint()


def test_a_worker_that_crashes_is_replaced() -> None:
    others = children_of(os.getpid(), "espeak_worker")
    engine = EspeakEngine(workers=1)
    try:
        before = engine.synthesize(BALANCE, "cmn", 100)
        (worker,) = children_of(os.getpid(), "espeak_worker") - others
        os.kill(worker, signal.SIGSEGV)

        with pytest.raises(SpeechError, match="broke off"):
            engine.synthesize(BALANCE, "cmn", 100)
        assert engine.synthesize(BALANCE, "cmn", 100) == before
    finally:
        engine.close()


def test_a_worker_that_hangs_is_given_up_after_its_time() -> None:
    others = children_of(os.getpid(), "espeak_worker")
    engine = EspeakEngine(workers=1, seconds=1.0)
    try:
        engine.fingerprint()
        (worker,) = children_of(os.getpid(), "espeak_worker") - others
        os.kill(worker, signal.SIGSTOP)

        with pytest.raises(SpeechError, match="broke off"):
            engine.synthesize(BALANCE, "cmn", 100)
    finally:
        engine.close()


def test_no_worker_outlives_its_engine() -> None:
    others = children_of(os.getpid(), "espeak_worker")
    engine = EspeakEngine(workers=1)
    engine.fingerprint()
    workers = children_of(os.getpid(), "espeak_worker") - others

    engine.close()

    assert workers
    assert not workers & children_of(os.getpid(), "espeak_worker")


def test_a_worker_ends_when_its_parent_is_killed() -> None:
    program = (
        "import os, signal; from flowc.speech.espeak import EspeakEngine\n"
        "engine = EspeakEngine(workers=1); engine.fingerprint()\n"
        "print('ready', flush=True); signal.pause()"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        (worker,) = children_of(parent.pid, "espeak_worker")
        handle = os.pidfd_open(worker)
        parent.kill()

    assert ended_within(handle, 10.0)


def test_a_file_of_the_project_never_passes_for_a_module_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('taken over')")
    monkeypatch.chdir(tmp_path)
    engine = EspeakEngine(workers=1)

    try:
        assert "espeak-ng" in engine.fingerprint()
    finally:
        engine.close()


def test_the_library_is_never_loaded_into_our_own_process(espeak: EspeakEngine) -> None:
    """It is GPL and may crash: it stays on the far side of a pipe."""
    espeak.synthesize("好", "cmn", 100)

    assert "espeak" not in Path("/proc/self/maps").read_text()


@pytest.mark.parametrize(
    "voice", ["", "espeak", "espeak:", ":cmn", "espeak:-v", "Espeak:cmn", "a:b\n"]
)
def test_a_voice_of_another_form_is_refused(voice: str) -> None:
    with pytest.raises(SpeechUnavailable, match="names no voice"):
        engine_for(voice)


def test_an_unknown_engine_is_answered_with_those_there_are() -> None:
    with pytest.raises(SpeechUnavailable, match="no speech engine `nobody`") as caught:
        engine_for("nobody:x", {"house": ("house-voice",)})

    assert caught.value.help == "the engines are `espeak`, `house`"


def children_of(parent: int, word: str) -> set[int]:
    """The processes of this parent whose command line holds the word."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
            command = (status.parent / "cmdline").read_text()
        except OSError:
            continue
        if int(fields[1]) == parent and word in command and fields[0] != "Z":
            found.add(int(status.parent.name))
    return found


def ended_within(handle: int, seconds: float) -> bool:
    """Whether the process behind a pidfd ends in time."""
    try:
        return bool(select.select([handle], [], [], seconds)[0])
    finally:
        os.close(handle)
