"""What a field may hold: each shape reads a piece of the tree and says what it expected.

A shape gives None where it reported a finding. The same shapes describe the fields in the JSON
Schema and in the reference, so that nothing about a field is written down twice.
"""

from flowc.kinds.shapes.base import (
    LONGEST_NAME,
    NAME,
    JsonSchema,
    Place,
    Shape,
    Worded,
    id_step,
)
from flowc.kinds.shapes.lists import (
    SETTINGS,
    ListShape,
)
from flowc.kinds.shapes.texts import (
    LADDER,
    SPEECH,
    TEXT,
)
from flowc.kinds.shapes.ways import (
    CASES,
    CHOICES,
    TARGET,
    VALUES,
    WAY,
)
from flowc.kinds.shapes.words import (
    DURATION,
    FLOW_NAME,
    FORMULA,
    KEY,
    LANGUAGE,
    LENGTH,
    LISTED_NAME,
    LONG_TIME,
    MAYBE_NO_TIME,
    OPERATION,
    TRUTH,
    VARIABLE,
    NameShape,
    count,
    one_of,
    seconds_of,
)

__all__ = [
    "CASES",
    "CHOICES",
    "DURATION",
    "FLOW_NAME",
    "FORMULA",
    "KEY",
    "LADDER",
    "LANGUAGE",
    "LENGTH",
    "LISTED_NAME",
    "LONGEST_NAME",
    "LONG_TIME",
    "MAYBE_NO_TIME",
    "NAME",
    "OPERATION",
    "SETTINGS",
    "SPEECH",
    "TARGET",
    "TEXT",
    "TRUTH",
    "VALUES",
    "VARIABLE",
    "WAY",
    "JsonSchema",
    "ListShape",
    "NameShape",
    "Place",
    "Shape",
    "Worded",
    "count",
    "id_step",
    "one_of",
    "seconds_of",
]
