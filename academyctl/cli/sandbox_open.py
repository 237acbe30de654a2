"""Opens the embedded AWS for a command, as the stack of its run."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from academyctl.cli.run import Run
from academyctl.model.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Open:
    """A served embedded AWS. `around` is this process's environment from before."""

    endpoint: str
    around: Mapping[str, str]


@contextmanager
def opened(run: Run, *, port: int = 0, empty: bool = False) -> Iterator[Open]:
    """An embedded AWS that is the stack's account and region; `empty`: without parameters."""
    from academyctl.aws.session import collector_paused
    from academyctl.sandbox.surroundings import no_aws_settings

    stack, roles = replace(run.stack, region=run.region), () if empty else run.stored_roles("all")
    run.talk.step("starting the embedded AWS")
    with ExitStack() as open_:
        around = open_.enter_context(no_aws_settings())
        with collector_paused():
            try:
                from academyctl.sandbox.seed import open_clients, seed
                from academyctl.sandbox.server import served
            except ImportError as missing:
                raise _not_installed(missing) from None
            endpoint = open_.enter_context(served(stack.account, port))
            seed(open_clients(endpoint, stack.region), stack, roles)
        yield Open(endpoint=endpoint, around=around)


def _not_installed(missing: ImportError) -> UsageError:
    return UsageError(
        f"the sandbox is not installed: no module {missing.name or 'moto'}",
        code="sandbox.missing",
        hint="pip install 'academyctl[sandbox]'",
    )
