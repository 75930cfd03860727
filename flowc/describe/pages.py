"""Every generated file by its name. The freshness test and the writer read this one table."""

from __future__ import annotations

import json
from collections.abc import Mapping

from flowc.describe.codes import codes_page
from flowc.describe.kinds import kinds_page
from flowc.describe.project import project_page
from flowc.describe.schemas import schemas


def generated() -> Mapping[str, str]:
    """The text of each generated file, by its path in the repository."""
    pages = {
        "docs/reference/kinds.md": kinds_page(),
        "docs/reference/project.md": project_page(),
        "docs/reference/codes.md": codes_page(),
    }
    return pages | {
        f"schemas/{name}.schema.json": json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
        for name, schema in schemas().items()
    }
