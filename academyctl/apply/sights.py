"""Looks at AWS for a rollout: environments and queues in every pass, the rest only where a row asks for it.

What was seen once and cannot change is remembered for the run: which AMI a canary's instance was started from.
"""

import re
from dataclasses import replace
from datetime import datetime

from academyctl.apply.ports import Batch, Clusters
from academyctl.model.batch import ComputeEnvironmentDetail, ContainerInstance, cluster_of
from academyctl.model.batch_job import PLACED_JOBS, JobDefinitionDetail, JobDetail
from academyctl.model.rollout import Facts, Load, Sight, Terms, Unseen, View
from academyctl.plan.drain import jobs_left, tasks_left

INFRASTRUCTURE = re.compile(r"Host EC2|CannotPull|CannotStart|CannotCreate|ResourceInitializationError|DockerTimeout")
"""Failures that are the environment's and not the encoder's, as Batch and ECS word them."""


class Sights:
    """One rollout's eyes. `look` begins a pass, `add` adds what a row found unseen."""

    def __init__(self, batch: Batch, clusters: Clusters, terms: Terms) -> None:
        self.terms = terms
        self._batch = batch
        self._clusters = clusters
        self._instances: dict[str, ContainerInstance] = {}
        self._quiet: dict[str, int] = {}
        self._definitions: tuple[JobDefinitionDetail, ...] | None = None
        self._live: JobDefinitionDetail | None = None
        self._before: dict[str, int] = {}

    def look(self) -> Facts:
        """Two calls. A drain's count of quiet readings goes on only if the pass before looked, too."""
        self._before, self._quiet = self._quiet, {}
        environments, queues = self._batch.read_environments(), self._batch.read_queues()
        return Facts(
            now=self._clusters.now(),
            environments=environments,
            queues=queues,
            canary_instances=self._instances,
            canary_definitions=self._definitions,
            definition=self._live,
        )

    def add(self, facts: Facts, unseen: Unseen) -> Facts:
        view = View(facts=facts, terms=self.terms)
        match unseen.sight:
            case Sight.CANARY_JOBS:
                return replace(facts, canary_jobs=self._canary_jobs(view), canary_instances=dict(self._instances))
            case Sight.CANARY_DEFINITIONS:
                return self._with_definitions(facts)
            case Sight.FAILURES:
                return replace(facts, failures=self._failures(view))
            case Sight.LOAD:
                environment = view.environment(unseen.name)
                what = self._tasks(environment) if environment else ""
                return replace(facts, busy={**facts.busy, unseen.name: what})
            case Sight.QUIET:
                load = self._load(view, unseen.name)
                return replace(facts, quiet={**facts.quiet, unseen.name: load})

    def forget_definitions(self) -> None:
        """After a write that makes or removes one."""
        self._definitions = None

    def _with_definitions(self, facts: Facts) -> Facts:
        """None of the canary's is remembered until one is registered; the production one is what it is made from."""
        found = self._batch.read_job_definitions(self.terms.canary_definition)
        self._definitions = None if found else found
        live = () if found else self._batch.read_job_definitions(self.terms.definition)
        self._live = live[0] if live else None
        return replace(facts, canary_definitions=found, definition=self._live)

    def _canary_jobs(self, view: View) -> tuple[JobDetail, ...]:
        queue = view.canary_queue
        if queue is None or queue.status == "DELETING":
            return ()
        found = self._batch.find_jobs(queue.name, self.terms.canary_name)
        jobs = self._batch.read_jobs(job.id for job in found) if found else ()
        for job in jobs:
            self._note_instance(view, job)
        return tuple(sorted(jobs, key=lambda job: job.created_at))

    def _note_instance(self, view: View, job: JobDetail) -> None:
        """A short ARN names no cluster: it is looked for in green's."""
        arn = job.container_instance_arn
        cluster = cluster_of(arn) or (view.green.cluster if view.green else "")
        if not arn or not cluster or job.id in self._instances:
            return
        seen = self._clusters.read_container_instances(cluster, [arn])
        if seen and seen[0].ami:
            self._instances[job.id] = seen[0]

    def _failures(self, view: View) -> tuple[JobDetail, ...]:
        """Jobs that ended since green was attached, for the environment's fault, with the cluster that they ran in."""
        since = _milliseconds(view.green.tag("at")) if view.green else 0
        failed = self._batch.list_jobs(self.terms.queue, "FAILED")
        suspects = [
            job
            for job in failed
            if job.stopped_at >= since and INFRASTRUCTURE.search(f"{job.status_reason} {job.container_reason}")
        ]
        return self._batch.read_jobs(job.id for job in suspects) if suspects else ()

    def _tasks(self, environment: ComputeEnvironmentDetail) -> str:
        load = self._clusters.read_load(environment.cluster_arn) if environment.cluster_arn else None
        return tasks_left(environment, load)

    def _load(self, view: View, name: str) -> Load:
        """Both signals; Batch's jobs are asked for only when ECS says nothing runs."""
        environment = view.environment(name)
        if environment is None:
            return Load()
        what = self._tasks(environment) or self._jobs(view, environment)
        if what:
            return Load(what=what)
        self._quiet[name] = self._before.get(name, 0) + 1
        return Load(quiet_reads=self._quiet[name])

    def _jobs(self, view: View, environment: ComputeEnvironmentDetail) -> str:
        """Of every queue: one that has dropped the environment may still have jobs there."""
        placed = [
            job for queue in view.facts.queues for status in PLACED_JOBS for job in self._placed(queue.name, status)
        ]
        jobs = self._batch.read_jobs(job.id for job in placed) if placed else ()
        left = jobs_left(environment, [job for job in jobs if job.status in PLACED_JOBS])
        return f"{len(left)} job{'' if len(left) == 1 else 's'}" if left else ""

    def _placed(self, queue: str, status: str) -> tuple[JobDetail, ...]:
        return self._batch.list_jobs(queue, status)


def _milliseconds(at: str) -> int:
    try:
        return int(datetime.fromisoformat(at).timestamp() * 1000)
    except ValueError:
        return 0
