"""How the tour is told: a heading, why, the command as typed, its output without what says nothing new, its end."""

import re
import sys
import textwrap
from typing import TYPE_CHECKING

from academyctl.cli.run import Run
from academyctl.render.draw import write
from academyctl.render.line import Block, Line
from academyctl.sandbox.excerpt import Excerpt

if TYPE_CHECKING:
    from academyctl.sandbox.demo_scene import Scene, Step

WIDTH = 96
"""Columns of prose."""
OUTPUT = 104
"""Columns of output."""
_STYLES = (
    (re.compile(r"error:|findings:|- |\S+ +(MISSING +required|EMPTY|BAD)"), "bad"),
    (re.compile(r"warning:|~ |pending"), "warn"),
    (re.compile(r" +hint:|\d+ notes?|= |reading |…"), "dim"),
    (re.compile(r"\+ |ok|changed|unchanged"), "good"),
)


class Teller:
    """Tells on stdout as the tour goes; under `-o json` each title goes to stderr instead."""

    def __init__(self, run: Run, steps: int) -> None:
        self._run = run
        self._steps = steps
        self._number = 0
        self._excerpt = Excerpt()

    def begin(self) -> None:
        self._write(
            Line("academyctl sandbox demo: one .env becomes two verified parameters; a fleet is rolled over", "head"),
            *_prose(
                "Each command below really runs, on an AWS that lives on loopback as long as the tour: nothing leaves "
                f"this machine. It plays account {self._run.stack.account}, {self._run.region}. "
                "Output that repeats itself is cut short (…)."
            ),
        )

    @property
    def on_terminal(self) -> bool:
        return not self._run.is_json and sys.stdout.isatty() and sys.stderr.isatty()

    def announce(self, step: "Step", scene: "Scene") -> None:
        self._number += 1
        title = f"{self._number}/{self._steps} {step.title}"
        if self._run.is_json:
            self._run.talk.step(title)
        aside = _prose(f"# {step.aside}", "dim", "  ") if step.aside else ()
        command = Line(f"  $ {step.typed(scene)}", "head")
        self._write(Line(""), Line(f"── {title} ".ljust(WIDTH, "─"), "head"), *_prose(step.says), *aside, command)

    def end(self, step: "Step", code: int, output: str) -> None:
        is_right = code == step.expected
        verdict = "as it should be" if is_right else f"and should be {int(step.expected)}"
        rows = self._excerpt.cut(output.splitlines())
        shown = (line for row in rows for line in _output(row))
        self._write(*shown, Line(f"  → exit {code}, {verdict}", "good" if is_right else "bad"))

    def finish(self) -> None:
        self._write(
            Line(""),
            Line(f"── All {self._steps} steps ended as they should ".ljust(WIDTH, "─"), "good"),
            Line("Go on with:"),
            Line("  academyctl sandbox up --world live   the same AWS with a Batch at work, until Ctrl-C"),
            Line("  academyctl sandbox run --world healthy -- preflight   every check at once"),
            Line("  academyctl ssm push --help           the same push, for an account of yours"),
        )

    def _write(self, *blocks: Block) -> None:
        if not self._run.is_json:
            self._run.talk.close()
            write(blocks, sys.stdout, color=self._run.talk.color)
            sys.stdout.flush()


def _prose(text: str, style: str = "", indent: str = "") -> list[Line]:
    rows = textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent)
    return [Line(row, style) for row in rows]


def _output(row: str) -> list[Line]:
    """A row of a command's output, indented; a long finding goes on below itself."""
    if len(row) <= OUTPUT or not row.startswith(("error:", "warning:")):
        return [Line(f"    {row}", _style(row))]
    rows = textwrap.wrap(row, OUTPUT, initial_indent="    ", subsequent_indent=" " * 13, break_long_words=False)
    return [Line(part, _style(row)) for part in rows]


def _style(row: str) -> str:
    return next((style for pattern, style in _STYLES if pattern.match(row)), "")
