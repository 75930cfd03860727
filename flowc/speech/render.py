"""Turns prompt requests into WAV files: a studio's recording where there is one, else an engine.

Each request ends as a path or as a problem, never as an exception: a broken
recording is its owner's mistake and the others are still rendered. What a
prompt is for is not known here.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from flowc.speech import studio
from flowc.speech.cache import PromptCache
from flowc.speech.engine import (
    Command,
    Engine,
    SpeechError,
    SpeechUnavailable,
    engine_for,
    split_voice,
)
from flowc.speech.manifest import PromptRequest, content_key, recording_key, spoken_form

Progress = Callable[[int, int], None]

_THREADS = 8  # they only wait: the work is in the engines' own processes


@dataclass(frozen=True, slots=True)
class PromptProblem:
    """Why a prompt has no sound, and what to do about it."""

    request: PromptRequest
    message: str
    help: str


@dataclass(frozen=True, slots=True)
class Rendering:
    """The sound of each request, and the problem of each that has none; in the order asked."""

    paths: Mapping[PromptRequest, Path]
    problems: tuple[PromptProblem, ...]


class Engines:
    """The engines of one rendering, each started once and ended with it.

    Use it in a `with`. `commands` are the project's own engines.
    """

    def __init__(self, commands: Mapping[str, Command] | None = None) -> None:
        """Nothing is started yet."""
        self._commands = commands or {}
        self._engines: dict[str, Engine] = {}

    def of(self, voice: str) -> Engine:
        """The engine of the voice. Raises SpeechUnavailable."""
        name, _ = split_voice(voice)
        if name not in self._engines:
            # Two threads may both make one; the first stays, and neither has a process yet.
            self._engines.setdefault(name, engine_for(voice, self._commands))
        return self._engines[name]

    def close(self) -> None:
        """End what the engines hold."""
        for engine in self._engines.values():
            engine.close()

    def __enter__(self) -> "Engines":
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End what the engines hold, whatever happened."""
        self.close()


def render_all(
    requests: Iterable[PromptRequest],
    cache: PromptCache,
    studio_folder: Path | None = None,
    progress: Progress | None = None,
    commands: Mapping[str, Command] | None = None,
) -> Rendering:
    """Every request's sound, in parallel; `progress` hears (done, total) after each that has to
    be made, and of those together that are there.

    Where any was made, the cache is cut to its bound, but for what was just asked for.
    """
    wanted = tuple(dict.fromkeys(requests))
    outcomes: dict[PromptRequest, Path | PromptProblem] = {}
    for each in wanted:  # for these a thread would cost more than it saves
        ready = _at_hand(each, cache, studio_folder)
        if ready is not None:
            outcomes[each] = ready
    rest = [each for each in wanted if each not in outcomes]
    if outcomes and progress is not None:
        progress(len(outcomes), len(wanted))
    with Engines(commands) as engines, ThreadPoolExecutor(_THREADS) as threads:
        futures = {
            threads.submit(_outcome, each, engines, cache, studio_folder): each for each in rest
        }
        try:
            for done, future in enumerate(as_completed(futures), len(outcomes) + 1):
                outcomes[futures[future]] = future.result()
                if progress is not None:
                    progress(done, len(wanted))
        except BaseException:
            threads.shutdown(cancel_futures=True)
            raise
    rendering = _in_order(wanted, outcomes)
    if rest:
        cache.trim(frozenset(rendering.paths.values()))
    return rendering


def _at_hand(request: PromptRequest, cache: PromptCache, studio_folder: Path | None) -> Path | None:
    """A recording's sound that was made before; None also where the recording can't be read."""
    try:
        recorded = studio_folder and studio.recording(studio_folder, request.language, request.id)
    except (SpeechError, OSError):
        return None
    return cache.find(recording_key(recorded, studio.PREPARATION)) if recorded else None


def render(
    request: PromptRequest, engines: Engines, cache: PromptCache, studio_folder: Path | None = None
) -> Path:
    """One request's sound, rendered unless the cache has it. Raises SpeechError or OSError."""
    if studio_folder is not None:
        recorded = studio.recording(studio_folder, request.language, request.id)
        if recorded is not None:
            return _converted(request, recorded, cache)
    engine = engines.of(request.voice)
    key = content_key(request, engine.fingerprint())
    return cache.find(key) or cache.store(key, _spoken(request, engine))


def _outcome(
    request: PromptRequest, engines: Engines, cache: PromptCache, studio_folder: Path | None
) -> Path | PromptProblem:
    try:
        return render(request, engines, cache, studio_folder)
    except SpeechError as problem:
        return PromptProblem(request, problem.message, problem.help)
    except OSError as problem:
        return PromptProblem(
            request,
            f"its sound cannot be written: {problem.strerror}",
            f"make room in `{cache.folder}`, and let it be written to",
        )


def _converted(request: PromptRequest, recorded: bytes, cache: PromptCache) -> Path:
    key = recording_key(recorded, studio.PREPARATION)
    shown = f"{request.language}/{request.id}.wav"
    try:
        return cache.find(key) or cache.store(key, studio.telephone_wav(recorded, shown))
    except ImportError as problem:
        raise _extra_missing() from problem
    except ValueError as problem:
        raise SpeechError(f"recording `{shown}` is too short", "record it again") from problem


def _spoken(request: PromptRequest, engine: Engine) -> bytes:
    try:
        from flowc.speech.wav import write_wav
    except ImportError as problem:
        raise _extra_missing() from problem
    _, voice = split_voice(request.voice)
    return write_wav(engine.synthesize(spoken_form(request), voice, request.rate))


def _extra_missing() -> SpeechUnavailable:
    return SpeechUnavailable(
        "sound needs packages that are not installed", "`pip install flowc[speech]`"
    )


def _in_order(
    wanted: tuple[PromptRequest, ...], outcomes: Mapping[PromptRequest, Path | PromptProblem]
) -> Rendering:
    paths, problems = {}, []
    for request in wanted:
        match outcomes[request]:
            case PromptProblem() as problem:
                problems.append(problem)
            case path:
                paths[request] = path
    return Rendering(paths, tuple(problems))
