"""What `preflight` reads: each fact once and side by side, and only what a chosen check needs.

A fact is named as the checks name it among their needs. The order below is that in which clients are made: those that
others wait for first, those that are made slowly while answers are on their way.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

from academyctl.aws.ami import read_images, read_recommended
from academyctl.aws.autoscaling import read_groups
from academyctl.aws.cloudwatch import read_alarms
from academyctl.aws.concurrent import Answers, Reading, read_all
from academyctl.aws.connect import Connection
from academyctl.aws.ecr import Ecr
from academyctl.aws.iam import Iam
from academyctl.aws.lambda_functions import Functions
from academyctl.aws.logs import Logs
from academyctl.aws.sqs import read_queue, read_queue_urls
from academyctl.aws.sts import read_caller
from academyctl.check.ecr import images_of, readable
from academyctl.check.preflight_delete_r2 import DESIRED, fact
from academyctl.cli.run import Run
from academyctl.model.batch import stem_of
from academyctl.model.delete_r2 import DesiredDeleteR2
from academyctl.model.ecr import ImageReference, Platforms
from academyctl.model.errors import NotFound, Refusal
from academyctl.model.iam import LINKED_ROLE, Document, RoleDetail, WantedRole
from academyctl.plan.iam import wanted_roles
from academyctl.plan.legacy import is_legacy
from academyctl.profiles.policies import load_policies


class Reader:
    """The readings of one run. `stack` is the run's in the run's region."""

    def __init__(self, run: Run, needs: frozenset[str]) -> None:
        self.stack = replace(run.stack, region=run.region)
        self._run, self._needs = run, needs

    def read(self) -> Answers:
        """Fact → answer; no call where nothing is needed."""
        return read_all(self._run.connection, self._wanted()) if self._needs else {}

    def _wanted(self) -> Iterator[Reading]:
        """The needed readings, and those that these wait for."""
        every = {reading.name: reading for reading in self._readings()}
        wanted = set(self._needs)
        for reading in reversed(every.values()):
            if reading.name in wanted:
                wanted.update(reading.after)
        return (reading for reading in every.values() if reading.name in wanted)

    def _readings(self) -> Iterator[Reading]:
        run, stack, connection = self._run, self.stack, self._run.connection
        names = [parameter for _, parameter in stack.parameters]
        yield _read("environments", "batch", run.batch.read_environments)
        yield _read("queue", "batch", lambda: next(iter(run.batch.read_queues([stack.job_queue.name])), None))
        definition = stack.job_definition.name
        yield _read("definition", "batch", lambda: next(iter(run.batch.read_job_definitions(definition)), None))
        yield _read("ami", "ssm", self._ami)
        yield _read("parameters", "ssm", lambda: run.store.read(names))
        yield _read("tiers", "ssm", lambda: run.store.read_metadata(names))
        yield from self._roles()
        yield Reading(name="amis", services=("ec2",), read=self._amis, after=("environments", "ami"))
        yield _read("caller", "sts", lambda: read_caller(connection))
        yield from self._images()
        yield _read("log-group", "logs", lambda: Logs(connection).read_bare_group(stack.job_definition.log_group))
        yield from self._delete_r2()
        yield from self._leftovers()

    def _ami(self) -> tuple[str, str]:
        """The AMI that the stack's parameter names, or why it names none."""
        try:
            return read_recommended(self._run.connection, self.stack.compute_environment.ami), ""
        except (NotFound, Refusal) as fault:
            return "", fault.message

    def _amis(self, got: Answers) -> Any:
        """The wanted AMI and those that the stem's environments pin, as far as these are known."""
        stem = stem_of(self.stack.compute_environment.name)
        environments = got["environments"].value or ()
        pinned = [one.ami for one in environments if stem_of(one.name) == stem]
        return read_images(self._run.connection, [(got["ami"].value or ("", ""))[0], *pinned])

    def _roles(self) -> Iterator[Reading]:
        iam = Iam(self._run.connection)
        for word, one in self.roles.items():
            yield _read(f"role:{word}", "iam", partial(iam.read_role, one.name))
            yield _read(f"policies:{word}", "iam", partial(_policies, iam, one))
        if "service" not in self.roles:
            yield _read("role:service", "iam", lambda: iam.read_role(LINKED_ROLE))
        profile = self.stack.iam.instance_role.rpartition("/")[2]
        yield _read("profile", "iam", lambda: iam.read_profile(profile))

    @cached_property
    def roles(self) -> dict[str, WantedRole]:
        """The stack's words → what each role is to be."""
        words = ("job", "execution", "instance", "service")
        return dict(zip(words, wanted_roles(self.stack, load_policies()), strict=False))

    def _images(self) -> Iterator[Reading]:
        ecr = Ecr(self._run.connection)
        for image in images_of(self.stack):
            reference = readable(image, self._run.region)
            if reference is None:
                continue
            yield _read(f"manifest:{image}", "ecr", partial(ecr.read_manifest, reference))
            yield Reading(
                name=f"platform:{image}",
                services=("ecr",),
                read=_platforms(ecr, reference, f"manifest:{image}"),
                after=(f"manifest:{image}",),
            )

    def _delete_r2(self) -> Iterator[Reading]:
        if DESIRED not in self._needs:
            return
        connection, desired = self._run.connection, self.desired_delete_r2
        iam, functions = Iam(connection), Functions(connection)
        yield _read(DESIRED, "", lambda: desired)
        yield _read(fact("role"), "iam", lambda: _role(iam, desired.role))
        yield _read(fact("logs"), "logs", lambda: Logs(connection).read_bare_group(desired.log_group))
        yield _read(fact("function"), "lambda", lambda: functions.read_function(desired.function.name))
        yield _read(fact("mapping"), "lambda", lambda: functions.read_mappings(desired.queue.arn))
        yield _read(fact("queue"), "sqs", lambda: read_queue(connection, desired.queue.name))
        yield _read(fact("dead-letters"), "sqs", lambda: read_queue(connection, desired.dead_letters.name))

    @cached_property
    def desired_delete_r2(self) -> DesiredDeleteR2:
        from academyctl.cli.delete_r2_facts import declared_delete_r2

        return declared_delete_r2(self._run)

    def _leftovers(self) -> Iterator[Reading]:
        """Where the stack names no pattern there are none, and nobody is asked."""
        stack, connection = self.stack, self._run.connection
        for name, service, patterns, read in (
            ("queues", "sqs", stack.legacy_queues, read_queue_urls),
            ("alarms", "cloudwatch", stack.legacy_alarms, _alarms),
            ("auto-scaling-groups", "autoscaling", stack.legacy_auto_scaling_groups, _groups),
        ):
            asked = partial(read, connection) if patterns else tuple
            yield _read(name, service if patterns else "", partial(self._legacy, asked, patterns))

    def _legacy(self, read: Callable[[], Iterable[str]], patterns: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(name for name in read() if is_legacy(name, patterns, self.stack)))


