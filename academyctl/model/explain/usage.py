"""The codes of `error.code` when a command line, or what it names, cannot be used."""

from academyctl.model.explain.article import Article

HELP = "academyctl explain  # every code; academyctl COMMAND --help shows an example"
STACK = "academyctl profile check"

USAGE = {
    "usage": Article(
        what="The command line cannot be understood: an unknown command or option, a missing or superfluous word.",
        why="Nothing was read and nothing was written.",
        repair=(HELP,),
        source="academyctl --help",
    ),
    "usage.role": Article(
        what="The role is not declared in roles/, has no parameter in this stack, or one role is needed and `all` "
        "given.",
        why="Which parameter is meant decides whose keys are written.",
        repair=("academyctl profile check  # lists the role files", "The hint names the roles that are known."),
        source="env_profiles/roles/ and ssm.parameters of the stack file",
    ),
    "usage.stack": Article(
        what="There is no stack file of this name.",
        why="The stack decides account and region; there is no default for an unknown one.",
        repair=(STACK, "See --stack, ACADEMYCTL_STACK and the profile folder: academyctl doctor"),
        source="env_profiles/stacks/",
    ),
    "usage.profiles": Article(
        what="The profile folder has no roles/ or stacks/, or cannot be read.",
        why="Without the contract nothing can be checked.",
        repair=(
            "academyctl doctor  # which folder, and why that one",
            "Name it with --profiles or ACADEMYCTL_PROFILES.",
        ),
        source="--profiles, else ACADEMYCTL_PROFILES, else ./env_profiles, else the copy in the package",
    ),
    "usage.file": Article(
        what="A file cannot be read or written.",
        why="The command needs all of it; nothing was written in part.",
        repair=("academyctl doctor  # folders and rights",),
        source="the operating system's own reason stands in the message",
    ),
    "usage.path": Article(
        what="There is no Python file under a PATH that was named.",
        why="A scan of nothing finds nothing wrong.",
        repair=("academyctl env scan .",),
        source="academyctl env scan --help",
    ),
    "usage.confirm": Article(
        what="A command that writes ran without a terminal and without --yes.",
        why="A script that forgets --yes must not write, and must not wait for an answer for ever. Nothing was "
        "changed.",
        repair=("Add --yes where the script shall write, --check where it shall only look (exit 5 if there is work).",),
        source="every command that writes asks first",
    ),
    "usage.key": Article(
        what="The word is no key name; perhaps KEY=value was typed.",
        why="A value on the command line stands in the shell's history and in the process list.",
        repair=(
            'printf %s "$NEW" | academyctl ssm set --role api SECRET_KEY --yes',
            "If a secret was typed: remove it from the history, and change it.",
        ),
        source="academyctl ssm set --help",
    ),
    "usage.value": Article(
        what="The value cannot be taken: empty, of no allowed form, or not readable from stdin.",
        why="It would be stored as it is and fail later.",
        repair=('printf %s "$NEW" | academyctl ssm set --role api SECRET_KEY --yes',),
        source="academyctl ssm set --help",
    ),
    "usage.reveal": Article(
        what="Values would go to stdout without --reveal.",
        why="A log or a terminal's scrollback would keep them.",
        repair=("academyctl ssm pull --role api --to api.env  # into a file of mode 0600",),
        source="academyctl ssm pull --help",
    ),
    "usage.source": Article(
        what="The word is no source of an env.",
        why="A comparison needs two of: file:PATH, ssm:, ssm:@VERSION, container:NAME, process:.",
        repair=("academyctl env diff file:.env ssm: --role api",),
        source="academyctl env diff --help",
    ),
    "usage.ami": Article(
        what="--ami is neither `latest` nor an AMI id.",
        why="A name or an SSM path belongs in the stack file.",
        repair=("academyctl batch ce-rollout --ami latest --dry-run",),
        source="academyctl batch ce-rollout --help",
    ),
    "usage.status": Article(
        what="--status is no job status of AWS Batch.",
        why="Batch knows SUBMITTED, PENDING, RUNNABLE, STARTING, RUNNING, SUCCEEDED and FAILED.",
        repair=("academyctl batch jobs --status RUNNABLE --status RUNNING",),
        source="AWS Batch API Reference, ListJobs",
    ),
    "usage.code": Article(
        what="There is no finding or error of this code.",
        why="Codes are words that scripts rely on; they do not change their meaning.",
        repair=("academyctl explain  # lists all of them",),
        source="docs/codes.md",
    ),
    "usage.check": Article(
        what="--only or --skip matches no check.",
        why="A gate that checks nothing would pass for ever.",
        repair=("academyctl preflight --only 'ce.*'  # globs match the ids of checks",),
        source="academyctl preflight --help",
    ),
    "usage.platform": Article(
        what="The command works on POSIX systems only.",
        why="It needs owners, modes and signals as Linux has them; it is meant for the EC2 host.",
        repair=("Run it on the host, or in WSL.",),
        source="academyctl env --help",
    ),
    "usage.container": Article(
        what="The word is no name of a container.",
        why="Names have letters, digits, `_`, `.` and `-`.",
        repair=("docker ps -a",),
        source="Docker Engine API, ContainerCreate",
    ),
    "usage.docker-host": Article(
        what="DOCKER_HOST or the docker context names no address that can be opened.",
        why="Another engine than the one that was meant must not be changed, so no default is taken.",
        repair=(
            "docker context ls",
            "Set DOCKER_HOST to unix:///PATH or tcp://HOST:PORT; for ssh, open a tunnel first.",
        ),
        source="docker CLI reference, Environment variables",
    ),
    "usage.docker-context": Article(
        what="The docker context does not exist, or its file cannot be read.",
        why="Another engine than the one that was meant must not be changed, so no default is taken.",
        repair=("docker context ls", "academyctl doctor"),
        source="docker CLI, cli/context/store",
    ),
}
