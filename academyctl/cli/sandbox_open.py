"""Opens the embedded AWS for a command, as the stack of its run."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from academyctl.cli.run import Run
from academyctl.model.errors import UsageError
from academyctl.sandbox.worlds import World

if TYPE_CHECKING:
    from academyctl.sandbox.control import Control


@dataclass(frozen=True, kw_only=True)
class Open:
    """A served embedded AWS. `around` is this process's environment from before; `control` scripts its Batch."""

    endpoint: str
    around: Mapping[str, str]
    control: "Control"


@contextmanager
def opened(run: Run, *, port: int = 0, world: World = World.SEEDED) -> Iterator[Open]:
    """An embedded AWS that is the stack's account and region."""
    from academyctl.aws.session import collector_paused
    from academyctl.sandbox.surroundings import no_aws_settings

    stack, roles = replace(run.stack, region=run.region), () if world is World.EMPTY else run.stored_roles("all")
    run.talk.step("starting the embedded AWS")
    with ExitStack() as open_:
        around = open_.enter_context(no_aws_settings())
        with collector_paused():
            try:
                from academyctl.sandbox.control import Control
                from academyctl.sandbox.seed import open_clients, seed
                from academyctl.sandbox.server import served
            except ImportError as missing:
                raise _not_installed(missing) from None
            control = Control()
            endpoint = open_.enter_context(served(stack.account, port, control))
            clients = open_clients(endpoint, stack.region)
            seed(clients, stack, roles)
            if world is World.LIVE:
                from academyctl.sandbox.world_live import build_live

                build_live(clients, stack, control)
            control.clear_calls()
        yield Open(endpoint=endpoint, around=around, control=control)


def _not_installed(missing: ImportError) -> UsageError:
    return UsageError(
        f"the sandbox is not installed: no module {missing.name or 'moto'}",
        code="sandbox.missing",
        hint="pip install 'academyctl[sandbox]'",
    )
