"""The codes of this side: profile files, checks that cannot be made, and what `doctor` looks at."""

from academyctl.model.explain.article import Article

LOCAL = {
    "check.denied": Article(
        what="A check could not be made: the caller may not call the API, or the endpoint has no such API.",
        why="It says nothing about what would have been found. A warning, so that a missing right does not stop the "
        "other checks; do not read it as a pass.",
        repair=(
            "Grant the action that the message names, to the role that the gate runs as.",
            "academyctl preflight --skip 'ecr.*'  # if this gate shall never look there",
        ),
        source="Service Authorization Reference: one IAM action for each API call",
    ),
    "check.baseline": Article(
        what="An entry of the baseline accepts a finding that is not there any more.",
        why="It was repaired. An entry that stays would hide it if it came back, until the entry's date.",
        repair=("Take the entry out of the baseline file; the finding has its line.",),
        source="the baseline file against what this run found",
    ),
    "profile.invalid": Article(
        what="A file in env_profiles/ breaks its schema: an unknown or doubled key, a wrong form, a role that is "
        "named and does not exist. The finding has file, line and key path.",
        why="The contract cannot be trusted as long as one file of it is broken, so no command that needs it runs.",
        repair=(
            "academyctl profile check  # every error of every file at once",
            "academyctl profile schema stack > stack.schema.json  # for the editor",
        ),
        source="the JSON Schema that `academyctl profile schema` prints",
    ),
    "doctor.python": Article(
        what="This Python, or a package that academyctl uses, is older than it was tested with.",
        why="Two examples: python-dotenv before 1.2.4 reads `A= #c` in another way, and typer from 0.29 on makes "
        "every command start more than twice as slowly.",
        repair=("Install it anew, in an environment of its own: pipx install --force academyctl",),
        source="pyproject.toml, `dependencies`",
    ),
    "doctor.locale": Article(
        what="stdout is written in another encoding than UTF-8, as LANG or the terminal says.",
        why="Marks like ● and · are shown as numbers, and a key name that is not ASCII may be unreadable. Files and "
        "parameters are not affected: they are always UTF-8.",
        repair=("Set LANG=C.UTF-8 (or en_US.UTF-8), or PYTHONUTF8=1.",),
        source="Python documentation, sys.stdout and PYTHONUTF8",
    ),
    "doctor.credentials": Article(
        what="No AWS credentials were found, or AWS does not take them.",
        why="Every command that reads or writes AWS ends here, with exit 1. Commands on files work without.",
        repair=(
            "aws sso login --profile NAME  # then set AWS_PROFILE=NAME",
            "On EC2: the instance needs an instance profile, and IMDS must be reachable (from a container: hop limit "
            "2).",
            "In CI: give the job an OIDC role (permissions: id-token: write).",
            "Without any account: academyctl sandbox up prints the lines that lead a shell to an embedded AWS.",
        ),
        source="AWS SDK for Python, Credentials (the order in which providers are asked)",
    ),
    "doctor.network": Article(
        what="AWS, or the endpoint that AWS_ENDPOINT_URL names, does not answer.",
        why="Nothing that needs AWS works from here. A proxy, a VPN, a sandbox that is not running any more, a wrong "
        "port.",
        repair=(
            "Unset AWS_ENDPOINT_URL if it leads to a sandbox of yesterday.",
            "Set HTTPS_PROXY where a proxy leads out, and AWS_CA_BUNDLE where it re-signs TLS.",
        ),
        source="AWS SDKs and Tools Reference Guide, Service-specific endpoints",
    ),
    "doctor.region": Article(
        what="AWS_REGION, AWS_DEFAULT_REGION or the profile's region is set to another region than the stack's.",
        why="It is ignored: the stack names the region, so that no command looks at the wrong one by accident. The "
        "aws CLI beside it does follow it, and the two then see different things.",
        repair=(
            "Leave it, or unset it. Only --region changes academyctl's region.",
            "aws ssm get-parameter --region ap-northeast-2 --name /academy/api/env --query Parameter.Version",
        ),
        source="the stack file; AWS SDKs and Tools Reference Guide, AWS Region",
    ),
    "doctor.clock": Article(
        what="This machine's clock is off from AWS's by more than a minute (warning) or more than 4 minutes (error).",
        why="A signature is valid for 5 minutes. Beyond that every call fails with RequestExpired or "
        "SignatureDoesNotMatch, which look like bad credentials. Presigned upload URLs fail, too.",
        repair=(
            "sudo timedatectl set-ntp true",
            "A laptop that slept, a VM that was suspended: sudo chronyc makestep",
        ),
        source="AWS IAM User Guide, Elements of an AWS API request signature (SigV4: within 5 minutes)",
    ),
    "doctor.docker": Article(
        what="A docker engine is there and cannot be used: no right on its socket, or it does not answer. Where "
        "there is no engine at all, it is only an info.",
        why="What looks into a container needs it: env validate --container, env diff container:NAME, env refresh, and "
        "the containers of env matrix. Everything else works without.",
        repair=(
            "docker context ls  # which engine; DOCKER_HOST beats it",
            "sudo usermod -aG docker USER  # then sign in again; the group is as good as root",
            "sudo systemctl status docker",
        ),
        source="Docker documentation, Linux post-installation steps; Docker contexts",
    ),
    "doctor.folder": Article(
        what="The working folder or the temporary folder cannot be written, or the disk is full.",
        why="ssm pull, env split --out and env restore write a new file beside the target and rename it: without "
        "room for it they end with exit 2 and change nothing.",
        repair=("df -h . /tmp", "Change to a folder of your own, or set TMPDIR."),
        source="rename(2): a file is replaced in one step only within one file system",
    ),
}
