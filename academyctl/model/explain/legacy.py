"""The codes of delete-r2 and of what is left of the time before Batch."""

from academyctl.model.explain.article import Article

CLEANUP = ("academyctl batch cleanup-legacy --dry-run", "academyctl batch cleanup-legacy")
DEPLOY = ("academyctl delete-r2 deploy --dry-run", "academyctl delete-r2 deploy")
SQS = "Amazon SQS Developer Guide, Best practices; AWS Lambda Developer Guide, Using Lambda with Amazon SQS"

LEGACY = {
    "legacy.asg-in-use": Article(
        what="An Auto Scaling group of the time before Batch still has instances, or wants some.",
        why="Deleting it would terminate them, and with them whatever they encode. It is kept.",
        repair=(
            "aws autoscaling update-auto-scaling-group --auto-scaling-group-name NAME --min-size 0 "
            "--desired-capacity 0",
            "When its instances are gone: academyctl batch cleanup-legacy",
        ),
        source="Amazon EC2 Auto Scaling API Reference, DeleteAutoScalingGroup (ForceDelete is never sent)",
    ),
    "legacy.queue-not-empty": Article(
        what="A legacy SQS queue holds messages, or somebody just sent one.",
        why="Each may be a video that nobody encoded. A queue's counts are approximate, so they are read three times.",
        repair=(
            "aws sqs receive-message --queue-url URL --visibility-timeout 5 --max-number-of-messages 10",
            "Find who still sends; submit those videos again through the API; then: academyctl batch cleanup-legacy",
        ),
        source="Amazon SQS API Reference, GetQueueAttributes (approximate counts)",
    ),
    "legacy.queue-referenced": Article(
        what="A role's parameter still names the legacy queue in VIDEO_SQS_QUEUE_NAME.",
        why="The contract requires the key, and encoding no longer uses the queue. A process of the old kind that "
        "still runs would fail at its first message once the queue is deleted.",
        repair=(
            "academyctl ssm history --role api  # who set it, and when",
            "Make sure that no old worker runs, then go on.",
        ),
        source="env_profiles/roles/*.yaml",
    ),
    "legacy.leftover": Article(
        what="An Auto Scaling group, an alarm or a queue of the time before Batch is still there.",
        why="A forgotten group may scale out again when an old alarm fires; a queue takes messages that nobody reads.",
        repair=CLEANUP,
        source="`legacy` in stacks/STACK.yaml: only what matches its patterns is named",
    ),
    "delete-r2.absent": Article(
        what="A part of delete-r2 does not exist: a queue, the role, the log group, the Lambda or its event source "
        "mapping.",
        why="A video that is deleted in the API stays in the bucket and is paid for; its message waits, or cannot be "
        "sent at all.",
        repair=DEPLOY,
        source=SQS,
    ),
    "delete-r2.drift": Article(
        what="A part of delete-r2 exists and is not as it would be deployed: code, timeout, visibility, redrive, "
        "batch settings, rights.",
        why="A visibility timeout that is shorter than the Lambda's makes it delete one video several times at once; "
        "without partial batch responses one bad message repeats the whole batch.",
        repair=DEPLOY,
        source=SQS,
    ),
    "delete-r2.other-consumer": Article(
        what="Another event source mapping reads the same queue.",
        why="Each message goes to one of the two readers: half of the deletions would be done by code that nobody "
        "deployed from here. Nothing is changed.",
        repair=(
            "aws lambda list-event-source-mappings --event-source-arn QUEUE_ARN",
            "aws lambda delete-event-source-mapping --uuid UUID  # the other one, when its owner agrees",
            *DEPLOY,
        ),
        source=SQS,
    ),
    "delete-r2.dead-letters": Article(
        what="Messages were tried five times and given up: they are in the dead-letter queue.",
        why="What they name is still stored, and paid for. After 14 days SQS drops the messages, and nothing tells any "
        "more what was to be deleted.",
        repair=(
            "aws logs tail /aws/lambda/academy-video-delete-r2 --since 24h  # why",
            "aws sqs start-message-move-task --source-arn DEAD_LETTER_QUEUE_ARN  # try them again, when it is repaired",
        ),
        source="Amazon SQS Developer Guide, Dead-letter queues",
    ),
    "delete-r2.undeleted": Article(
        what="The test message was taken, and the object that it names is still there.",
        why="The Lambda works on another bucket than the worker's parameter names, or fails and says nothing.",
        repair=(
            "aws logs tail /aws/lambda/academy-video-delete-r2 --since 10m",
            "academyctl ssm show --role worker  # R2_ENDPOINT and a bucket are there?",
            *DEPLOY,
        ),
        source="an object of its own in the bucket, written and looked for",
    ),
}
