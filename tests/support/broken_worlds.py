"""Worlds that are broken in one place: how, what is found, and how it is repaired."""

from dataclasses import dataclass

from academyctl.sandbox.batch_images import AL2023_X86
from tests.support.breaks import (
    JOB_ROLE,
    Act,
    as_secure_string,
    detached,
    distrusted,
    other_in_profile,
    stored,
    unstored,
    without_env_policy,
    without_linked_role,
    without_profile,
    without_role,
)
from tests.support.breaks_around import (
    given_up,
    legacy_alarm,
    legacy_group,
    legacy_queue,
    other_account,
    other_consumer,
    own_account,
    purged,
    pushed,
    pushed_single,
    shortened,
    without_function,
    without_image,
    without_log_group,
    without_repository,
)
from tests.support.breaks_batch import (
    AL2_ARM,
    ami_named,
    disabled_queue,
    healed,
    invalid,
    no_ami_named,
    registered,
    stranger_first,
    stranger_gone,
    swapped,
    undefined,
    unswapped,
    updated,
    without_environment,
    without_queue,
)


@dataclass(frozen=True, kw_only=True)
class Break:
    """`found`: the codes of errors and warnings, sorted. `repair`: None where the hint is a command that does it;
    `stdin` is given to it, `words` are added. `profile`: changes of the stack file, text → text. `leaves`: what stands
    then is sound, and not what stood before."""

    breaks: Act
    found: tuple[str, ...]
    repair: Act | None = None
    stdin: str = ""
    words: tuple[str, ...] = ()
    profile: tuple[str, str] = ("", "")
    leaves: bool = False


