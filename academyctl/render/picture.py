"""What jobs go through, drawn: queue → environments → AMI. One drawing for a wide screen, one for a narrow one."""

from academyctl.model.report import Picture, PicturedEnvironment
from academyctl.render.page import text

HIGH, GAP = 74, 16
"""Of a box, and between two."""
WIDE = 8
"""Of a letter of a name, at most, at the smaller size."""


def picture_section(picture: Picture | None) -> str:
    if picture is None:
        return ""
    drawn = f'<div class="wide">{_wide(picture)}</div><div class="narrow">{_narrow(picture)}</div>'
    return f'<section><h2>Fleet</h2><div class="card">{drawn}</div></section>'


def _wide(picture: Picture) -> str:
    """Three columns. Boxes of an environment and of its AMI stand side by side."""
    rows = max(len(picture.environments), 1)
    height = rows * (HIGH + GAP) - GAP
    middle = (height - HIGH) // 2
    parts = [_queue(picture, 2, middle, 270)]
    for number, one in enumerate(picture.environments):
        y = number * (HIGH + GAP)
        start, end = middle + HIGH // 2, y + HIGH // 2
        parts.append(_line(f"M272 {start} C310 {start} 310 {end} 348 {end}", is_faint=not one.place))
        parts += [_environment(one, 350, y, 330), _line(f"M680 {end} H738"), _ami(picture, one, 740, y, 258)]
    return _svg(1000, height, parts, picture)


def _narrow(picture: Picture) -> str:
    """One column, the lines at its left."""
    parts, y = [_queue(picture, 1, 1, 338)], HIGH + GAP
    for one in picture.environments:
        parts.append(_line(f"M12 {HIGH} V{y + HIGH // 2} H26", is_faint=not one.place))
        parts.append(_environment(one, 26, y, 313))
        parts += [_line(f"M40 {y + HIGH} V{y + HIGH + 46} H54"), _ami(picture, one, 54, y + HIGH + 10, 285)]
        y += 2 * HIGH + 10 + GAP
    return _svg(340, y, parts, picture)


def _svg(width: int, height: int, parts: list[str], picture: Picture) -> str:
    label = f"queue {picture.queue} and {len(picture.environments)} compute environments"
    box = f"0 0 {width} {height + 2}"
    return f'<svg viewBox="{box}" role="img" aria-label="{text(label)}">{"".join(parts)}</svg>'


def _line(path: str, *, is_faint: bool = False) -> str:
    return f'<path class="{"faint" if is_faint else ""}" d="{path}"/>'


def _queue(picture: Picture, x: int, y: int, width: int) -> str:
    style = {"ENABLED": "good", "": "bad"}.get(picture.queue_state, "warn")
    state = f"queue · {picture.queue_state}" if picture.queue_state else "queue · does not exist"
    return _box(x, y, width, style, (picture.queue, state))


def _environment(one: PicturedEnvironment, x: int, y: int, width: int) -> str:
    is_sound = one.status == "VALID" and one.state == "ENABLED"
    style = "bad" if one.status == "INVALID" else "dim" if not one.is_serving else "good" if is_sound else "warn"
    place = f"{one.place} in the order" if one.place else "not in the queue"
    serves = "serves" if one.is_serving else one.mark
    return _box(x, y, width, style, (one.name, f"{serves} · {place}", f"{one.state} · {one.status}"))


def _ami(picture: Picture, one: PicturedEnvironment, x: int, y: int, width: int) -> str:
    age = f"{one.age_days} days old" if one.age_days is not None else "of unknown age"
    is_wanted = "the wanted AMI" if one.is_wanted_ami else "not the wanted AMI" if picture.wanted_ami else "AMI"
    style = "good" if one.is_wanted_ami else "dim" if not one.is_serving else "warn"
    return _box(x, y, width, style, (one.ami or "what Batch chooses", is_wanted, age))


def _box(x: int, y: int, width: int, style: str, lines: tuple[str, ...]) -> str:
    """The first line is its name."""
    size = 13 if len(lines[0]) * (WIDE + 1) < width - 28 else 11
    told = [f'<text class="strong" x="{x + 14}" y="{y + 24}" font-size="{size}">{text(_cut(lines[0], width))}</text>']
    for number, line in enumerate(lines[1:]):
        told.append(f'<text class="soft" x="{x + 14}" y="{y + 44 + 18 * number}" font-size="12">{text(line)}</text>')
    return f'<rect class="{style}" x="{x}" y="{y + 1}" width="{width}" height="{HIGH - 2}" rx="10"/>{"".join(told)}'


def _cut(name: str, width: int) -> str:
    """As much of a name as its box holds."""
    most = (width - 28) // WIDE
    return name if len(name) <= most else f"{name[: most - 1]}…"
