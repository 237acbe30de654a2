"""Carries a refresh out: the copy is made and checked beside the serving container, then the two change places, then
the copy is proven; on any failure the former one serves again.

Every write begins with a look at who stands where: what is not as it was left has another owner now, and is left to
him. A lost answer is settled by reading. What is done on the way back is plan/refresh's table, here as after a kill.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from academyctl.apply.ports import Containers, Progress
from academyctl.apply.refresh_move import carry_out, is_done, settled
from academyctl.apply.steps import heed
from academyctl.apply.wait import Poll
from academyctl.model.container import Container, RestartPolicy
from academyctl.model.errors import (
    AcademyError,
    Conflict,
    EngineBusy,
    EngineError,
    EngineUnreachable,
    Interrupted,
    Refused,
    RolledBack,
)
from academyctl.model.finding import error
from academyctl.model.refresh import Act, Connection, Creation, Image, Move, Names, NewEnv, Standing, Waits
from academyctl.plan.recreate import creation_of, differences
from academyctl.plan.refresh import SERVES, env_differs, fault_of, is_well, started_at, way_back, way_out

AWAY = 60.0
"""Seconds that the way back waits for an engine that does not answer: one that is restarted is back by then."""
MOVES = 12
"""More than any way back has."""


class Moved(Conflict):
    """The containers do not stand where this run left them: somebody else goes on with them."""


@dataclass
class Refresh:
    """One run on the containers under `names`. `poll.stop` is asked between writes; never on the way back."""

    containers: Containers
    names: Names
    waits: Waits
    poll: Poll
    progress: Progress
    keep: bool = False
    _at: tuple[str, ...] = field(default=(), init=False)
    _made: set[str] = field(default_factory=set, init=False)
    _touched: bool = field(default=False, init=False)
    _policy: RestartPolicy | None = field(default=None, init=False)
    is_undone: bool | None = field(default=None, init=False)
    """Of the change that failed: whether its former state is back; None where none was begun."""

    def begin(self, planned: Standing) -> None:
        """Conflict unless everything stands as the plan saw it, and serves or not as then."""
        now = self.containers.read_standing(self.names)
        if (now.ids, _serves(now)) != (planned.ids, _serves(planned)):
            raise Conflict(
                f"{self.names.serving} was changed since the plan; nothing was done",
                code="conflict.container",
                hint="run it again: the new plan starts from what stands now",
            )
        self._at = now.ids

    def recreate(self, image: Image, env: NewEnv) -> None:
        """The whole way forward."""
        base = self._standing().serving
        if base is None:
            raise self._moved()
        self._or_back(lambda: self._forward(base, image, env))
        self._out()

    def finish(self) -> None:
        """The end of a refresh that was cut off while its copy was waited for."""
        copy = self._standing().serving
        if copy is None:
            raise self._moved()
        self._touched = True
        self._or_back(lambda: self._prove(copy, restarts=copy.restarts))
        self._out()

    def take_back(self) -> None:
        """The way back by itself: of a refresh that was cut off, else to the container that one had kept."""
        standing, self.is_undone = self._standing(), False
        if standing.kept and not standing.is_open:
            self._do(Move(Act.RENAME, standing.kept, name=self.names.old))
        self.back()

    def back(self) -> None:
        """The former container serves under its name, alone. EngineError when it does not run then."""
        whose, last = {*filter(None, self._at), *self._made}, None
        for _ in range(MOVES):
            standing = self._returned()
            if not {one.id for one in (standing.former, standing.copy) if one} <= whose:
                raise self._moved()
            move = way_back(standing, self._policy)
            if move is None or (move.act is Act.START and move.act is last):
                self._at = standing.ids
                return self._check_serves(standing.serving)
            self.progress(move.doing)
            with suppress(EngineUnreachable):
                carry_out(self.containers, self.poll, move, partial(self._is_past, move))
                last = move.act
        raise EngineError(f"the way back to {self.names.serving} does not end", hint="docker ps -a")

    def _returned(self) -> Standing:
        """Who stands where, once the engine answers."""
        away: EngineUnreachable | None = None
        for _ in replace(self.poll, stop=lambda: False).ticks(AWAY):
            try:
                return self.containers.read_standing(self.names)
            except EngineUnreachable as failure:
                if away is None:
                    self.progress(f"waiting for the engine, to go back to the former {self.names.serving}")
                away = failure
        assert away is not None
        raise away

    def _forward(self, base: Container, image: Image, env: NewEnv) -> None:
        copy = self._created(base, image, env)
        self._policy = base.restart_policy
        if base.restart_policy.name not in ("", "no") and self.containers.updates_policies():
            self._do(Move(Act.POLICY, base, policy=RestartPolicy("no")))
        self._do(Move(Act.STOP, base))
        self._do(Move(Act.RENAME, base, name=self.names.old))
        self._do(Move(Act.RENAME, copy, name=self.names.serving))
        self._do(Move(Act.START, replace(copy, name=self.names.serving)))
        proven = self._prove(copy, restarts=0)
        if other := env_differs(proven, env):
            raise EngineError(f"the new container's env is not the planned one: {', '.join(other)}")

    def _created(self, base: Container, image: Image, env: NewEnv) -> Container:
        """The copy, made and connected, and alike in everything but env."""
        policy = base.raw["HostConfig"]["RestartPolicy"]
        creation = creation_of(base, image.config, env.lines, same_tag=image.same_tag, policy=policy)
        heed(self.poll.stop)
        self.progress(f"creating {self.names.new}")
        try:
            settled(self.poll, partial(self._create, creation), self._is_created)
        except EngineBusy as taken:
            raise Conflict(taken.message, code="conflict.refresh", hint="academyctl env refresh again, later") from None
        copy = self._look()
        for connection in creation.connections:
            heed(self.poll.stop)
            self.progress(f"connecting {self.names.new} to {connection.network}")
            connect = partial(self.containers.connect, copy.id, connection)
            settled(self.poll, connect, partial(self._is_connected, connection))
        return self._checked(base, self._look(), env)

    def _create(self, creation: Creation) -> None:
        self._owns(self.containers.create(self.names.new, creation))

    def _owns(self, id: str) -> None:
        self._made.add(id)
        self._touched = True

    def _is_created(self) -> bool:
        """Of a create whose answer is lost: nobody else makes one under this name in these seconds."""
        found = self.containers.read_standing(self.names).new
        if found:
            self._owns(found.id)
        return found is not None

    def _is_connected(self, connection: Connection) -> bool:
        return connection.network in ((self._look().raw.get("NetworkSettings") or {}).get("Networks") or {})

    def _look(self) -> Container:
        """The copy under its first name."""
        standing = self.containers.read_standing(self.names)
        if standing.new is None or standing.new.id not in self._made or standing.ids[0] != self._at[0]:
            raise self._moved()
        self._at = standing.ids
        return standing.new

    def _checked(self, base: Container, copy: Container, env: NewEnv) -> Container:
        other = (*differences(base, copy), *(f"env {key}" for key in env_differs(copy, env)))
        if not other:
            return copy
        message = f"the engine makes the copy different in: {', '.join(other)}"
        raise Refused(message, findings=[error("container.copy", self.names.serving, message, "docker version")])

    def _prove(self, copy: Container, *, restarts: int) -> Container:
        """The copy, once it is well. EngineError with the cause when it is not, or not in time.

        `restarts`: those that it had before.
        """
        name, started = self.names.serving, ""
        self.progress(f"waiting until {name} is well")
        for waited in self.poll.ticks(self.waits.timeout):
            now = self.containers.read(copy.id)
            if now is None:
                raise self._moved()
            started = started or started_at(now)
            if fault := fault_of(now, started, restarts):
                raise EngineError(f"the new {name} is not well: {fault}", code="container.failed")
            if is_well(now, waited, self.waits.settle):
                return now
        if self.poll.stop():
            raise Interrupted(f"interrupted while {name} was waited for")
        raise EngineError(f"the new {name} is not well after {self.waits.timeout:g} s", code="container.timeout")

    def _out(self) -> None:
        """The former one goes. The copy serves: a failure here takes nothing back."""
        try:
            self._clear()
        except EngineError as failure:
            failure.message = f"{self.names.serving} serves with its new env; but {failure.message}"
            failure.hint = failure.hint or "run the same command again: it ends what is left"
            raise

    def _clear(self) -> None:
        for _ in range(MOVES):
            move = way_out(self._standing(), keep=self.keep)
            if move is None:
                return
            self._do(move, stops=False)

    def _do(self, move: Move, *, stops: bool = True) -> None:
        """One write of the way forward, between two looks at who stands where."""
        if stops:
            heed(self.poll.stop)
        before = self._standing()
        self.progress(move.doing)
        carry_out(self.containers, self.poll, move, partial(is_done, self.containers, move))
        after = self.containers.read_standing(self.names).ids
        if not set(after) <= {*before.ids, ""}:
            raise self._moved()
        self._at = after

    def _is_past(self, move: Move) -> bool:
        then = way_back(self.containers.read_standing(self.names), self._policy)
        return then is None or (then.act, then.container.id) != (move.act, move.container.id)

    def _standing(self) -> Standing:
        """Who stands where. Moved unless it is as this run left it."""
        standing = self.containers.read_standing(self.names)
        if standing.ids != self._at:
            raise self._moved()
        return standing

    def _moved(self) -> Moved:
        said = f"somebody else goes on with {self.names.serving}; it is left to them"
        return Moved(said, code="container.replaced", hint="docker ps -a, then run this again")

    def _or_back(self, forward: Callable[[], object]) -> None:
        """A failure of any kind ends with the former container in its place."""
        is_told = self.is_undone = False
        try:
            forward()
            is_told = True
        except AcademyError as failure:
            is_told = True
            raise self._taken_back(failure) from None
        finally:
            if not is_told:
                self.back()

    def _taken_back(self, failure: AcademyError) -> AcademyError:
        """The error that says how everything stands now."""
        if isinstance(failure, Moved) or not self._touched:
            return failure
        try:
            self.back()
        except AcademyError as second:
            return EngineError(
                f"{failure.message}; and {self.names.serving} is NOT back: {second.message}",
                code="container.not-restored",
                hint=f"academyctl env refresh --container {self.names.serving} --rollback, once that is repaired",
            )
        self.is_undone = True
        told = f"{failure.message}; the former container serves again"
        if isinstance(failure, Interrupted | Refused):
            failure.message = told
            return failure
        return RolledBack(told, code=failure.code, hint=failure.hint)

    def _check_serves(self, former: Container | None) -> None:
        if former is None or former.state not in SERVES:
            code = f" (exit code {former.exit_code})" if former else ""
            raise EngineError(f"the former {self.names.serving} was started and does not run{code}")


def _serves(standing: Standing) -> bool:
    return standing.serving is not None and standing.serving.state in SERVES
