"""The codes of job queues (`queue.`)."""

from academyctl.model.explain.article import Article
from academyctl.model.explain.compute_environment import ENSURE, QUOTAS, STATUS, WHY

API = "AWS Batch API Reference, CreateJobQueue and UpdateJobQueue"
SETUP = "academyctl batch setup"

JOB_QUEUE = {
    "queue.absent": Article(
        what="The stack's job queue does not exist.",
        why="SubmitJob fails: the API answers every finished upload with an error, and the scan keeps the jobs as "
        "not submitted. They are submitted once the queue is there.",
        repair=("academyctl doctor  # the right account and region?", f"{SETUP} --dry-run", SETUP),
        source=API,
    ),
    "queue.disabled": Article(
        what="The queue is DISABLED, or its status is INVALID.",
        why="A disabled queue refuses new jobs; those in it go on. An INVALID one starts nothing.",
        repair=(
            WHY,
            SETUP,
            "Somebody disabled it for a reason? academyctl batch jobs shows what is still in it.",
        ),
        source=API,
    ),
    "queue.order": Article(
        what="The queue's order of environments is not what the stack explains: it names none of the stem, or an "
        "INVALID one, or an enabled one stands before the one that should serve.",
        why="The scheduler tries environments in that order. Jobs land on an environment that nobody watches, or "
        "nowhere. A rollout that is open is no finding.",
        repair=(
            STATUS + "  # the order, and what each one is",
            ENSURE,
            "academyctl batch ce-rollback  # if the one before it is a green that was left over",
            "Terraform or a script that owns the queue may write its own order back: tell it to ignore the order.",
        ),
        source=API,
    ),
    "queue.slots": Article(
        what="The queue has its three environments already, and none of them may be detached.",
        why="AWS takes at most three a queue, which cannot be raised; a rollout needs a slot for green. Only a "
        "retained, DISABLED and drained environment that academyctl tagged makes room by itself.",
        repair=(
            STATUS,
            "academyctl batch ce-prune --keep 0",
            "Take a foreign one out of the queue by hand, if nothing needs it there.",
        ),
        source=QUOTAS,
    ),
    "queue.quota": Article(
        what="The Region has its 50 job queues already.",
        why="The canary of a rollout needs a queue of its own for a few minutes.",
        repair=(
            "aws batch describe-job-queues --query 'jobQueues[].jobQueueName'",
            "Delete one that nobody uses. --no-canary would go without the proof: not on production.",
        ),
        source=QUOTAS,
    ),
    "queue.shared": Article(
        what="Another queue uses this environment and would be left without any that serves.",
        why="Disabling blue would stop that queue's jobs, which this stack knows nothing about.",
        repair=(
            "aws batch describe-job-queues --query 'jobQueues[].[jobQueueName,computeEnvironmentOrder]'",
            "Give the other queue an environment of its own, then run the rollout again.",
        ),
        source=API,
    ),
}
