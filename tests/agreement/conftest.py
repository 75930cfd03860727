"""Lets the tests of this folder, and those that play the same vectors elsewhere, import `vectors`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
