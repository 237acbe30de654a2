"""botocore's exceptions → the four messages an operator needs: denied, not found, throttled, broken.

The text of SSM's answer to a write is never passed on: a ValidationException may quote the value that was sent.
"""

import re

from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from academyctl.model.errors import (
    AccessDenied,
    AlreadyExists,
    AnswerLost,
    AwsError,
    Busy,
    NotAws,
    NotFound,
    NotOffered,
    Refusal,
    Throttled,
    Unreachable,
)

_DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "AuthorizationError",
    "AuthorizationErrorException",
}
_NOT_FOUND = {
    "ParameterNotFound",
    "ParameterVersionNotFound",
    "NoSuchEntity",
    "ResourceNotFoundException",
    "ClusterNotFoundException",
    "RepositoryNotFoundException",
    "QueueDoesNotExist",
    "AWS.SimpleQueueService.NonExistentQueue",
}
_NOT_OFFERED = {"NotImplemented", "UnknownOperation", "UnknownOperationException", "InvalidAction"}
_EXISTS = {
    "ParameterAlreadyExists",
    "EntityAlreadyExists",
    "ResourceAlreadyExistsException",
    "QueueAlreadyExists",
    "QueueNameExists",
}
_THROTTLED = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "TooManyUpdates",
    "SlowDown",
    "PriorRequestNotComplete",
}
_CREDENTIALS = {
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "AuthFailure",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "IncompleteSignature",
}
_MEANINGS = {
    "ParameterAlreadyExists": ("the parameter exists already", "run the command again"),
    "ParameterLimitExceeded": (
        "the account has no room for one more parameter",
        "delete parameters nobody reads",
    ),
    "ParameterMaxVersionLimitExceeded": (
        "the oldest of the 100 versions carries a label, so SSM refuses a new one",
        "aws ssm unlabel-parameter-version --name NAME --parameter-version OLDEST --labels LABEL",
    ),
    "HierarchyTypeMismatchException": (
        "a stored String cannot become a SecureString",
        "aws ssm delete-parameter --name NAME; wait 30 s; push again",
    ),
    "InvalidKeyId": (
        "the KMS key does not exist, is disabled, or is not usable here",
        "check --kms-key and the stack's ssm.kms_key",
    ),
    "ValidationException": (
        "SSM refuses the request as invalid (tier, size, name or content)",
        "academyctl ssm verify --role all",
    ),
    "UnsupportedParameterType": ("the parameter's type is not supported", ""),
    "PoliciesLimitExceededException": ("too many parameter policies", ""),
}
_Texts = tuple[tuple[re.Pattern[str], type[Refusal] | type[NotFound]], ...]
_BATCH_TEXTS: _Texts = (
    (re.compile("Object already exists", re.IGNORECASE), AlreadyExists),
    (re.compile("being modified|existing JobQueue relationship|must be valid", re.IGNORECASE), Busy),
    (re.compile("does not exist|not found", re.IGNORECASE), NotFound),
)
"""Read from https://github.com/hashicorp/terraform-provider-aws/issues/44644, /46925 and the Batch API's texts."""
_LAMBDA_TEXTS: _Texts = (
    (re.compile("already exist", re.IGNORECASE), AlreadyExists),
    # What IAM was told a moment ago is not known to Lambda yet.
    (re.compile("cannot be assumed by Lambda|role does not have permissions", re.IGNORECASE), Busy),
    (re.compile("update is in progress|in the following state|in progress for", re.IGNORECASE), Busy),
)
"""Read from https://github.com/hashicorp/terraform/issues/29604, https://github.com/aws/aws-cdk/issues/6770,
https://github.com/anomalyco/sst/issues/5737 and the API's texts of CreateFunction and CreateEventSourceMapping."""
_TEXTS = {
    "ClientException": _BATCH_TEXTS,
    "InvalidParameterValueException": _LAMBDA_TEXTS,
    "ResourceConflictException": _LAMBDA_TEXTS,
}
"""Codes that say nothing by themselves."""
_BUSY = {"ResourceInUseException", "QueueDeletedRecently", "AWS.SimpleQueueService.QueueDeletedRecently"}
SIGN_IN = "check AWS_PROFILE; for SSO: aws sso login"


def code_of(failure: Exception) -> str:
    return str(failure.response.get("Error", {}).get("Code", "")) if isinstance(failure, boto.ClientError) else ""


def is_throttle(failure: Exception) -> bool:
    return code_of(failure) in _THROTTLED or _status(failure) == 429


def is_server_fault(failure: Exception) -> bool:
    return _status(failure) >= 500 and not is_not_offered(failure)


def is_not_offered(failure: Exception) -> bool:
    """There is no such operation there: sending it again will not help."""
    return _status(failure) == 501 or code_of(failure) in _NOT_OFFERED


def is_lost_answer(failure: Exception) -> bool:
    """The request may have reached AWS; what became of it is not known. A plain HTTPClientError tells no more."""
    lost = boto.ReadTimeoutError | boto.ConnectionClosedError | ResponseParserError
    return isinstance(failure, lost) or type(failure) is boto.HTTPClientError


