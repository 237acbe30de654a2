"""A commented env file to start from, in a form that every reader reads alike (comments on lines of their own)."""

from collections.abc import Iterable, Iterator

from academyctl.model.role import KeySpec, OneOf, Role


def render_template(roles: Iterable[Role]) -> str:
    """Required keys open for a value, defaults and examples filled in, the rest commented out; each key once."""
    seen: set[str] = set()
    lines: list[str] = []
    for role in roles:
        lines += [f"# {role.name}: {role.about or role.parameter}", ""]
        groups = {key: group for group in role.one_of for key in group.keys}
        for spec in role.keys:
            if spec.name not in seen:
                lines += [*_key(spec, groups.get(spec.name)), ""]
            seen.add(spec.name)
    return "\n".join(lines)


def _key(spec: KeySpec, group: OneOf | None) -> Iterator[str]:
    needed = "required" if spec.required else f"one of {', '.join(group.keys)}" if group else "optional"
    kind = "" if spec.type.kind == "str" else f", {spec.type.kind}"
    yield f"# {needed}{kind}{', secret' if spec.secret else ''}" + (f": {spec.about}" if spec.about else "")
    value = spec.example if spec.example is not None else spec.default
    open_ = spec.required or value is not None
    yield f"{'' if open_ else '# '}{spec.name}={value or ''}"
