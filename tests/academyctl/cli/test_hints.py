"""Where a command ran, there its hints are to be followed."""

import pytest

from academyctl.cli.hints import with_place
from academyctl.cli.options import Shared
from academyctl.cli.run import Run
from academyctl.model.finding import error
from academyctl.model.outcome import ErrorView, Outcome
from academyctl.render.talk import Talk


def hinted(hint: str, shared: Shared) -> str:
    """The hint of a finding, which is that of an error too."""
    run = Run("ssm show", shared, "production", Talk())
    view = ErrorView(code="c", message="m", hint=hint)
    placed = with_place(run, Outcome(findings=(error("env.missing", "A", "m", hint),), error=view))
    assert placed.error is not None
    assert placed.error.hint == placed.findings[0].hint
    return placed.error.hint


STAGING = Shared(stack="staging")
PUSH = "academyctl ssm push --role api --file .env"


@pytest.mark.parametrize(
    ("shared", "hint", "placed"),
    [
        (Shared(), PUSH, PUSH),
        (Shared(stack="production"), PUSH, PUSH),
        (STAGING, PUSH, "academyctl ssm push --stack staging --role api --file .env"),
        (Shared(stack="staging", region="eu-west-1"), "academyctl preflight", None),
        (Shared(region="eu-west-1"), "academyctl batch setup", "academyctl batch setup --region eu-west-1"),
        (STAGING, "academyctl ssm set A; academyctl env refresh", None),
        (STAGING, "academyctl ssm unlock --stack staging --dry-run", "academyctl ssm unlock --stack staging --dry-run"),
        (STAGING, "academyctl ssm push --help", "academyctl ssm push --help"),
        (STAGING, "docker ps -a; academyctl explain c", "docker ps -a; academyctl explain c"),
        (STAGING, "", ""),
    ],
)
def test_a_hint_names_the_stack_and_region_that_the_line_named(shared: Shared, hint: str, placed: str | None) -> None:
    several = {
        "academyctl preflight": "academyctl preflight --stack staging --region eu-west-1",
        "academyctl ssm set A; academyctl env refresh": "academyctl ssm set --stack staging A; "
        "academyctl env refresh --stack staging",
    }
    assert hinted(hint, shared) == (several[hint] if placed is None else placed)


def test_what_the_environment_says_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACADEMYCTL_STACK", "staging")
    assert hinted(PUSH, STAGING) == PUSH
    assert "--stack production" in hinted(PUSH, Shared(stack="production"))
