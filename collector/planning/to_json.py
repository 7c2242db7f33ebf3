"""A `Plan` -> JSON for programs: its fields under their own names, `"schema": 1`."""

from __future__ import annotations

import json
from dataclasses import asdict

from collector.planning.model import Plan


def to_json(plan: Plan) -> str:
    return json.dumps({"schema": 1, **asdict(plan)}, indent=2, ensure_ascii=False)
