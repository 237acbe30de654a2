"""Why an environment is INVALID, a queue is blocked, a job does not start or failed. Facts in, explanations out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from academyctl.check.reasons import BLOCKED, ENVIRONMENT, EXIT_CODES, FAILED, SETUP, decoded
from academyctl.model.batch import MOVING, ComputeEnvironmentDetail, stem_of
from academyctl.model.batch_job import PLACED_JOBS, JobDetail
from academyctl.model.finding import Finding, Level
from academyctl.model.fleet import Fleet, MachineType
from academyctl.model.span import spell

STUCK_AFTER = 900
"""Seconds that the head of a queue may wait while there is room: an instance takes two to five minutes."""


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why one thing is as it is. `code` is empty where nothing is wrong with that (`level` info)."""

    subject: str
    state: str
    why: str
    remedy: str = ""
    level: Level = Level.INFO
    code: str = ""

    def finding(self) -> Finding:
        message = f"is {self.state}: {self.why}"
        return Finding(level=self.level, code=self.code, subject=self.subject, message=message, hint=self.remedy)


def _wrong(code: str, subject: str, state: str, why: str, remedy: str = "") -> Explanation:
    return Explanation(subject=subject, state=state, why=why, remedy=remedy, level=Level.ERROR, code=code)


def explain_environments(environments: Iterable[ComputeEnvironmentDetail], serving: str) -> Iterator[Explanation]:
    """`serving`: the name of the one that no open rollout has switched off; empty where a rollout may have."""
    for one in environments:
        if one.is_invalid:
            yield _invalid(one)
        elif one.status in MOVING:
            yield Explanation(subject=one.name, state=one.status, why="passes by itself, mostly within minutes")
        elif one.name == serving and not one.is_enabled:
            why = "the serving environment takes no new job"
            yield _wrong("ce.disabled", one.name, one.state or "?", why, "academyctl batch ce-ensure --enabled")


def _invalid(one: ComputeEnvironmentDetail) -> Explanation:
    reason = decoded(one.status_reason, ENVIRONMENT)
    said = f" (AWS: {one.status_reason})" if one.status_reason else " (AWS gives no reason)"
    why = reason.why if reason else "something that it is made of does not exist or may not be used"
    remedy = reason.remedy if reason else f"repair what AWS names, then {SETUP}"
    return _wrong("ce.invalid", one.name, "INVALID", why + said, remedy)


def explain_queue(fleet: Fleet, name: str, stem: str) -> Iterator[Explanation]:
    """`stem`: the stack's; empty for a queue that is not the stack's own."""
    queue = fleet.queue
    if queue is None:
        yield _wrong("queue.absent", name, "absent", "there is no such job queue", SETUP)
        return
    if not queue.is_enabled:
        why = "it takes no new jobs; those that are in it go on"
        yield _wrong("queue.disabled", name, queue.state or "?", why, SETUP)
    if queue.status in MOVING:
        yield Explanation(subject=name, state=queue.status, why="passes by itself, mostly within a minute")
    elif not queue.is_valid:
        why = f"no job can start from it (AWS: {queue.status_reason or 'no reason given'})"
        yield _wrong(
            "queue.disabled", name, queue.status or "?", why, "repair its environments, then academyctl batch why"
        )
    yield from _order(fleet, name, stem)


def _order(fleet: Fleet, name: str, stem: str) -> Iterator[Explanation]:
    attached = attached_to_queue(fleet)
    if stem and not any(stem_of(one.name) == stem for one in attached):
        why = f"it names no environment of {stem}"
        yield _wrong("queue.order", name, "without the stack's environment", why, SETUP)
    elif not any(one.is_enabled and (one.is_valid or one.status in MOVING) for one in attached):
        told = ", ".join(f"{one.name} {one.state} {one.status}" for one in attached) or "it has none"
        why = f"no environment of it is ENABLED and VALID ({told}): no job can start"
        yield _wrong("queue.order", name, "blocked", why, "academyctl batch ce-ensure, or repair what is INVALID")