YES = ("--yes",)
ROLLOUT = ("--yes", "--no-canary", "--soak", "0", "--stable-reads", "1", "--poll", "0.02")
POLL = ("--yes", "--poll", "0.02")
_TRUE = {"command": ["true"]}
BREAKS: dict[str, Break] = {
    "another account": Break(breaks=other_account, found=("account.mismatch",), repair=own_account),
    "no parameter": Break(breaks=unstored("worker"), found=("ssm.absent",), words=YES),
    "a String": Break(breaks=stored("api", type="String"), found=("ssm.type",), repair=as_secure_string),
    "a full parameter": Break(
        breaks=stored("api", add=f"SITE_URL=https://{'x' * 3500}"),
        found=("ssm.size",),
        repair=stored("api", drop="SITE_URL"),
    ),
    "a blob that cannot be read": Break(
        breaks=stored("worker", text="DB_NAME='academy\n"), found=("ssm.parse",), words=YES
    ),
    "a key is missing": Break(
        breaks=stored("api", drop="R2_ENDPOINT"), found=("env.missing",), words=YES, stdin="https://r2.example"
    ),
    "a key is empty": Break(
        breaks=stored("worker", drop="SECRET_KEY", add="SECRET_KEY="), found=("env.empty",), words=YES, stdin="key"
    ),
    "a value of no port": Break(
        breaks=stored("api", drop="DB_PORT", add="DB_PORT=abc"), found=("env.type",), words=YES, stdin="5432"
    ),
    "a placeholder": Break(
        breaks=stored("api", drop="DB_USER", add="DB_USER=changeme"),
        found=("env.placeholder",),
        words=YES,
        stdin="academy",
    ),
    "no bucket": Break(
        breaks=stored("worker", drop="R2_VIDEO_BUCKET"), found=("env.one-of",), words=YES, stdin="academy-video"
    ),
    "a foreign key": Break(breaks=stored("api", add="WORKER_ID=worker-1"), found=("env.foreign",), words=YES),
    "an unknown key": Break(breaks=stored("worker", add="R2_ENDPIONT=x"), found=("env.unknown",), words=YES),
    "an old name": Break(breaks=stored("api", add="VIDEO_BUCKET_NAME=academy-video"), found=("env.alias",), words=YES),
    "an old name that contradicts": Break(
        breaks=stored("api", add="VIDEO_BUCKET_NAME=b"), found=("env.alias-conflict",), words=YES
    ),
    "half a pair": Break(
        breaks=stored("api", add="AWS_ACCESS_KEY_ID=AKID"), found=("env.pair",), words=YES, stdin="secret"
    ),
    "a key twice": Break(breaks=stored("worker", add="DB_PORT=5432"), found=("env.duplicate",), words=YES),
    "no job role": Break(breaks=without_role, found=("iam.role-absent",), words=POLL),
    "a role that nobody may assume": Break(breaks=distrusted, found=("iam.trust",), words=POLL),
    "no right to pull": Break(breaks=detached, found=("iam.policy",), words=POLL),
    "no right to read the env": Break(breaks=without_env_policy, found=("iam.policy",), words=POLL),
    "no instance profile": Break(breaks=without_profile, found=("iam.instance-profile",), words=POLL),
    "another role in the profile": Break(breaks=other_in_profile, found=("iam.instance-profile",), words=POLL),
    "no service-linked role": Break(breaks=without_linked_role, found=("iam.role-absent",), words=POLL),
    "no image": Break(breaks=without_image, found=("ecr.image-absent",), repair=pushed("linux/arm64")),
    "no repository": Break(breaks=without_repository, found=("ecr.image-absent",), repair=pushed("linux/arm64")),
    "an image for another machine": Break(
        breaks=pushed("linux/amd64"), found=("ecr.architecture",), repair=pushed("linux/amd64", "linux/arm64")
    ),
    "a single image, and no way to its configuration": Break(
        breaks=pushed_single, found=("check.denied",), repair=pushed("linux/arm64")
    ),
    "no log group": Break(breaks=without_log_group, found=("logs.absent",), words=POLL),
    "no environment": Break(breaks=without_environment, found=("ce.absent", "queue.absent"), words=POLL),
    "an invalid environment": Break(breaks=invalid, found=("ce.invalid", "queue.order"), repair=healed),
    "a disabled environment": Break(breaks=updated(state="DISABLED"), found=("ce.disabled",), words=POLL),
    "another maximum": Break(breaks=updated(computeResources={"maxvCpus": 16}), found=("ce.max-vcpus",), words=POLL),
    "an old image": Break(breaks=swapped(age=37), found=("ce.ami-drift",), words=ROLLOUT, leaves=True),
    "an image that is too old": Break(breaks=swapped(age=96), found=("ce.ami-drift",), repair=unswapped),
    "Amazon Linux 2": Break(breaks=swapped(family=AL2_ARM), found=("ce.al2", "ce.ami-drift"), repair=unswapped),
    "a service role": Break(
        breaks=swapped(serviceRole=f"arn:aws:iam::123456789012:role/{JOB_ROLE}"),
        found=("ce.service-role",),
        repair=unswapped,
    ),
    "x86 machines": Break(
        breaks=swapped(family=AL2023_X86, instanceTypes=["c5.xlarge"]),
        found=("ce.ami-drift", "ce.architecture", "ce.architecture"),
        repair=unswapped,
    ),
    "no AMI is named": Break(
        breaks=no_ami_named,
        found=("ce.ami",),
        repair=ami_named,
        profile=("/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended", "/custom/ami"),
    ),
    "no queue": Break(breaks=without_queue, found=("queue.absent",), words=POLL),
    "a disabled queue": Break(breaks=disabled_queue, found=("queue.disabled",), words=POLL),
    "a stranger is tried first": Break(breaks=stranger_first, found=("queue.order",), repair=stranger_gone),
    "no job definition": Break(breaks=undefined, found=("jobdef.absent",), words=YES),
    "three attempts": Break(breaks=registered(retryStrategy={"attempts": 3}), found=("jobdef.attempts",), words=YES),
    "another image": Break(breaks=registered(image="busybox"), found=("jobdef.image",), words=YES),
    "another command": Break(breaks=registered(command=["true"]), found=("jobdef.command",), words=YES),
    "no delete-r2 function": Break(breaks=without_function, found=("delete-r2.absent",), words=POLL),
    "a short timeout of delete-r2": Break(breaks=shortened, found=("delete-r2.drift",), words=POLL),
    "somebody else reads delete-r2": Break(breaks=other_consumer, found=("delete-r2.other-consumer",)),
    "a deletion that was given up": Break(breaks=given_up, found=("delete-r2.dead-letters",), repair=purged),
    "an old queue": Break(breaks=legacy_queue, found=("legacy.leftover",), words=("--yes", "--poll", "0.1")),
    "an old alarm": Break(breaks=legacy_alarm, found=("legacy.leftover",), words=YES),
    "an old Auto Scaling group": Break(breaks=legacy_group, found=("legacy.leftover",), words=YES),
}
