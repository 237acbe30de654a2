"""The codes of `error.code` when AWS, or the object store, does not do what was asked."""

from academyctl.model.explain.article import Article

AGAIN = "Run the same command again: it goes on from what stands in AWS."
STACK = "academyctl profile check"
BOTO = "botocore, the AWS SDK for Python"

CALLS = {
    "aws.access-denied": Article(
        what="AWS knows the caller, and the caller may not do this. The message names the IAM action.",
        why="A resource policy, a permissions boundary, an SCP or a KMS key policy may be what refuses, too: then "
        "the action alone does not help.",
        repair=(
            "academyctl doctor  # who the caller is",
            "Grant the named action. kms:Decrypt on an ssm: call means the parameter's customer key.",
        ),
        source="AWS IAM User Guide, Troubleshoot access denied error messages",
    ),
    "aws.credentials": Article(
        what="There are no AWS credentials, or AWS rejects them (expired, deleted, wrongly signed).",
        why="A clock that is more than 5 minutes off looks exactly like this.",
        repair=("academyctl doctor", "aws sso login"),
        source="AWS SDK for Python, Credentials",
    ),
    "aws.not-found": Article(
        what="What was asked for does not exist, here.",
        why="The same name in another region or account is another thing.",
        repair=("academyctl doctor  # account and region", "Check the name and the version."),
        source=BOTO,
    ),
    "aws.throttled": Article(
        what="AWS throttled the call six times in a row, over up to 30 seconds.",
        why="The limits are for the account and the region together: another script may be using them up.",
        repair=("Wait a minute, then run it again.",),
        source="AWS SDKs and Tools Reference Guide, Retry behavior",
    ),
    "aws.unreachable": Article(
        what="Nothing was sent, or nothing answered: no network, an unknown host, a refused connection, no TLS.",
        why="Nothing was written.",
        repair=("academyctl doctor",),
        source=BOTO,
    ),
    "aws.region": Article(
        what="There is no AWS region of this name.",
        why="The region is the stack's; only --region changes it.",
        repair=("Correct `region` in the stack file, or --region.", STACK),
        source="botocore's list of regions (endpoints.json)",
    ),
    "aws.answer-lost": Article(
        what="A write was sent and its answer never came.",
        why="It may have been done. It is not sent again: AWS would take it for a second one.",
        repair=("academyctl ssm history --role api  # for a push", "academyctl batch status  # for Batch", AGAIN),
        source="SSM and Batch have no client token for these calls",
    ),
    "aws.refused": Article(
        what="AWS said no to this very request: a limit, a type, a key, a state.",
        why="Sending it again will not help.",
        repair=("The message carries AWS's reason. For parameters: academyctl ssm verify",),
        source=BOTO,
    ),
    "aws.busy": Article(
        what="The resource is changing, or still in use for a moment.",
        why="Batch refuses an update while the one before is under way; it was tried again until the time was over.",
        repair=("academyctl batch status", AGAIN),
        source='AWS Batch answers ClientException: "… is being modified"',
    ),
    "aws.already-exists": Article(
        what="Something of this name exists already.",
        why="Nothing was overwritten. It may be what a killed run made.",
        repair=(AGAIN,),
        source='AWS Batch answers ClientException: "Object already exists"',
    ),
    "aws.failed": Article(
        what="AWS failed (5xx), or the SDK refused the request.",
        why="Reads were tried again; a write was not.",
        repair=("See https://health.aws.amazon.com, then run it again.",),
        source=BOTO,
    ),
    "aws.invalid": Article(
        what="Something that was created became INVALID.",
        why="AWS accepts wrong roles and networks at first and says so later.",
        repair=("academyctl batch why",),
        source="AWS Batch User Guide, INVALID compute environment",
    ),
    "ssm.read-back": Article(
        what="What SSM returns after the write is not what was written.",
        why="Nobody should run on it before it is understood.",
        repair=("academyctl ssm history --role api", "academyctl ssm rollback --role api"),
        source="every write is read back byte for byte",
    ),
    "aws.not-offered": Article(
        what="The endpoint has no such API.",
        why="An emulator lacks it, or the region does. In preflight it becomes check.denied.",
        repair=("academyctl doctor  # which endpoint",),
        source=BOTO,
    ),
    "r2.*": Article(
        what="The object store refused the worker's keys, has no such bucket, or does not answer.",
        why="The same keys serve the worker: its encodes fail, too.",
        repair=(
            "academyctl ssm show --role worker  # are the R2_* keys there?",
            "academyctl env validate --ssm --role worker",
        ),
        source="the S3 API as the store speaks it",
    ),
}
