"""The codes of containers (`container.`) and of the file that an env is restored to (`file.`)."""

from academyctl.model.explain.article import Article

REFRESH = "academyctl env refresh --container academy-api --role api"
RESTORE = "academyctl env restore --role api --to /home/ec2-user/.env"
INSPECT = "docker inspect academy-api"
ENGINE = "Docker Engine API, ContainerInspect and ContainerCreate"
RESTART = "`docker restart` starts the container with the env that it was created with"

CONTAINERS = {
    "container.role": Article(
        what="A refresh was asked to put one role's env into the container that another role's file names.",
        why="The env of one role in the container of another is how the API lost its R2 keys and uploads answered 503.",
        repair=(
            "academyctl env refresh --container academy-api --role api  # the role whose container it is",
            "correct `container:` in env_profiles/roles, if the file is wrong",
        ),
        source="env_profiles/roles/*.yaml, container",
    ),
    "container.not-running": Article(
        what="The container is stopped, paused, or was never started.",
        why="Its env may be sound and nobody is served. A refresh does not start what somebody stopped on purpose.",
        repair=("docker logs --tail 50 academy-api  # why it ended", "docker start academy-api", REFRESH),
        source=ENGINE,
    ),
    "container.restarting": Article(
        what="The container ends and is started again by its restart policy, again and again.",
        why="Between two starts it looks healthy for a moment. A missing env key that is read at start does this.",
        repair=(
            "docker logs --tail 50 academy-api",
            "academyctl env validate --container academy-api --role api",
            "academyctl env refresh --container academy-api --role api  # when the keys are in SSM",
        ),
        source=ENGINE,
    ),
    "container.unhealthy": Article(
        what="The container runs, and its own healthcheck fails.",
        why="The API answers /healthz as long as it lives and /readyz when database and Redis are there: an "
        "unhealthy one mostly lacks one of them, or the key that leads there.",
        repair=(
            "docker inspect --format '{{json .State.Health.Log}}' academy-api",
            "academyctl env validate --container academy-api --role api",
        ),
        source="Docker documentation, HEALTHCHECK",
    ),
    "container.version": Article(
        what="The container runs an older version of the parameter than the newest, or which one cannot be told.",
        why="A push changes the parameter and no process. " + RESTART + ", so the new keys are not there yet.",
        repair=(
            "academyctl env diff container:academy-api ssm: --role api  # which keys",
            f"{REFRESH} --dry-run",
            REFRESH,
        ),
        source=RESTART,
    ),
    "container.copy": Article(
        what="The engine made the copy of the container different from the original in more than its env.",
        why="A refresh changes nothing but env. The copy was removed and the former container serves.",
        repair=("docker version  # client and engine far apart?", INSPECT, "Recreate it by hand, once."),
        source=ENGINE,
    ),
    "container.compose": Article(
        what="The container belongs to docker compose.",
        why="The next `docker compose up` makes it anew from compose's own env_file, and the refreshed env is gone.",
        repair=(f"{RESTORE}  # so that compose reads the same", REFRESH),
        source="the label com.docker.compose.project",
    ),
    "container.auto-remove": Article(
        what="The container was run with --rm.",
        why="Stopping it removes it at once: there would be no way back when the new one does not come up.",
        repair=("Run it without --rm, once; a restart policy does what was meant.", REFRESH),
        source="docker run reference, --rm",
    ),
    "container.random-port": Article(
        what="A port is published on a host port that the engine chooses.",
        why="The new container gets another one, and what points to the old one (a proxy, a health check) does not "
        "follow.",
        repair=("docker port academy-api", "Name the port: -p 8000:8000."),
        source="docker run reference, --publish",
    ),
    "container.shared": Article(
        what="Another container lives in this one's network, PID or IPC namespace, or uses its volumes.",
        why="A namespace ends with its container: the other one would be cut off when this one is replaced.",
        repair=("docker ps -a", "Stop the other one, refresh, start it again."),
        source="docker run reference, --network container:NAME",
    ),
    "container.layer": Article(
        what="Something was written into the container itself: not into a volume, a bind mount or a tmpfs.",
        why="A new container begins with its image. What the former one wrote is in it alone, and goes when it is "
        "removed.",
        repair=(
            "docker diff academy-api",
            "docker cp academy-api:/path/of/it .  # what is needed",
            f"{REFRESH} --keep-old  # the former one stays, stopped",
            "Give what must last a volume.",
        ),
        source="Docker Engine API, ContainerChanges",
    ),
    "container.health-late": Article(
        what="The container's first healthcheck is due when --timeout is over already.",
        why="A refresh would stop the former container, wait in vain, and bring it back: an outage for nothing.",
        repair=(
            "docker inspect --format '{{json .Config.Healthcheck}}' academy-api",
            f"{REFRESH} --timeout 600",
        ),
        source="Docker documentation, HEALTHCHECK: the first probe comes an interval after the start",
    ),
    "container.restart-policy": Article(
        what="A refresh was cut off and somebody removed its new container, which held the former one's policy.",
        why="While a refresh is open the former container's policy is `no`: left so, it stays down after a reboot.",
        repair=(INSPECT, "docker update --restart unless-stopped academy-api"),
        source=ENGINE,
    ),
    "file.kept": Article(
        what="The old file has a key that the parameter lacks; with --merge it is kept.",
        why="It may be a key of this host only, or one that was never pushed.",
        repair=("academyctl ssm set --role api KEY  # store it", "academyctl env diff file:.env ssm: --role api"),
        source="the old file against the parameter",
    ),
    "file.stale": Article(
        what="The old file has a key that was removed from the parameter on purpose.",
        why="Kept by --merge, it comes back to life on this host.",
        repair=(
            "academyctl ssm history --role api  # who removed it, and when",
            f"{RESTORE}  # without --merge it goes",
        ),
        source="the parameter's history",
    ),
    "file.dropped": Article(
        what="The old file has a key that the parameter lacks, and it goes.",
        why="If the key was added on this host by hand, nothing else has it. A backup of the old file is kept.",
        repair=(f"{RESTORE} --merge  # keep it", "academyctl ssm set --role api KEY  # store it for all"),
        source="the old file against the parameter",
    ),
    "file.unreadable": Article(
        what="A line of the old file cannot be read, so its keys cannot be compared with the parameter's.",
        why="What would be lost cannot be told, so it is not overwritten unseen.",
        repair=(
            "academyctl env validate --file /home/ec2-user/.env --role api  # the line",
            "Repair or move the file.",
        ),
        source="docker CLI 28 and python-dotenv 1.2",
    ),
    "file.mount-point": Article(
        what="The target is itself a mount point (one file that is mounted into a container).",
        why="Nothing can be renamed onto a mount point, so it cannot be replaced in one step.",
        repair=(f"{RESTORE} --in-place  # not in one step", "Better: run it on the host, on the file's own path."),
        source="rename(2): EBUSY",
    ),
    "file.in-place": Article(
        what="The file was written over where it is (--in-place), not replaced in one step.",
        why="Who reads it in that moment may see half of it, and a full disk leaves half of it.",
        repair=("academyctl env validate --file /home/ec2-user/.env --role api",),
        source="open(2) with O_TRUNC",
    ),
    "file.mounted": Article(
        what="A running container has the old file mounted.",
        why="A mount holds the file, not its name: after the replacement the container still sees the old one.",
        repair=("docker restart NAME  # a mounted file is looked up again", "Or mount its folder instead."),
        source="bind mounts refer to the inode (mount(8))",
    ),
}
