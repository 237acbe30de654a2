"""The places where a role's env was looked at, put together as the matrix of each role."""

from collections.abc import Iterator, Mapping

from academyctl.check.env import RoleReport, check_role, check_strangers
from academyctl.check.matrix import role_matrix
from academyctl.cli.run import Run
from academyctl.cli.written import check_share
from academyctl.model.env import Document, Entry
from academyctl.model.errors import EngineError
from academyctl.model.finding import Finding
from academyctl.model.report import Matrix
from academyctl.model.role import Role


class Places:
    """What was found of each role in each place. A place that cannot be read is left out, with a note."""

    def __init__(self, run: Run, roles: tuple[Role, ...]) -> None:
        self._run, self._roles = run, roles
        self._found: dict[str, dict[str, tuple[RoleReport, tuple[Finding, ...]]]] = {one.name: {} for one in roles}

    def add_file(self, document: Document, by_role: Mapping[str, Mapping[str, Entry]]) -> None:
        """A mixed env file and its split: keys of other roles stand in it rightly."""
        for role in self._roles:
            self._found[role.name]["file"] = check_share(role, by_role[role.name], document), ()

    def add(self, place: str, role: Role, document: Document) -> None:
        """A blob, or a container's env: one role's own."""
        contract = self._run.contract
        report = check_role(role, contract.own_keys(role, document), document)
        self._found[role.name][place] = report, tuple(check_strangers(role, document, contract))

    def add_containers(self, name: str | None) -> None:
        """Each role's own container; or `name`, of the role whose container it is, else of every role."""
        for role in self._roles:
            if wanted := self._container_of(role, name):
                self._add_container(role, wanted)

    def _container_of(self, role: Role, name: str | None) -> str:
        if not name or role.container == name:
            return role.container
        is_anothers = any(one.container == name for one in self._roles)
        return "" if is_anothers else name

    def _add_container(self, role: Role, name: str) -> None:
        from academyctl.containers.read import look_at_container

        try:
            self.add("container", role, look_at_container(self._run.engine, name).document)
        except EngineError as failure:
            self.leave_out(f"container {name}", failure.message)

    def leave_out(self, place: str, why: str) -> None:
        self._run.talk.hint(f"{place} is left out: {why}")

    def matrices(self) -> Iterator[Matrix]:
        """One for each role that was found anywhere."""
        for role, found in self._found.items():
            reports = {place: report for place, (report, _) in found.items()}
            strangers = {place: findings for place, (_, findings) in found.items()}
            if reports:
                yield role_matrix(role, reports, strangers)
