"""Lets the tests of this folder, and those that play the same vectors elsewhere, import what they share."""

import sys
from pathlib import Path

_TESTS = Path(__file__).parents[1]
for folder in (_TESTS / "agreement", _TESTS / "pbx"):
    sys.path.insert(0, str(folder))
