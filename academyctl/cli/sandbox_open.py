"""Opens the embedded AWS for a command, as the stack of its run."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from academyctl.cli.run import Run
from academyctl.model.errors import UsageError
from academyctl.sandbox.worlds import World

if TYPE_CHECKING:
    from academyctl.sandbox.batch_state import Runner
    from academyctl.sandbox.control import Control


@dataclass(frozen=True, kw_only=True)
class Open:
    """A served embedded AWS. `around` is this process's environment from before; `control` scripts its Batch."""

    endpoint: str
    around: Mapping[str, str]
    control: "Control"


@contextmanager
def opened(run: Run, *, port: int = 0, world: World = World.SEEDED, runner: "Runner | None" = None) -> Iterator[Open]:
    """An embedded AWS that is the stack's account and region. `runner` runs Batch's jobs, which are simulated else."""
    from academyctl.aws.session import collector_paused
    from academyctl.sandbox.surroundings import no_aws_settings

    stack, roles = replace(run.stack, region=run.region), () if world is World.EMPTY else run.stored_roles("all")
    run.talk.step("starting the embedded AWS")
    with ExitStack() as open_:
        around = open_.enter_context(no_aws_settings())
        with collector_paused():
            require_sandbox()
            from academyctl.sandbox.batch_runs import simulated
            from academyctl.sandbox.control import Control
            from academyctl.sandbox.seed import open_clients, seed
            from academyctl.sandbox.server import served

            control = Control()
            endpoint = open_.enter_context(served(stack.account, port, control, runner or simulated))
            clients = open_clients(endpoint, stack.region)
            seed(clients, stack, roles)
            if world is World.LIVE:
                from academyctl.sandbox.world_live import build_live

                build_live(clients, stack, control)
            if world is World.HEALTHY:
                from academyctl.sandbox.world_healthy import build_healthy

                build_healthy(clients, stack, control)
            control.clear_calls()
        yield Open(endpoint=endpoint, around=around, control=control)


def require_sandbox() -> None:
    """UsageError where the extra is not installed."""
    try:
        import academyctl.sandbox.server  # noqa: F401
    except ImportError as missing:
        raise UsageError(
            f"the sandbox is not installed: no module {missing.name or 'moto'}",
            code="sandbox.missing",
            hint="pip install 'academyctl[sandbox]'",
        ) from None
