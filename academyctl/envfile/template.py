"""A commented env file to start from, in a form that every reader reads alike (comments on lines of their own)."""

from collections.abc import Iterable, Iterator

from academyctl.envfile.write import reads_alike
from academyctl.model.role import KeySpec, Role


def render_template(roles: Iterable[Role]) -> str:
    """Required keys open for a value, defaults and examples filled in, the rest commented out; each key once."""
    all_roles = tuple(roles)
    required = {spec.name for role in all_roles for spec in role.keys if spec.required}
    groups = {key: group.keys for role in all_roles for group in role.one_of for key in group.keys}
    seen: set[str] = set()
    lines: list[str] = []
    for role in all_roles:
        lines += [_comment(f"{role.name}: {role.about or role.parameter}"), ""]
        for spec in role.keys:
            if spec.name not in seen:
                lines += [*_key(spec, _need(spec.name, required, groups)), ""]
            seen.add(spec.name)
    return "\n".join(lines)


def _need(key: str, required: set[str], groups: dict[str, tuple[str, ...]]) -> str:
    if key in required:
        return "required"
    return f"one of {', '.join(groups[key])}" if key in groups else "optional"


def _key(spec: KeySpec, need: str) -> Iterator[str]:
    kind = "" if spec.type.kind == "str" else f", {spec.type.kind}"
    yield _comment(f"{need}{kind}{', secret' if spec.secret else ''}" + (f": {spec.about}" if spec.about else ""))
    value = spec.example if spec.example is not None else spec.default
    filled = value is not None and reads_alike(spec.name, value)
    yield f"{'' if filled or need == 'required' else '# '}{spec.name}={value if filled else ''}"


def _comment(text: str) -> str:
    """On one line, whatever line breaks a profile's text holds."""
    return f"# {' '.join(text.split())}"
