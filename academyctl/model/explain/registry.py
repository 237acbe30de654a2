"""Every article by its code, and the code that somebody probably meant."""

from collections.abc import Mapping
from difflib import get_close_matches

from academyctl.model.explain.account import ACCOUNT
from academyctl.model.explain.article import Article
from academyctl.model.explain.code import CODE
from academyctl.model.explain.compute_environment import COMPUTE_ENVIRONMENT
from academyctl.model.explain.containers import CONTAINERS
from academyctl.model.explain.env import ENV
from academyctl.model.explain.failures import FAILURES
from academyctl.model.explain.job_definition import JOB_DEFINITION
from academyctl.model.explain.job_queue import JOB_QUEUE
from academyctl.model.explain.legacy import LEGACY
from academyctl.model.explain.local import LOCAL
from academyctl.model.explain.ssm import SSM

FINDINGS: Mapping[str, Article] = {
    **ENV,
    **SSM,
    **COMPUTE_ENVIRONMENT,
    **JOB_QUEUE,
    **JOB_DEFINITION,
    **ACCOUNT,
    **LEGACY,
    **CONTAINERS,
    **CODE,
    **LOCAL,
}
"""Of the codes of findings: those of `model/finding.CODES`."""
ALL: Mapping[str, Article] = {**FINDINGS, **FAILURES}
"""Those of `error.code`, too."""


def article(code: str) -> Article | None:
    """A code's own; else that of its family, unless it is a mistyped one of that family."""
    if code in ALL or "." not in code:
        return ALL.get(code)
    family = code.partition(".")[0]
    meant = get_close_matches(code, [one for one in ALL if one.startswith(f"{family}.")], n=1, cutoff=0.85)
    return None if meant else ALL.get(f"{family}.*")


def nearest(word: str) -> str:
    """The code that is meant by a mistyped one, or by its last part alone; "" where none is near."""
    ends = [code for code in ALL if code.rpartition(".")[2] == word]
    return next(iter([*ends, *get_close_matches(word, ALL, n=1, cutoff=0.7)]), "")
