"""The tables that a run prints: medians, then ratios with the target beside each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.measure import Series


@dataclass(frozen=True, kw_only=True)
class Target:
    """`value` shall be at most `limit`; without a limit it is told only."""

    what: str
    value: float
    unit: str = "x"
    limit: float | None = None
    beside: str = ""

    @property
    def is_missed(self) -> bool:
        return self.limit is not None and self.value > self.limit


def ratio(ours: Series, theirs: Series, limit: float | None = None) -> Target:
    """Wall time of ours over theirs, round by round; CPU told beside it."""
    return Target(
        what=f"{ours.name} / {theirs.name}",
        value=ours.wall_against(theirs),
        limit=limit,
        beside=f"cpu {ours.cpu_against(theirs):.2f} x",
    )


def show(title: str, series: Iterable[Series], targets: Iterable[Target]) -> None:
    print(f"\n{title}")
    rows = [("median of", "wall ms", "cpu ms", "peak MB", "rounds")]
    rows += [
        (s.name, f"{1000 * s.wall:.0f}", f"{1000 * s.cpu:.0f}", f"{s.peak:.0f}", str(len(s.samples))) for s in series
    ]
    _print(rows)
    _print([("ratio", "is", "target", "", ""), *map(_row, targets)])


def _row(target: Target) -> tuple[str, ...]:
    limit = "" if target.limit is None else f"<= {target.limit:g} {target.unit}"
    verdict = "" if target.limit is None else "MISSED" if target.is_missed else "met"
    return (target.what, f"{target.value:.2f} {target.unit}", limit, verdict, target.beside)


def _print(rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    print()
    for first, *rest in rows:
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))]
        print("  " + "  ".join(cells).rstrip())
