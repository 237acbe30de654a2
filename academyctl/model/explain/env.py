"""The codes of an env: a file, a blob, a container or a process against its role's contract."""

from academyctl.model.explain.article import Article

CONTRACT = "env_profiles/roles/*.yaml, which declare each role's keys"
READERS = "docker CLI 28, compose-go and python-dotenv 1.2, run side by side on the same lines"
VALIDATE = "academyctl env validate --role api --file .env  # every other problem at once"

ENV = {
    "env.missing": Article(
        what="A key that the role's contract requires is not in this env at all.",
        why="The process fails when it first uses the key, not when it starts: an API without its R2 keys comes up "
        "healthy and answers every upload with 503.",
        repair=(
            VALIDATE,
            "academyctl env template --role api > missing.env  # every key with its meaning and an example",
            "academyctl ssm set --role api R2_ENDPOINT  # one key straight into the parameter; asks for the value",
            "If the key is wrong and the code no longer reads it, make it optional in roles/ROLE.yaml.",
        ),
        source=CONTRACT,
    ),
    "env.empty": Article(
        what="The key is there and its value is the empty text, where a value is required or the type has no empty "
        "form (a port, a bool, a number).",
        why="`DB_PORT=` is no absent key: os.environ has it, so a default in the code does not apply, and int('') "
        "raises. An unset variable in the script that wrote the file looks exactly like this.",
        repair=(
            VALIDATE,
            "Give the key a value, or remove the whole line of an optional key so that its default applies.",
        ),
        source=CONTRACT,
    ),
    "env.one-of": Article(
        what="Of a group of keys that can stand for each other (the worker's R2_BUCKET and R2_VIDEO_BUCKET) none is "
        "set, or two are set to different values.",
        why="With none the worker has no bucket to write to. With two different ones the API and the worker may use "
        "two buckets: an encode is READY and its playlist answers 404.",
        repair=(
            VALIDATE,
            "Set exactly one of them, or both to the same value. `one_of` in roles/worker.yaml names the group.",
        ),
        source=CONTRACT,
    ),
    "env.type": Article(
        what="The value cannot be read as the type that the contract declares: no number, no port between 1 and "
        "65535, no URL with scheme and host, no bool (1/0, true/false, yes/no, on/off).",
        why="The code parses it and fails, or worse, does not: DEBUG=False as plain text is true in Python.",
        repair=(
            VALIDATE,
            "Look for a URL in a host key, a host:port in a host key, quotes that became part of the value, a space "
            "at its end. The value itself is never shown: read it in the file.",
        ),
        source=CONTRACT,
    ),
    "env.pair": Article(
        what="The key only works together with another one, which is not set.",
        why="Half a pair is worse than none: botocore with AWS_ACCESS_KEY_ID and no secret stops with "
        "PartialCredentialsError and does not go on to the instance role, which would have worked.",
        repair=(VALIDATE, "Set the other key too, or remove both."),
        source="`with` in env_profiles/roles/*.yaml; botocore, credentials.py (EnvProvider)",
    ),
    "env.alias": Article(
        what="The key stands under a name that other systems use and this code never reads, such as "
        "CLOUDFLARE_R2_ENDPOINT for R2_ENDPOINT or REDIS_URL for REDIS_HOST.",
        why="In a file it is mapped for you when it is pushed. In a parameter or a container nobody maps it: the "
        "process sees no R2_ENDPOINT.",
        repair=(
            "academyctl ssm push --role all --file .env  # writes the names that the code reads",
            "Rename it in the file when you next touch it; nothing breaks until then.",
        ),
        source="`aliases` in env_profiles/roles/*.yaml",
    ),
    "env.alias-conflict": Article(
        what="The old name and the new name of one key are both set, to different values; or REDIS_URL says "
        "something that the four REDIS_* keys cannot carry (rediss://, a user).",
        why="Only one of the two can be meant, and no rule tells which. The wrong one points the API at another "
        "bucket or another Redis without an error.",
        repair=(
            "Find out which of the two is right, and delete the other line.",
            "academyctl env split --file .env  # shows which roles the key goes to",
            "academyctl ssm unset --role api VIDEO_BUCKET_NAME  # where the old name stands in a parameter",
        ),
        source="`aliases` in env_profiles/roles/*.yaml",
    ),
    "env.foreign": Article(
        what="The key is declared, but for another role.",
        why="A mixed .env is fine: the split takes it apart (info). In a parameter it is an error: writing one .env "
        "into both parameters is what once took the API's R2 keys away, and it hands the API's secrets to the worker.",
        repair=(
            "academyctl ssm push --role all --file .env  # from the mixed file: each role gets its own keys",
            "academyctl ssm unset --role api INTERNAL_WORKER_TOKEN  # or only this one",
            "If the role does read it, declare it in its roles/ROLE.yaml.",
        ),
        source=CONTRACT,
    ),
    "env.unknown": Article(
        what="No role declares this key, and no passthrough pattern takes it.",
        why="It is either a typing mistake (R2_ENDPIONT), so that the real key is missing, or a key that somebody "
        "added to the code and not to the contract. It cannot be told which parameter it belongs to.",
        repair=(
            "Correct the name if the message suggests one.",
            "Declare it in roles/ROLE.yaml (`keys`, or a pattern in `passthrough`), then: academyctl profile check",
            "academyctl ssm push --role all --file .env --unknown drop  # leave such keys out, and be told which",
            "academyctl ssm unset --role worker OLD_KEY  # where it stands in a parameter",
        ),
        source=CONTRACT,
    ),
    "env.duplicate": Article(
        what="One key is set on two lines.",
        why="The readers take the last one, people read the first one. After a merge by hand the two often differ, "
        "and the new value is the one that is not used.",
        repair=("Keep the line that is meant, delete the other; the finding has both line numbers.", VALIDATE),
        source=READERS,
    ),
    "env.parse": Article(
        what="A line cannot be read: no `=`, a quote that is never closed, a name with a space, or bytes that are "
        "not UTF-8. The line's text is not shown: it may hold a secret.",
        why="A file that is read in part loses keys silently, so it is refused whole and nothing is written.",
        repair=(
            "Open the file at the line that is named; an open quote is often some lines above.",
            "PowerShell's `>` writes UTF-16: write it with `Out-File -Encoding utf8`, or save it as UTF-8.",
            "A PEM key of several lines goes into one line with \\n, or base64.",
        ),
        source=READERS,
    ),
    "env.placeholder": Article(
        what="The whole value is something that was meant to be replaced: changeme, xxx, <…>, TODO.",
        why="It passes every check for presence and fails in production, as a rejected signature or an unknown host.",
        repair=(VALIDATE, "Set the real value: academyctl ssm set --role api SECRET_KEY"),
        source="academyctl's own list of such words",
    ),
    "env.reader": Article(
        what="docker --env-file, docker compose and python-dotenv read this line differently: quotes, ` #`, `$`, "
        "spaces round the `=`.",
        why='docker keeps the quotes of PASSWORD="a b" as part of the value, python-dotenv takes them off. The same '
        "file gives two passwords, and only one of them logs in.",
        repair=(
            "academyctl ssm push --role api --file .env  # stores it in the form that docker reads back",
            "Where a value has to be written by hand for docker: KEY=value, no quotes, no spaces, no comment behind "
            "it.",
        ),
        source=READERS,
    ),
    "env.kept": Article(
        what="A key of the running container is not in the parameter; a refresh keeps it.",
        why="It was given to `docker run` by hand, or is missing in SSM: the next container that is made from SSM "
        "alone would lack it.",
        repair=(
            "academyctl ssm set --role api KEY  # store it for every container",
            "academyctl env diff container:academy-api ssm: --role api  # all such keys",
        ),
        source="the container's env against the image's ENV and the parameter",
    ),
}
