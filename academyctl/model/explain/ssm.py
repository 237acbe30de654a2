"""The codes of a stored parameter, and of a push to it."""

from academyctl.model.explain.article import Article

API = "AWS Systems Manager API Reference, PutParameter"
TIERS = "AWS Systems Manager User Guide, Managing parameter tiers"
DELETE_TYPE = (
    "aws ssm delete-parameter --name /academy/api/env  # its history goes with it: pull it first",
    "Wait 30 seconds: SSM refuses the name for that long after a deletion.",
)

SSM = {
    "ssm.absent": Article(
        what="The parameter does not exist in the stack's region and account.",
        why="Whoever loads its env from there (the worker at its start, a refresh of the API's container) fails. A "
        "job that starts now ends FAILED within seconds.",
        repair=(
            "academyctl doctor  # the right account and region? a wrong region looks the same",
            "academyctl ssm push --role all --file .env",
            "Deleted by mistake: SSM keeps no history of it. Take the env from a running container: docker inspect "
            "academy-api.",
        ),
        source=API,
    ),
    "ssm.type": Article(
        what="The parameter is a String (or StringList), not a SecureString.",
        why="Everybody with ssm:GetParameter reads its secrets without any right on the KMS key, and they stand in "
        "clear text in the console. SSM cannot turn a String into a SecureString (HierarchyTypeMismatchException).",
        repair=(
            "academyctl ssm pull --role api --to api.env",
            *DELETE_TYPE,
            "academyctl ssm push --role api --file api.env",
            "Change the secrets that stood there: they have been readable.",
        ),
        source=API,
    ),
    "ssm.size": Article(
        what="The blob is larger than its tier takes (Standard 4096 bytes, Advanced 8192), or uses more than 90 % of "
        "it.",
        why="Nearly full means that the next key that is added is refused, at the worst moment. Too large is refused "
        "now. Bytes count, not characters: one Korean letter is three.",
        repair=(
            "academyctl ssm show --role api  # the size, and which keys there are",
            "academyctl ssm unset --role api OLD_KEY  # what nobody reads: academyctl env scan . names those",
            "academyctl ssm push --role api --file .env --allow-advanced  # 8192 bytes; charged, and there is no way "
            "back",
        ),
        source=TIERS,
    ),
    "ssm.parse": Article(
        what="The stored text cannot be read in full by the reader that the role's consumer uses.",
        why="docker or python-dotenv stops at that line, or silently gives another value. It was written by "
        "something else than academyctl, which reads every blob back before it stores it.",
        repair=(
            "academyctl ssm history --role api  # who wrote it, when, and the last version that is whole",
            "academyctl ssm rollback --role api --to-version 41",
            "academyctl ssm push --role api --file .env  # or write it anew",
        ),
        source="docker CLI 28 and python-dotenv 1.2, run on the stored bytes",
    ),
    "ssm.braces": Article(
        what="A value contains two opening braces in a row ({{).",
        why="SSM takes {{…}} as a reference to another parameter and refuses the whole blob: \"Parameter value can't "
        'nest another parameter". A template that was never filled in looks like this, too.',
        repair=(
            "Fill the template in, or store the value base64-encoded and decode it in the code.",
            "academyctl ssm push --role api --file .env --dry-run  # names the keys",
        ),
        source=API,
    ),
    "ssm.empty": Article(
        what="Nothing of the file belongs to this role: the parameter would be empty.",
        why="SSM refuses an empty value, and an env without any key is a wrong --file nine times out of ten.",
        repair=("academyctl env split --file .env  # which key goes to which role", "Name the right file with --file."),
        source=API,
    ),
    "ssm.key-loss": Article(
        what="A key that is stored now is not in what would be written.",
        why="This is the outage that academyctl was made for: a push from an incomplete file took the R2 keys away "
        "and uploads answered 503. So a push that loses a key is refused unless the key is named.",
        repair=(
            "academyctl ssm diff --role api --file .env  # what would go",
            "academyctl ssm push --role api --file .env --merge  # keep what the file lacks",
            "academyctl ssm push --role api --file .env --allow-remove OLD_KEY  # this one may go",
        ),
        source="the plan of a push: stored keys without the new ones",
    ),
    "ssm.labels": Article(
        what="The parameter has 100 versions, and the oldest one carries a label.",
        why="SSM keeps 100 versions and drops the oldest for a new one, but never a labelled one: every write fails "
        "(ParameterMaxVersionLimitExceeded) until the label is gone.",
        repair=(
            "aws ssm unlabel-parameter-version --name /academy/api/env --parameter-version 12 --labels LABEL",
            "academyctl ssm push --role api --file .env",
        ),
        source="AWS Systems Manager User Guide, Working with parameter versions",
    ),
}
