"""`academyctl explain`: what a code says, why it matters, how to repair it."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from academyctl.cli.leaf import leaf
from academyctl.cli.run import Run
from academyctl.model.errors import UsageError
from academyctl.model.explain.article import Article
from academyctl.model.explain.registry import ALL, article, nearest
from academyctl.model.finding import CODES
from academyctl.model.outcome import Outcome
from academyctl.render.article import article_text, list_text, screen_width

app = typer.Typer()
CodeArgument = Annotated[str | None, typer.Argument(metavar="[CODE]", help="A code, or its family (ssm).")]


@leaf(app, "explain", example="academyctl explain env.foreign")
def explain(run: Run, code: CodeArgument = None) -> Outcome:
    """Explain the code of a finding or an error: what it is, why it matters, how to repair it.

    Without a code, or with a family (ssm): a list of them.
    """
    word = (code or "").strip("[]").lower()
    if found := article(word):
        text = article_text(word, CODES.get(word, ""), found, width=screen_width())
        return Outcome(data=_fields(word, found), text=text)
    chosen = {one: ALL[one] for one in _by_family() if one.startswith(f"{word}." if word else "")}
    if not chosen:
        near = nearest(word)
        hint = f"did you mean academyctl explain {near}?" if near else "academyctl explain lists all of them"
        raise UsageError(f"there is no code {word!r}", code="usage.code", hint=hint)
    says = {one: CODES.get(one, about.what) for one, about in chosen.items()}
    return Outcome(
        data={"codes": [_fields(one, about) for one, about in chosen.items()]},
        text=list_text(says, width=screen_width()),
    )


def _by_family() -> list[str]:
    """Every code; an error's stands with the findings of its family."""
    families = list(dict.fromkeys(code.partition(".")[0] for code in ALL))
    return sorted(ALL, key=lambda code: families.index(code.partition(".")[0]))


def _fields(code: str, found: Article) -> Mapping[str, Any]:
    return {
        "code": code,
        "kind": "finding" if code in CODES else "error",
        "says": CODES.get(code, ""),
        "what": found.what,
        "why": found.why,
        "repair": list(found.repair),
        "source": found.source,
    }
