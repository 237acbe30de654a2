"""The codes of `error.code`: why a command did not end well. `FAMILY.*` is of all that have none of their own."""

from academyctl.model.explain.article import Article
from academyctl.model.explain.calls import CALLS
from academyctl.model.explain.moves import MOVES
from academyctl.model.explain.usage import USAGE

AGAIN = "Run the same command again: it goes on from what stands in AWS."
SANDBOX = "`academyctl sandbox`; nothing of it touches AWS"

FAILURES = {
    **USAGE,
    **CALLS,
    **MOVES,
    "conflict": Article(
        what="Somebody else is at work on the same thing.",
        why="Their work is not lost: nothing of theirs was overwritten, or it was put back.",
        repair=("academyctl ssm unlock --dry-run  # who holds the lock", AGAIN),
        source="exit code 6",
    ),
    "refused": Article(
        what="A guard refused before anything was changed; the findings say why.",
        why="Exit 4: nothing was written.",
        repair=("academyctl explain CODE  # each finding's code",),
        source="exit code 4",
    ),
    "declined": Article(
        what="The question was answered with no.",
        why="Nothing was changed.",
        repair=("--yes answers it beforehand.",),
        source="exit code 1",
    ),
    "rolled_back": Article(
        what="A write failed and the former state is back.",
        why="Exit 7: what served before serves again.",
        repair=("academyctl batch status", "academyctl ssm verify", "Remove the cause, then run it again."),
        source="exit code 7",
    ),
    "incomplete": Article(
        what="A wait ran out. What was done stands.",
        why="Exit 75: safe, and resumable.",
        repair=(AGAIN,),
        source="exit code 75 (EX_TEMPFAIL of sysexits)",
    ),
    "interrupted": Article(
        what="Ctrl-C or SIGTERM.",
        why="A write that was under way was finished or undone; the report says which.",
        repair=(AGAIN,),
        source="exit code 130",
    ),
    "failed": Article(
        what="Something outside failed.",
        why="The report says what was done and what was not.",
        repair=(AGAIN,),
        source="exit code 1",
    ),
    "bug": Article(
        what="Something that nobody expected.",
        why="Only the type and the place are told: the text might quote a value.",
        repair=("Run it again with --verbose, and report the traceback.",),
        source="exit code 3",
    ),
    "baseline.*": Article(
        what="The file of accepted findings cannot be used.",
        why="A gate that guesses what was accepted lets through what nobody has seen.",
        repair=("Each entry names a code, a subject, a reason and a date on which it ends.",),
        source="academyctl preflight --help",
    ),
    "sandbox.missing": Article(
        what="The sandbox needs a package or a program that is not here.",
        why="moto comes with the extra `sandbox`, ffmpeg and the store with `video`.",
        repair=('Install it: pipx install "academyctl[sandbox]"; for --video: "academyctl[video]" and ffmpeg.',),
        source=SANDBOX,
    ),
    "sandbox.port": Article(
        what="The port is taken, or no free ones were found.",
        why="Something else listens there, perhaps another sandbox.",
        repair=("academyctl sandbox up  # without --port: a free one",),
        source=SANDBOX,
    ),
    "sandbox.*": Article(
        what="A part of the sandbox or of its tour failed.",
        why="Everything of it is on this machine; nothing in AWS was touched.",
        repair=("academyctl doctor", "academyctl sandbox demo --verbose"),
        source=SANDBOX,
    ),
    "demo.*": Article(
        what="A step of the tour ended otherwise than it should.",
        why="Everything of it is on this machine; nothing in AWS was touched.",
        repair=("academyctl sandbox demo --verbose", "Report it, with that output."),
        source=SANDBOX,
    ),
}
