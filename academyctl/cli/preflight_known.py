"""What was read for `preflight`, put together as the facts that its checks judge by; and the env file they look at."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from academyctl.aws.concurrent import Answers
from academyctl.aws.sts import Caller
from academyctl.check.preflight_delete_r2 import DESIRED, WORDS, fact
from academyctl.cli.preflight_facts import Reader
from academyctl.cli.run import Run
from academyctl.cli.sources import parse_stored
from academyctl.cli.written import unwritable_of
from academyctl.envfile.read import read_file
from academyctl.model.batch import stem_of
from academyctl.model.delete_r2 import DeleteR2Facts
from academyctl.model.errors import Unreadable
from academyctl.model.preflight import Blob, EnvFile, Facts, RoleSight
from academyctl.model.ssm import ParameterMetadata, StoredParameter
from academyctl.plan.iam import plan_role
from academyctl.plan.serving import open_green, serving
from academyctl.plan.split import split_document


def read_env_file(run: Run, path: Path) -> EnvFile:
    """Unreadable when it cannot be read in full."""
    document = read_file(path)
    split = split_document(document, run.contract)
    unwritable = {role.name: unwritable_of(role, split.by_role[role.name]) for role in run.contract.roles}
    return EnvFile(document=document, by_role=split.by_role, unwritable=unwritable, findings=split.findings)


class Known:
    """One run's answers. What was not read, or could not be, is as if it were not there."""

    def __init__(self, run: Run, reader: Reader, answers: Answers) -> None:
        self._run, self._reader, self._answers = run, reader, answers

    def facts(self, file: EnvFile | None) -> Facts:
        stack, stem = self._reader.stack, stem_of(self._reader.stack.compute_environment.name)
        caller: Caller | None = self._value("caller")
        environments, queue = self._value("environments", ()), self._value("queue")
        ami, fault = self._value("ami", ("", ""))
        return Facts(
            stack=stack,
            contract=self._run.contract,
            region=self._run.region,
            now=self._run.connection.now() if self._answers else datetime.now(UTC),
            account=caller.account if caller else "",
            caller=caller.arn if caller else "",
            blobs=dict(self._blobs()),
            file=file,
            roles=dict(self._roles()),
            has_linked_role=self._value("role:service") is not None,
            profile=self._value("profile"),
            manifests=self._named("manifest:"),
            platforms=self._named("platform:"),
            log_group=self._value("log-group"),
            environments=environments,
            queue=queue,
            serving=serving(stem, environments, queue),
            green=open_green(stack.name, stem, environments),
            ami=ami,
            ami_fault=fault,
            amis=self._value("amis", {}),
            definition=self._value("definition"),
            legacy={kind: self._value(kind, ()) for kind in ("auto-scaling-groups", "alarms", "queues")},
            delete_r2=self._delete_r2(),
            desired_delete_r2=self._value(DESIRED),
        )

    def _value(self, name: str, default: Any = None) -> Any:
        answer = self._answers.get(name)
        return default if answer is None or answer.error else answer.value

    def _named(self, prefix: str) -> dict[str, Any]:
        return {name.removeprefix(prefix): self._value(name) for name in self._answers if name.startswith(prefix)}

    def _blobs(self) -> Iterator[tuple[str, Blob]]:
        found: dict[str, StoredParameter] = self._value("parameters", {})
        tiers: dict[str, ParameterMetadata] = self._value("tiers", {})
        for role in self._run.stored_roles("all"):
            name = self._run.parameter(role)
            if name not in found:
                continue
            parameter = found[name].described(tiers.get(name, ParameterMetadata()))
            try:
                yield role.name, Blob(parameter=parameter, document=parse_stored(parameter, role))
            except Unreadable as broken:
                yield role.name, Blob(parameter=parameter, faults=broken.findings)

    def _roles(self) -> Iterator[tuple[str, RoleSight]]:
        """Beside what `batch setup` would do about them. Policies that were not read are as those of nobody."""
        for word, wanted in self._reader.roles.items():
            if f"role:{word}" not in self._answers:
                continue
            role = self._value(f"role:{word}")
            attached, inline = self._value(f"policies:{word}", ((), {}))
            stands = replace(role, attached=attached, inline=inline) if role else None
            step = plan_role(wanted, stands, self._reader.stack.name)
            yield word, RoleSight(wanted=wanted, writes=step.write or ())

    def _delete_r2(self) -> DeleteR2Facts:
        words = {word for word, _ in WORDS.values()}
        read = {word.replace("-", "_"): self._value(fact(word)) for word in words}
        return DeleteR2Facts(
            queue=read["queue"],
            dead_letters=read["dead_letters"],
            role=read["role"],
            log_group=read["logs"],
            function=read["function"],
            mappings=read["mapping"] or (),
        )