def _read(name: str, service: str, read: Callable[[], Any]) -> Reading:
    return Reading(name=name, services=(service,) if service else (), read=lambda _: read())


def _alarms(connection: Connection) -> Iterator[str]:
    return (alarm.name for alarm in read_alarms(connection))


def _groups(connection: Connection) -> Iterator[str]:
    """Groups that carry Batch's tags are Batch's, whatever they are called; those on their way out are none."""
    return (one.name for one in read_groups(connection) if not one.is_batchs and not one.is_going)


def _policies(iam: Iam, wanted: WantedRole) -> tuple[tuple[str, ...], dict[str, Document]]:
    """Of a role its managed policies, and of the inline ones those that are wanted; only what is asked for is read."""
    attached = iam.read_attached(wanted.name) if wanted.managed else ()
    found = {policy: iam.read_inline(wanted.name, policy) for policy in wanted.inline}
    return attached, {policy: document for policy, document in found.items() if document is not None}


def _role(iam: Iam, wanted: WantedRole) -> RoleDetail | None:
    """With its policies. (delete-r2's: one fact, since its check judges all of it.)"""
    role = iam.read_role(wanted.name)
    if role is None:
        return None
    attached, inline = _policies(iam, wanted)
    return replace(role, attached=attached, inline=inline)


def _platforms(ecr: Ecr, image: ImageReference, manifest: str) -> Callable[[Answers], Any]:
    """None where the image does not exist. What keeps its manifest away keeps its platforms away, too."""

    def read(got: Answers) -> Platforms | None:
        answer = got[manifest]
        if answer.error:
            raise answer.error
        return ecr.read_platforms(image, answer.value) if answer.value else None

    return read
