"""What the delete-r2 commands and preflight read: each fact once, side by side. Clients are made before the threads."""

from dataclasses import replace

from academyctl.aws.concurrent import begin
from academyctl.aws.iam import Iam
from academyctl.aws.lambda_functions import Functions
from academyctl.aws.logs import Logs
from academyctl.aws.sqs import read_queue
from academyctl.cli.run import Run
from academyctl.model.delete_r2 import DeleteR2Facts, DesiredDeleteR2
from academyctl.model.iam import RoleDetail, WantedRole
from academyctl.plan.delete_r2 import Code, desired_delete_r2
from academyctl.profiles.lambda_code import code_sha256, load_code
from academyctl.profiles.policies import load_policies

SERVICES = ("sqs", "iam", "logs", "lambda")


def declared_delete_r2(run: Run) -> DesiredDeleteR2:
    """What the run's stack declares, with the code that this installation has. Calls nothing."""
    code = load_code()
    stack = replace(run.stack, region=run.region)
    return desired_delete_r2(stack, load_policies(), Code(content=code, sha256=code_sha256(code)))


def read_delete_r2(run: Run, desired: DesiredDeleteR2) -> DeleteR2Facts:
    """Seven facts in nine calls."""
    connection = run.connection
    for service in SERVICES:
        connection.client(service)
    iam, functions = Iam(connection), Functions(connection)
    queue = begin(read_queue, connection, desired.queue.name)
    dead_letters = begin(read_queue, connection, desired.dead_letters.name)
    role = begin(read_wanted_role, iam, desired.role)
    group = begin(Logs(connection).read_group, desired.log_group)
    function = begin(functions.read_function, desired.function.name)
    mappings = begin(functions.read_mappings, desired.queue.arn)
    return DeleteR2Facts(
        queue=queue.result(),
        dead_letters=dead_letters.result(),
        role=role.result(),
        log_group=group.result(),
        function=function.result(),
        mappings=mappings.result(),
    )


def read_wanted_role(iam: Iam, wanted: WantedRole) -> RoleDetail | None:
    """The role with those of its inline policies that are wanted."""
    role = iam.read_role(wanted.name)
    if role is None:
        return None
    found = {policy: iam.read_inline(wanted.name, policy) for policy in wanted.inline}
    return replace(role, inline={policy: document for policy, document in found.items() if document is not None})
