"""The scheduler, and the instances it has: which job starts where, and what is launched and let go for it."""

from uuid import uuid4

from academyctl.sandbox.batch_behind import image_of
from academyctl.sandbox.batch_rules import DEFAULT_TYPES, vcpus_of
from academyctl.sandbox.batch_state import NEVER, Batch, Environment, Instance, Job

FAMILY_SIZES = ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge")


def place_jobs(batch: Batch, at: float) -> None:
    """Oldest first, each on the first environment in its queue's order that takes jobs and has room."""
    full: dict[tuple[str, int], str] = {}
    for job in [job for job in batch.jobs.values() if job.status == "RUNNABLE" and job.due == NEVER]:
        size = job.queue, job.vcpus
        if job.wish.stuck == "RUNNABLE":
            continue
        if size not in full and not _place(batch, job, at):
            full[size] = _why(batch, job)
        job.reason = full.get(size, "")


def _place(batch: Batch, job: Job, at: float) -> bool:
    for environment in _tried(batch, job):
        instance = _room(batch, environment, job, at) if environment.takes_jobs else None
        if instance:
            _put(batch, job, environment, instance, at)
            return True
    return False


def _tried(batch: Batch, job: Job) -> list[Environment]:
    """The environments of its queue, in their order."""
    queue = batch.queue(job.queue)
    return [one for arn in queue.environments if (one := batch.environment(arn))] if queue else []


def _why(batch: Batch, job: Job) -> str:
    """What AWS says of a job that blocks its queue (User Guide, job_stuck_in_runnable); "" where it only waits."""
    standing = _tried(batch, job)
    if all(one.status == "INVALID" for one in standing):
        return "ACTION_REQUIRED - CE(s) associated with the job queue are invalid."
    if all(job.vcpus > one.resources["maxvCpus"] for one in standing):
        return "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - Job requires more vCPUs than maxvCpus allows."
    if not any(_type_for(one, job.vcpus) for one in standing):
        return "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - No instance type has as many vCPUs as the job requires."
    if any(one.takes_jobs and batch.control.has("capacity", one.name) for one in standing):
        return "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - No instances of the wanted types are available."
    return ""


def _put(batch: Batch, job: Job, environment: Environment, instance: Instance, at: float) -> None:
    pace = batch.control.pace
    job.status, job.environment, job.instance, job.reason = "STARTING", environment, instance, ""
    job.task = f"arn:aws:ecs:{batch.region}:{batch.account}:task/{environment.cluster}/{uuid4().hex}"
    job.due = NEVER if job.wish.stuck == "STARTING" else at + pace.starting
    job.tells_at = NEVER if job.wish.hides_instance else at + pace.unplaced
    instance.idle_since = NEVER


def put_on(batch: Batch, job: Job, environment: Environment, at: float) -> None:
    """Without a look at the environment's state."""
    instance = _room(batch, environment, job, at)
    if instance:
        _put(batch, job, environment, instance, at)


def _room(batch: Batch, environment: Environment, job: Job, at: float) -> Instance | None:
    for instance in environment.instances:
        if free_vcpus(batch, instance) >= job.vcpus:
            return instance
    instance_type = _type_for(environment, job.vcpus)
    if not instance_type or not _may_grow(batch, environment, vcpus_of(instance_type)):
        return None
    return launch(batch, environment, instance_type, at)


def free_vcpus(batch: Batch, instance: Instance) -> int:
    return instance.vcpus - sum(job.vcpus for job in batch.jobs.values() if job.is_placed and job.instance is instance)


def _type_for(environment: Environment, vcpus: int) -> str:
    """The first of the declared types that is large enough; "" where a job needs more than one may have."""
    if vcpus > environment.resources["maxvCpus"]:
        return ""
    return next((name for name in _types(environment) if vcpus_of(name) >= vcpus), "")


def _types(environment: Environment) -> list[str]:
    names = (DEFAULT_TYPES.get(name, name) for name in environment.resources["instanceTypes"])
    return [one for name in names for one in ([name] if "." in name else [f"{name}.{size}" for size in FAMILY_SIZES])]


def _may_grow(batch: Batch, environment: Environment, vcpus: int) -> bool:
    """maxvCpus may be exceeded by one instance, but not with BEST_FIT (API reference, ComputeResource)."""
    if batch.control.take("capacity", environment.name):
        return False
    most, has = environment.resources["maxvCpus"], _vcpus(environment)
    is_best_fit = environment.resources.get("allocationStrategy") == "BEST_FIT"
    return bool(has + vcpus <= most if is_best_fit else has < most)


def _vcpus(environment: Environment) -> int:
    return sum(one.vcpus for one in environment.instances)


def launch(batch: Batch, environment: Environment, instance_type: str, at: float) -> Instance:
    wish = batch.control.take("ami", environment.name)
    resources = environment.resources
    image = wish.text if wish else image_of(resources) or batch.behind.default_image(resources)
    instance = Instance(
        ec2_id=batch.behind.launch(resources, instance_type, image),
        arn=f"arn:aws:ecs:{batch.region}:{batch.account}:container-instance/{environment.cluster}/{uuid4().hex}",
        type=instance_type,
        vcpus=vcpus_of(instance_type),
        ami=image,
        registered=at,
        idle_since=at,
    )
    environment.instances.append(instance)
    environment.has_scaled = True
    return instance


def scale(batch: Batch, at: float) -> None:
    """minvCpus are there, also in a DISABLED environment; beyond them an idle instance leaves after a while."""
    for environment in batch.environments.values():
        if environment.status == "VALID":
            while _vcpus(environment) < environment.desired_vcpus:
                launch(batch, environment, _types(environment)[0], at)
            environment.wanted = 0
        while leaving := [one for one in spare(environment) if one.idle_since + batch.control.pace.idle <= at]:
            environment.instances.remove(leaving[0])
            batch.behind.terminate([leaving[0].ec2_id])


def spare(environment: Environment) -> list[Instance]:
    """The idle instances that minvCpus do not need."""
    low, has = environment.resources.get("minvCpus", 0), _vcpus(environment)
    return [one for one in environment.instances if one.idle_since != NEVER and has - one.vcpus >= low]
