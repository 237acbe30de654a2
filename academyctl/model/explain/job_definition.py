"""The codes of job definitions (`jobdef.`) and jobs (`job.`)."""

from academyctl.model.explain.article import Article

API = "AWS Batch API Reference, RegisterJobDefinition"
RETRY = "AWS Batch API Reference, RetryStrategy and SubmitJob"
VERIFY = "academyctl batch jobdef-verify"
REGISTER = (
    "academyctl batch jobdef-register --dry-run",
    "academyctl batch jobdef-register  # registering deploys: jobs submitted from then on run it",
)
FILE = "Or correct job_definition in stacks/STACK.yaml, if what stands in AWS is right."

JOB_DEFINITION = {
    "jobdef.absent": Article(
        what="There is no ACTIVE revision of the job definition.",
        why="SubmitJob fails with it: no video is encoded. Deregistered revisions stay INACTIVE for 180 days and "
        "cannot be submitted.",
        repair=REGISTER,
        source=API,
    ),
    "jobdef.attempts": Article(
        what="retryStrategy.attempts is more than 1, in AWS or in the stack file.",
        why="Batch would start a failed encode again by itself, beside the database's own decision. Two runs of one "
        "job cost hours of compute; whether to try again is decided by the job's row alone.",
        repair=(*REGISTER, "academyctl batch jobdef-verify --live  # jobs that are already submitted keep theirs"),
        source=RETRY,
    ),
    "jobdef.timeout": Article(
        what="attemptDurationSeconds is not the stack's, or not set.",
        why="Without a timeout a hung encode holds its instance for ever; with a short one Batch kills a long "
        "lecture: SIGTERM, and SIGKILL 30 s later. A rollout waits this long for blue to drain.",
        repair=(*REGISTER, FILE),
        source="AWS Batch User Guide, Job timeouts",
    ),
    "jobdef.image": Article(
        what="The image of the job definition is not the one that the stack declares.",
        why="Jobs run other code than everybody believes. An image by a tag is resolved when the task starts, so one "
        "revision may run two different images in a day.",
        repair=(
            "aws ecr describe-images --repository-name academy-video-worker --query 'imageDetails[].imageTags'",
            *REGISTER,
            FILE,
        ),
        source=API,
    ),
    "jobdef.role": Article(
        what="jobRoleArn or executionRoleArn is not the stack's role.",
        why="The execution role pulls the image and writes the log; the job role is what the worker itself may do. "
        "With the wrong one the container does not start, or the worker cannot read its parameter.",
        repair=("academyctl batch setup --dry-run  # do the roles exist as declared?", *REGISTER),
        source="AWS Batch User Guide, Execution IAM role",
    ),
    "jobdef.logs": Article(
        what="The job definition's log driver, group or region is not the stack's.",
        why="academyctl batch logs looks in the stack's group. A group that does not exist keeps the container from "
        "starting at all (ResourceInitializationError).",
        repair=("academyctl batch setup --dry-run  # makes the log group where it is missing", *REGISTER),
        source="AWS Batch User Guide, Using the awslogs log driver",
    ),
    "jobdef.command": Article(
        what="The command or the parameters of the job definition are not the worker's, it is no container "
        "definition, or it runs without an init process.",
        why="A job that is submitted without a declared parameter does not start. Without initProcessEnabled the "
        "worker is PID 1 and never sees the SIGTERM of a timeout, so it cannot say that it was stopped.",
        repair=REGISTER,
        source=API + "; signal(7): PID 1 has no default handlers",
    ),
    "jobdef.environment": Article(
        what="ACADEMY_ENV_PARAMETER or AWS_REGION of the job definition is not set, or is not the stack's.",
        why="The worker reads its env from the parameter that the first one names, and needs the region before it "
        "can: boto3 takes AWS_DEFAULT_REGION, not AWS_REGION, so the worker passes it on itself.",
        repair=REGISTER,
        source="AWS SDKs and Tools Reference Guide, AWS Region; the worker's start",
    ),
    "jobdef.resources": Article(
        what="vCPUs or memory of the job definition are not the stack's, or it is not for EC2.",
        why="Too much and it fits on no instance: the job stays RUNNABLE. Too little and ffmpeg is killed (exit 137).",
        repair=(*REGISTER, FILE),
        source="AWS Batch User Guide, Compute resource memory management",
    ),
    "jobdef.size": Article(
        what="The job definition is larger than the 24 KiB that Batch takes.",
        why="AWS refuses to register it. Usually an environment variable holds what belongs in the parameter.",
        repair=("Shorten job_definition in stacks/STACK.yaml; env belongs in SSM: academyctl ssm push --role worker",),
        source="AWS Batch User Guide, Service quotas (service_limits)",
    ),
    "job.attempts": Article(
        what="A job that is not over was submitted with more than one attempt of its own.",
        why="What SubmitJob is given beats the job definition. If this job fails, Batch encodes it again beside the "
        "database's decision.",
        repair=(
            "Let it end. Terminating it loses its encode.",
            "Find who submitted it: the API never sends a retryStrategy. academyctl batch jobs",
        ),
        source=RETRY,
    ),
    "job.blocked": Article(
        what="A job waits (RUNNABLE) and something keeps it from starting that does not pass by itself.",
        why="Batch does not fail it: it waits for ever, and with it everything behind it in the queue.",
        repair=(
            "academyctl batch why  # the reason, with its remedy",
            "academyctl batch ce-check",
            "Capacity that EC2 lacks passes by itself, mostly; more instance types and zones in the stack file help.",
        ),
        source="AWS Batch User Guide, Jobs stuck in a RUNNABLE status (job_stuck_in_runnable)",
    ),
    "job.failed": Article(
        what="A job ended FAILED.",
        why="Its video is not READY. Batch does not try it again: the API's scan sees the failure, and decides.",
        repair=(
            "academyctl batch jobs --status FAILED",
            "academyctl batch logs JOB_ID --tail 50",
            "academyctl batch why --job JOB_ID  # exit 137: memory; 143: stopped; CannotPullContainer: the image",
            "When the cause is gone: POST /api/videos/ID/retry",
        ),
        source="Amazon ECS Developer Guide, Stopped tasks error codes",
    ),
}
