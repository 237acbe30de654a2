"""How Batch starts the worker: its command, the parameters it is submitted with, the environment it needs.

Said here once, for what is registered and for what is checked.
"""

from academyctl.model.errors import UsageError
from academyctl.model.stack import Stack

COMMAND = ("python", "-m", "worker.batch_main", "--job-id", "Ref::job_id", "--attempt", "Ref::attempt")
"""`Ref::name` is replaced by the parameter of that name (User Guide, job_definition_parameters)."""
SELFCHECK = ("python", "-m", "worker.selfcheck")
PARAMETERS = {"job_id": "none", "attempt": "1"}
"""What a job gets that is submitted without its own. Not empty: Batch refuses a command with an empty word
(https://github.com/boto/boto3/issues/3612), and no job has the id `none`."""
ROLE = "worker"
"""The role of the profiles whose parameter the worker reads."""
ENV_PARAMETER = "ACADEMY_ENV_PARAMETER"
"""The variable that names it."""
MAX_ATTEMPTS = 1
"""Whether an encode is tried again is decided by the database, never by Batch."""


def worker_environment(stack: Stack) -> dict[str, str]:
    """What must be set before the worker can read its parameter. UsageError where the stack has none for it."""
    parameter = dict(stack.parameters).get(ROLE)
    if parameter is None:
        hint = f"add {ROLE} to ssm.parameters in the stack file {stack.name}.yaml"
        raise UsageError(f"stack {stack.name} has no parameter for the role {ROLE}", code="usage.role", hint=hint)
    return {ENV_PARAMETER: parameter, "AWS_REGION": stack.region}


def role_arn(stack: Stack, name: str) -> str:
    """A role of the stack's account. What is an ARN already stays as it is."""
    return name if name.startswith("arn:") else f"arn:aws:iam::{stack.account}:role/{name}"
