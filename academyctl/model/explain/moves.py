"""The codes of `error.code` of rollouts, containers and files, and of those who change them at the same time."""

from academyctl.model.explain.article import Article

AGAIN = "Run the same command again: it goes on from what stands in AWS."
REFRESH = "academyctl env refresh --container academy-api --role api"
SPARE = "a refresh stops the former container and removes it last"

MOVES = {
    "conflict.version": Article(
        what="Between reading and writing somebody else wrote a version of the parameter.",
        why="PutParameter has no condition, so it is found out by the version number. Their content was put back.",
        repair=("academyctl ssm history --role api", "Agree with them, then push again."),
        source="AWS Systems Manager API Reference, PutParameter (Version in the answer)",
    ),
    "conflict.revision": Article(
        what="Somebody else registered the job definition in between.",
        why="The newest ACTIVE revision is what SubmitJob takes by name.",
        repair=("academyctl batch jobdef-verify", "academyctl batch jobdef-register --dry-run"),
        source="AWS Batch API Reference, RegisterJobDefinition",
    ),
    "conflict.rollout": Article(
        what="The environment is part of an open rollout, which decides over its state.",
        why="Enabling blue by hand in the middle of a drain would undo it.",
        repair=("academyctl batch status  # whose rollout, and in which phase", "academyctl batch ce-rollout --abort"),
        source="tags academyctl:* of the compute environments",
    ),
    "lock.held": Article(
        what="Another run holds the stack's lock for parameters.",
        why="It ends by itself two minutes after a run was killed.",
        repair=("academyctl ssm unlock --dry-run  # whose, where and since when", "academyctl ssm unlock"),
        source="the history of the lock's own parameter: who wrote first after the last `free`",
    ),
    "lock.changed": Article(
        what="The lock changed hands while it was shown.",
        why="Freeing it now would free somebody else's.",
        repair=("academyctl ssm unlock --dry-run",),
        source="the lock parameter's version",
    ),
    "rollout.foreign": Article(
        what="An open rollout belongs to another caller, or was asked for another AMI or stack file.",
        why="Two who move the same queue would undo each other's steps.",
        repair=(
            "academyctl batch status  # who, since when, and in which phase",
            "academyctl batch ce-rollout --take-over  # when they agree, or are gone",
            "academyctl batch ce-rollout --abort  # close it and go back to blue",
        ),
        source="tags academyctl:by and academyctl:spec of green",
    ),
    "rollout.open": Article(
        what="A rollout is open, and this command needs it closed.",
        why="It decides over both environments until it ends.",
        repair=("academyctl batch ce-rollout  # goes on with it", "academyctl batch ce-rollout --abort"),
        source="tags academyctl:phase",
    ),
    "rollout.incomplete": Article(
        what="The rollout is not finished: a wait ran out, or AWS failed on the way.",
        why="The queue has a serving environment all the time; no job is lost.",
        repair=("academyctl batch ce-rollout  # goes on", "academyctl batch status"),
        source="exit code 75",
    ),
    "rollout.half-aborted": Article(
        what="An abort was begun and did not reach its end.",
        why="Traffic may be on either side; both are there.",
        repair=("academyctl batch ce-rollout --abort  # goes on with it", "academyctl batch status"),
        source="tags academyctl:phase",
    ),
    "rollout.no-blue": Article(
        what="The environment to go back to is gone or INVALID.",
        why="Turning back would end in nothing, so green stays as it is.",
        repair=(
            "academyctl batch why",
            "academyctl batch ce-rollout --ami ami-0123456789abcdef0  # a new one, with the former image",
        ),
        source="tag academyctl:from of green",
    ),
    "rollout.canary": Article(
        what="A canary queue or job definition of that name exists and is not of this rollout.",
        why="It might be somebody's own: it is not touched.",
        repair=("academyctl batch status", "Delete it by hand if it is a left-over, then run the rollout again."),
        source="tag academyctl:rollout of the queue",
    ),
    "rollout.*": Article(
        what="A rollout ended otherwise than it was meant to.",
        why="The production queue has a serving environment all the time, and no job is lost.",
        repair=("academyctl batch status", "academyctl batch ce-rollout  # goes on"),
        source="tags academyctl:* of the compute environments",
    ),
    "engine.*": Article(
        what="The container engine refused, failed, or does not answer.",
        why="engine.unreachable and engine.denied: nothing was done. engine.answer-lost: it may or may not have been.",
        repair=("academyctl doctor  # which engine, and which version", "docker ps -a", "sudo systemctl status docker"),
        source="Docker Engine API",
    ),
    "container.*": Article(
        what="A refresh of a container could not be done, or its new container did not come up.",
        why="The former container serves again under its name, but for container.not-restored, which says what to do.",
        repair=("docker ps -a", "docker logs --tail 50 academy-api", f"{REFRESH} --rollback", REFRESH),
        source=SPARE,
    ),
    "conflict.container": Article(
        what="The container changed between the plan and the write.",
        why="Somebody else replaced, renamed or removed it: their work is not touched.",
        repair=("docker ps -a", REFRESH),
        source="the container's id",
    ),
    "conflict.refresh": Article(
        what="Another refresh of this container is under way.",
        why="Two at once would take each other's containers for their own.",
        repair=("docker ps -a", REFRESH),
        source="one lock for each container, on this host",
    ),
    "image.not-found": Article(
        what="The container's image is not on this host any more.",
        why="Its ENV cannot be told from what the run gave, and the new container could not be made.",
        repair=("docker image ls", "docker pull IMAGE"),
        source="Docker Engine API, ImageInspect",
    ),
    "file.*": Article(
        what="The file changed, or could not be written whole, while the command was at work.",
        why="What was there before is in the backup that the message names.",
        repair=("academyctl env restore --role api --to /home/ec2-user/.env --dry-run", AGAIN),
        source="the file's content before the write",
    ),
    "run.*": Article(
        what="The command of `env run` does not exist (exit 127) or cannot be executed (exit 126).",
        why="It was never started; nothing else happened.",
        repair=("academyctl env run --role api -- env  # try it with a command that exists",),
        source="POSIX, Shell Command Language, Exit Status for Commands",
    ),
    "delete-r2.*": Article(
        what="delete-r2 could not be deployed or tried.",
        why="Nothing was deleted that was not the test's own.",
        repair=("academyctl delete-r2 status", "academyctl delete-r2 deploy --dry-run"),
        source="academyctl delete-r2 --help",
    ),
}