def attached_to_queue(fleet: Fleet) -> tuple[ComputeEnvironmentDetail, ...]:
    """The queue's environments that exist, in its order."""
    names = fleet.queue.environments if fleet.queue else ()
    return tuple(one for name in names if (one := fleet.environment(name)))


def explain_waiting(fleet: Fleet) -> Iterator[Explanation]:
    """The oldest RUNNABLE job in full, later ones that have a reason of their own, and how many just wait."""
    waiting = sorted(fleet.jobs.get("RUNNABLE", ()), key=lambda job: job.created_at)
    behind = 0
    for ahead, listed in enumerate(waiting):
        told = _runnable(fleet, fleet.details.get(listed.id, listed), ahead)
        if ahead == 0 or told.level is not Level.INFO:
            yield told
        else:
            behind += 1
    if behind:
        why = "waits for its turn" if behind == 1 else "wait for their turn"
        yield Explanation(subject=f"{behind} more", state="RUNNABLE", why=f"{why} behind it")


def explain_job(fleet: Fleet, job: JobDetail) -> Explanation:
    """One job, in whatever status. `fleet` is that of its queue."""
    match job.status:
        case "RUNNABLE":
            older = [one for one in fleet.jobs.get("RUNNABLE", ()) if one.created_at < job.created_at]
            return _runnable(fleet, job, len(older))
        case "FAILED":
            return _failed(job)
        case "SUBMITTED":
            why = f"Batch has had it for {_waited(fleet, job)} and has not looked at it yet"
        case "PENDING":
            why = "it waits for jobs that it depends on"
        case "STARTING":
            why = f"its container is being started on {fleet.environment_of(job) or 'an instance'}"
        case "RUNNING":
            ran = spell((fleet.now_ms - job.started_at) / 1000)
            why = f"it has run for {ran} on {fleet.environment_of(job) or 'an instance'}"
        case _:
            why = f"it is over after {spell((job.stopped_at - job.started_at) / 1000)}"
    return Explanation(subject=job.id, state=job.status or "?", why=why)


def _runnable(fleet: Fleet, job: JobDetail, ahead: int) -> Explanation:
    """`ahead`: how many RUNNABLE jobs are older."""
    return _said_by_aws(job) or _cannot(fleet, job) or _waits(fleet, job, ahead)


def _said_by_aws(job: JobDetail) -> Explanation | None:
    if not job.status_reason:
        return None
    reason = decoded(job.status_reason, BLOCKED)
    why = f"{reason.why} (AWS: {job.status_reason})" if reason else f"AWS: {job.status_reason}"
    return _wrong("job.blocked", job.id, "RUNNABLE", why, reason.remedy if reason else "")


def _cannot(fleet: Fleet, job: JobDetail) -> Explanation | None:
    """What will never pass by itself."""
    usable = _usable(fleet)
    if not usable:
        why = "no environment of its queue is ENABLED and VALID"
        return _wrong("job.blocked", job.id, "RUNNABLE", why, "academyctl batch ce-check")
    largest = max(one.max_vcpus for one in usable)
    if job.vcpus > largest:
        why = f"it asks for {job.vcpus} vCPUs, and no environment of its queue may have more than {largest}"
        return _wrong("job.blocked", job.id, "RUNNABLE", why, f"academyctl batch ce-ensure --max-vcpus {job.vcpus}")
    types = _machines(fleet, usable)
    if types and not any(job.vcpus <= one.vcpus and job.memory_mib <= one.memory_mib for one in types):
        names = ", ".join(one.name for one in types)
        why = f"it asks for {job.vcpus} vCPUs and {job.memory_mib} MiB; none of {names} has both"
        return _wrong("job.blocked", job.id, "RUNNABLE", why, BLOCKED[2].remedy)
    return None


