"""Who we are."""

from dataclasses import dataclass

from academyctl.aws.connect import Connection


@dataclass(frozen=True, kw_only=True)
class Caller:
    account: str
    arn: str


def read_caller(connection: Connection) -> Caller:
    """sts:GetCallerIdentity, which needs no permission."""
    answer = connection.call("sts", "get_caller_identity", doing="asking AWS who we are", gives="Account")
    return Caller(account=answer["Account"], arn=answer["Arn"])
