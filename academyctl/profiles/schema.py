"""The JSON Schema of the profile files, from the same shapes that read them."""

from typing import Any

from academyctl.profiles.role_file import ROLE
from academyctl.profiles.stack_file import STACK


def json_schema(kind: str) -> dict[str, Any]:
    """`kind` is `role` or `stack`."""
    shape = {"role": ROLE, "stack": STACK}[kind]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"academyctl {kind} file"}
    return {**head, **shape.schema()}
