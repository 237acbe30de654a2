"""The control over HTTP, so that another process can script: POST /sandbox/control {"do": "advance", "seconds": 60}.

GET tells the time, the pace and the calls. What is asked for is one of Control's own verbs, with its arguments by name.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from academyctl.sandbox.control import Control

CONTROL = "/sandbox/control"
VERBS = (
    "advance",
    "set_pace",
    "invalidate_next",
    "invalidate",
    "heal",
    "hold",
    "release",
    "run_ami",
    "without_capacity",
    "refuse",
    "being_modified",
    "related",
    "not_yet_valid",
    "stale_order",
    "next_job",
    "finish",
    "place",
    "clear",
    "clear_calls",
    "forget",
    "reset",
)


def control_answer(control: Control, method: str, body: bytes) -> tuple[int, Mapping[str, Any]]:
    """HTTP status and the object that is sent."""
    if method == "GET":
        return 200, told(control)
    try:
        asked = json.loads(body)
        verb = asked.pop("do")
        if verb not in VERBS:
            return 400, {"error": f"do is none of {', '.join(VERBS)}"}
        getattr(control, verb)(**asked)
    except (ValueError, TypeError, KeyError, AttributeError) as wrong:
        return 400, {"error": f"not understood: {wrong}"}
    return 200, told(control)


def told(control: Control) -> Mapping[str, Any]:
    return {"now": control.now(), "pace": asdict(control.pace), "calls": [asdict(call) for call in control.calls]}
