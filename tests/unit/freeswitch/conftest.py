"""Lets the tests of this folder import what they share, and the vectors and graphs of others."""

import sys
from pathlib import Path

_TESTS = Path(__file__).parents[2]
for folder in (Path(__file__).parent, _TESTS / "agreement", _TESTS / "pbx"):
    sys.path.insert(0, str(folder))