def _status(failure: Exception) -> int:
    if not isinstance(failure, boto.ClientError):
        return 0
    return int(failure.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def translated(failure: Exception, *, action: str, doing: str, write: bool, endpoint: str) -> AwsError:
    """The error for one failed call. `action` is the IAM action, `doing` what was tried, in the operator's words."""
    endpoint = without_user(endpoint)
    if isinstance(failure, boto.ClientError):
        return _from_answer(failure, action, doing, write, endpoint)
    if is_lost_answer(failure):
        if write:
            return AnswerLost(f"{doing}: {endpoint} never answered; the write may or may not have been applied")
        return Unreachable(f"{doing}: {endpoint} did not answer", hint="check the network and AWS_ENDPOINT_URL")
    return from_sdk(failure, doing=doing, endpoint=endpoint)


def without_user(url: str) -> str:
    """A URL without the user and password that may stand in it."""
    scheme, mark, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"


def no_aws(doing: str, write: bool, endpoint: str) -> AwsError:
    """Something answered, and not as AWS does: a portal, a proxy, the wrong port."""
    message, hint = (
        f"{doing}: {without_user(endpoint)} does not answer as AWS does",
        "check AWS_ENDPOINT_URL and the way to it",
    )
    return AnswerLost(message, hint=hint) if write else NotAws(message, hint=hint)


def _from_answer(failure: "boto.ClientError", action: str, doing: str, write: bool, endpoint: str) -> AwsError:
    code, text = code_of(failure), str(failure.response.get("Error", {}).get("Message", ""))
    if code in _DENIED or (code == "ClientException" and "not authorized to perform" in text):
        wanted = _denied_action(text) or action
        return AccessDenied(f"{doing}: not allowed to call {wanted}", hint=f"grant {wanted} to the caller")
    if code in _CREDENTIALS:
        return Unreachable(f"{doing}: AWS rejects the credentials ({code})", code="aws.credentials", hint=SIGN_IN)
    if is_not_offered(failure):
        return NotOffered(f"{doing}: {endpoint} has no {action}", hint="an emulator lacks it, or the region does")
    if code in _NOT_FOUND:
        return NotFound(f"{doing}: it does not exist", hint="check the name, the version and the region")
    if is_throttle(failure):
        return Throttled(
            f"{doing}: AWS throttles ({code}), 6 attempts were not enough", hint="wait a minute, run it again"
        )
    if is_server_fault(failure):
        kind = AnswerLost if write else AwsError
        return kind(
            f"{doing}: AWS failed ({code or _status(failure)})",
            hint="run it again; https://health.aws.amazon.com",
        )
    if not code or code.isdigit():
        return no_aws(doing, write, endpoint)
    meaning, hint = _MEANINGS.get(code, ("", ""))
    is_quotable = not (write and action.startswith("ssm:"))
    said = meaning or (f"AWS answers {code}: {text}" if is_quotable else f"AWS answers {code}")
    kind = _kind(code, text)
    return kind(f"{doing}: {said}" + (f" ({code})" if meaning else ""), hint=hint)


def _kind(code: str, text: str) -> type[Refusal] | type[NotFound]:
    if code in _EXISTS:
        return AlreadyExists
    if code in _BUSY:
        return Busy
    return next((kind for pattern, kind in _TEXTS.get(code, ()) if pattern.search(text)), Refusal)


def _denied_action(text: str) -> str:
    """The action that AWS's text names: a read of a SecureString may be denied by the key."""
    named = re.search(r"perform: ([a-z0-9-]+:[A-Za-z]+)", text)
    return named[1] if named else "kms:Decrypt" if "ciphertext" in text.lower() else ""


def from_sdk(failure: Exception, *, doing: str, endpoint: str = "AWS") -> AwsError:
    """A failure on this side of the wire: credentials, names, network."""
    match failure:
        case boto.NoCredentialsError():
            return no_credentials(doing)
        case boto.ProfileNotFound():
            return Unreachable(
                f"{doing}: {failure}", code="aws.credentials", hint="check AWS_PROFILE and ~/.aws/config"
            )
        case boto.PartialCredentialsError() | boto.CredentialRetrievalError() | boto.MetadataRetrievalError():
            return unusable_credentials(doing)
        case boto.SSOError() | boto.TokenRetrievalError() | boto.RefreshWithMFAUnsupportedError():
            return Unreachable(f"{doing}: the SSO session is over", code="aws.credentials", hint="aws sso login")
        case boto.SSLError():
            hint = "check AWS_CA_BUNDLE, and that AWS_ENDPOINT_URL is https where the endpoint is"
            return Unreachable(f"{doing}: no TLS that we trust with {endpoint}", hint=hint)
        case boto.HTTPClientError() | boto.ConnectionError():
            return Unreachable(
                f"{doing}: {endpoint} cannot be reached",
                hint="check the network, the region and AWS_ENDPOINT_URL",
            )
        case _:
            # Its text may hold a parameter's value (ParamValidationError quotes it): the type has to do.
            return AwsError(
                f"{doing}: the AWS SDK refuses ({type(failure).__name__})",
                hint="check ~/.aws/config and the AWS_* variables",
            )


def no_credentials(doing: str) -> Unreachable:
    hint = "set AWS_PROFILE, sign in with aws sso login, or run where an instance role serves"
    return Unreachable(f"{doing}: no AWS credentials found", code="aws.credentials", hint=hint)


def unusable_credentials(doing: str, unread: str = "") -> Unreachable:
    """`unread` is the file that they should come from, where it cannot be read."""
    why = f": {unread} cannot be read" if unread else ""
    return Unreachable(f"{doing}: the AWS credentials cannot be used{why}", code="aws.credentials", hint=SIGN_IN)
