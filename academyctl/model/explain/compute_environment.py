"""The codes of compute environments (`ce.`)."""

from academyctl.model.explain.article import Article

CHECK = "academyctl batch ce-check"
WHY = "academyctl batch why  # AWS's reason, put into words"
ENSURE = "academyctl batch ce-ensure"
ROLLOUT = "academyctl batch ce-rollout  # a new environment from the stack file; running jobs finish on the old one"
STATUS = "academyctl batch status"
API = "AWS Batch API Reference, CreateComputeEnvironment and UpdateComputeEnvironment"
UPDATING = "AWS Batch User Guide, Updating compute environments"
INVALID = "AWS Batch User Guide, INVALID compute environment (invalid_compute_environment)"
AL2 = "AWS Batch User Guide, Amazon ECS AL2 AMI deprecation (ecs-al2-ami-deprecation)"
QUOTAS = "AWS Batch User Guide, Service quotas (service_limits)"

COMPUTE_ENVIRONMENT = {
    "ce.absent": Article(
        what="No compute environment of the stack's stem (the name without -vN) exists, or the one that --ce or a "
        "rollback names is gone.",
        why="The queue has nowhere to start a job: everything that is submitted stays RUNNABLE.",
        repair=(
            "academyctl doctor  # the right account and region?",
            "academyctl batch setup --dry-run",
            "academyctl batch setup",
        ),
        source="a compute environment that is absent is an empty list of DescribeComputeEnvironments, not an error",
    ),
    "ce.invalid": Article(
        what="The environment's status is INVALID. AWS says why in statusReason only.",
        why="No new instance starts. Batch accepts a wrong role, subnet or launch template when an environment is "
        "made and finds out afterwards; jobs that already run go on.",
        repair=(
            WHY,
            "A role or instance profile that was deleted: recreate it under its old name first (academyctl batch "
            "setup). Without it the environment can neither work nor be deleted.",
            ROLLOUT,
            "academyctl batch ce-rollback  # if it became INVALID after a rollout and the former one is retained",
        ),
        source=INVALID,
    ),
    "ce.disabled": Article(
        what="The serving environment is DISABLED.",
        why="The scheduler places no new job on it; what runs there finishes. Unless another environment of the "
        "queue takes over, every new job stays RUNNABLE.",
        repair=(
            "academyctl batch status  # an open rollout disables blue on purpose: then leave it",
            "academyctl batch ce-ensure --enabled",
        ),
        source=API,
    ),
    "ce.max-vcpus": Article(
        what="maxvCpus of the environment is not the number that the stack file declares.",
        why="Too low and encodes queue up behind each other; too high and a flood of uploads costs more than was "
        "meant. A change by hand in the console is the usual cause.",
        repair=(
            "academyctl batch ce-ensure  # sets the stack's number, in place; running jobs are not touched",
            "Or change compute_environment.max_vcpus in stacks/STACK.yaml, if the number in AWS is the right one.",
        ),
        source=UPDATING,
    ),
    "ce.ami": Article(
        what="The AMI that a new environment would get cannot be used: the SSM parameter does not exist or names "
        "none, EC2 does not know the image, it is not arm64, it is Amazon Linux 2, or a launch template names "
        "another one.",
        why="Batch would accept it and the environment would end INVALID, or instances would come up and never join "
        "the cluster. So nothing is created.",
        repair=(
            "aws ssm get-parameter --name /aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended",
            "Correct compute_environment.ami in stacks/STACK.yaml, then: academyctl profile check",
            "academyctl batch ce-rollout --ami ami-0123456789abcdef0  # one image, by its id",
        ),
        source="Amazon ECS Developer Guide, Retrieving Amazon ECS-optimized Linux AMI metadata",
    ),
    "ce.ami-drift": Article(
        what="The serving environment runs another AMI than the parameter names today. A warning; an error once the "
        "running AMI is older than max_ami_age_days.",
        why="An environment with a pinned AMI never moves by itself: kernel, ECS agent and docker stay unpatched. An "
        "AMI that AWS deregistered starts no new instance at all.",
        repair=(
            "academyctl batch ce-rollout --dry-run",
            ROLLOUT,
        ),
        source=UPDATING,
    ),
    "ce.al2": Article(
        what="The environment runs Amazon Linux 2 (imageType ECS_AL2, or an amzn2-ami-ecs image).",
        why="Batch creates no environment on it since 2026-06-30, and it gets no security updates. The existing one "
        "goes on until it breaks, and then it cannot be made again.",
        repair=(
            ROLLOUT,
            "A launch template with user data for AL2 (yum, IMDSv1) may not work on Amazon Linux 2023: the canary "
            "shows it.",
        ),
        source=AL2,
    ),
    "ce.drift": Article(
        what="The environment differs from the stack file in something that an update in place does not change here: "
        "instance types, subnets, security groups, allocation strategy, instance role.",
        why="An infrastructure update in place may terminate running jobs after 30 minutes by default; an encode is "
        "tried once. So only a rollout changes these.",
        repair=(
            "academyctl batch ce-rollout --dry-run",
            ROLLOUT,
            "Or correct the stack file, if what stands in AWS is right.",
        ),
        source="AWS Batch User Guide, Infrastructure updates",
    ),
    "ce.service-role": Article(
        what="The environment runs with another service role than the stack declares; with an empty iam.service_role "
        "that is Batch's service-linked role.",
        why="With a custom service role AWS refuses every infrastructure update, and a deleted role leaves an "
        "environment that can neither work nor be deleted. The one cannot be swapped for the other in place.",
        repair=(
            'Leave iam.service_role: "" in stacks/STACK.yaml (the service-linked role).',
            ROLLOUT,
            "Keep the old role until the old environment is deleted: academyctl batch ce-prune --keep 0",
        ),
        source="AWS Batch User Guide, Using service-linked roles for AWS Batch; " + UPDATING,
    ),
    "ce.name": Article(
        what="The next environment's name (stem, -v and the next number) is longer than 128 characters.",
        why="AWS refuses the creation. It is told before anything else is done.",
        repair=("Shorten compute_environment.name in stacks/STACK.yaml; the new stem begins a new series.", CHECK),
        source=API,
    ),
    "ce.quota": Article(
        what="The Region has its 50 compute environments already.",
        why="AWS refuses another one, and this quota cannot be raised. A rollout needs one more for a while.",
        repair=(
            "academyctl batch ce-prune --keep 0  # what former rollouts left",
            "aws batch describe-compute-environments --query 'computeEnvironments[].computeEnvironmentName'",
        ),
        source=QUOTAS,
    ),
    "ce.retained": Article(
        what="An environment stays that might have been deleted: it is enabled, another queue uses it, something "
        "runs on it, or academyctl did not retain it.",
        why="Deleting an environment terminates its instances, and every job on them fails for good. Without proof "
        "that it is empty it stays.",
        repair=(
            STATUS,
            "Run ce-prune again when its jobs are over.",
            "academyctl batch ce-prune --include-untagged  # also DISABLED ones of the stem that were made by hand",
        ),
        source="AWS Batch User Guide, Blue/green updates",
    ),
    "ce.architecture": Article(
        what="An instance type or the AMI is not arm64, or does not exist in the region.",
        why="The worker's image is built for linux/arm64: on x86_64 the container ends at once with exec format "
        "error. An environment takes one architecture only.",
        repair=(
            "Correct compute_environment.instance_types in stacks/STACK.yaml: a Graviton family has a g behind its "
            "number (c7g, m6gd).",
            "aws ec2 describe-instance-type-offerings --location-type availability-zone --filters "
            "Name=instance-type,Values=c7g.xlarge",
            ROLLOUT,
        ),
        source="Amazon EC2 User Guide, Instance type naming conventions; " + API,
    ),
}