def _waits(fleet: Fleet, job: JobDetail, ahead: int) -> Explanation:
    usable, seconds = _usable(fleet), (fleet.now_ms - job.created_at) / 1000
    taken, limit = _taken(fleet), sum(one.max_vcpus for one in usable)
    if taken + max(job.vcpus, 1) > limit:
        why = f"the fleet is full: {taken} of {limit} vCPUs run jobs, it has waited {spell(seconds)} for one to end"
        remedy = "academyctl batch ce-ensure --max-vcpus N lets it grow"
        return Explanation(subject=job.id, state="RUNNABLE", why=why, remedy=remedy)
    if ahead:
        why = f"{ahead} older job{'' if ahead == 1 else 's'} wait before it"
        return Explanation(subject=job.id, state="RUNNABLE", why=why)
    if seconds < STUCK_AFTER:
        why = f"an instance is being started for it; it has waited {spell(seconds)}"
        return Explanation(subject=job.id, state="RUNNABLE", why=why)
    return _stuck(fleet, job, usable, spell(seconds))


def _stuck(fleet: Fleet, job: JobDetail, usable: Sequence[ComputeEnvironmentDetail], waited: str) -> Explanation:
    """There is room, it is its turn, and no instance comes."""
    asked = sum(one.desired_vcpus for one in usable)
    joined = sum(load.instances for one in usable if (load := fleet.load(one)))
    if asked and not joined:
        why = f"it has waited {waited}: {asked} vCPUs are asked for and no instance has joined the cluster"
        remedy = "check the EC2 vCPU quota, the instance role, and the subnets' way to ECS (NAT or endpoints)"
    elif not asked:
        why = f"it has waited {waited}: Batch asks for no instance"
        remedy = "academyctl batch ce-check; the service role's policies"
    else:
        why = f"it has waited {waited}, though there is room and {joined} instances are there"
        remedy = "the job definition's memory_mib must leave room for the ECS agent on an instance"
    return _wrong("job.blocked", job.id, "RUNNABLE", why, remedy)


def _usable(fleet: Fleet) -> tuple[ComputeEnvironmentDetail, ...]:
    return tuple(one for one in attached_to_queue(fleet) if one.is_enabled and (one.is_valid or one.status in MOVING))


def _machines(fleet: Fleet, usable: Iterable[ComputeEnvironmentDetail]) -> tuple[MachineType, ...]:
    """The types of these environments; () where one of them is a family or was not read: then nobody can tell."""
    names = sorted({name for one in usable for name in one.instance_types})
    known = tuple(fleet.machines[name] for name in names if name in fleet.machines)
    return known if len(known) == len(names) else ()


def _taken(fleet: Fleet) -> int:
    """vCPUs of the jobs that are on an environment."""
    placed = [job for status in PLACED_JOBS for job in fleet.jobs.get(status, ())]
    return sum(fleet.details.get(job.id, job).vcpus for job in placed)


def _waited(fleet: Fleet, job: JobDetail) -> str:
    return spell((fleet.now_ms - job.created_at) / 1000)


def _failed(job: JobDetail) -> Explanation:
    said = "; ".join(dict.fromkeys(text for text in (job.container_reason, job.status_reason) if text))
    reason = decoded(said, FAILED) or decoded(said, BLOCKED)
    code = f"exit code {job.exit_code}" if job.exit_code is not None else ""
    why, remedy = (reason.why, reason.remedy) if reason else _by_exit_code(job)
    told = ", ".join(part for part in (code, f"AWS: {said}" if said else "") if part)
    return _wrong("job.failed", job.id, "FAILED", f"{why} ({told})" if told else why, remedy.format(id=job.id))


def _by_exit_code(job: JobDetail) -> tuple[str, str]:
    logs = "academyctl batch logs {id}"
    if job.exit_code in EXIT_CODES:
        return EXIT_CODES[job.exit_code]
    if job.exit_code:
        return "the worker itself ended with an error", logs
    if not job.started_at:
        return "it ended before it started", "submit it again"
    return "it was stopped", logs
