"""The SDK's exceptions → the messages an operator needs: engine down, denied, not found, in the way, broken.

What lies under a failure of requests is told by Python's own exceptions in its chain: requests itself is not imported.
"""

import socket
import ssl
from collections.abc import Iterator
from http.client import BadStatusLine

from docker import errors as sdk

from academyctl.containers.endpoint import Endpoint
from academyctl.model.errors import (
    EngineAnswerLost,
    EngineBusy,
    EngineDenied,
    EngineError,
    EngineUnreachable,
    NoSuchContainer,
    NoSuchImage,
)

GROUP = "sudo usermod -aG docker $USER and sign in again; or run it with sudo"


def translated(failure: Exception, *, doing: str, endpoint: Endpoint, write: bool) -> EngineError:
    """The error for one failed call; `doing` is what was tried, in the operator's words."""
    if isinstance(failure, sdk.APIError) and failure.response is not None:
        return _from_answer(failure, doing, endpoint)
    causes = tuple(_chain(failure))
    if _is_of_no_engine(causes):
        strange = endpoint.is_no_engine(doing)
        return EngineAnswerLost(f"{strange.message}; it may or may not have been done") if write else strange
    return _from_wire(causes, doing, endpoint, write)


def _is_of_no_engine(causes: tuple[BaseException, ...]) -> bool:
    """What answered speaks no HTTP, or no JSON, or not as the API does."""
    if any(isinstance(cause, BadStatusLine | ValueError) and not isinstance(cause, OSError) for cause in causes):
        return True
    return not any(isinstance(cause, OSError) for cause in causes)


def _from_answer(failure: sdk.APIError, doing: str, endpoint: Endpoint) -> EngineError:
    said = _quotable(str(failure.explanation or failure.response.reason or ""))
    message = f"{doing}: {said}" if said else f"{doing}: the engine answers {failure.status_code}"
    if isinstance(failure, sdk.ImageNotFound):
        return NoSuchImage(message, hint="docker image ls")
    match failure.status_code:
        case 404:
            return NoSuchContainer(message, hint="docker ps -a")
        case 401 | 403:
            return EngineDenied(message, hint="ask who runs the engine for the right to do it")
        case 409:
            return EngineBusy(message)
        case _:
            return EngineError(message)


def _quotable(text: str) -> str:
    """An engine that refuses a variable quotes it, with its value."""
    if "environment variable" in text.lower():
        return "the engine refuses a variable of the environment"
    return " ".join(text.split())


def _from_wire(causes: tuple[BaseException, ...], doing: str, endpoint: Endpoint, write: bool) -> EngineError:
    where = endpoint.host
    if any(isinstance(cause, PermissionError) for cause in causes):
        return EngineDenied(f"{doing}: not allowed to open the engine's socket {where}", hint=GROUP)
    if _was_sent(causes):
        if write:
            return EngineAnswerLost(f"{doing}: the engine at {where} never answered; it may or may not have been done")
        return EngineUnreachable(f"{doing}: the engine at {where} does not answer", hint="docker version")
    why = next((why for cause in causes if (why := _reason(cause))), "cannot be reached")
    hint = f"start the engine (systemctl start docker), or correct {endpoint.setting}"
    return EngineUnreachable(f"{doing}: the engine at {where} {why}", hint=hint)


def _was_sent(causes: tuple[BaseException, ...]) -> bool:
    """The request may have reached the engine: the connection was open, and then silence or an end."""
    if any(type(cause).__name__ in ("ConnectTimeoutError", "NewConnectionError") for cause in causes):
        return False
    lost = TimeoutError | ConnectionResetError | BrokenPipeError
    return any(isinstance(cause, lost) and not isinstance(cause, ssl.SSLError) for cause in causes)


def _reason(cause: BaseException) -> str:
    match cause:
        case FileNotFoundError():
            return "is not there (no such socket)"
        case ConnectionRefusedError():
            return "refuses the connection"
        case socket.gaierror():
            return "has an unknown host name"
        case ssl.SSLError():
            return "and we do not agree on TLS"
        case TimeoutError():
            return "does not answer"
        case _:
            return ""


def _chain(failure: BaseException) -> Iterator[BaseException]:
    """A failure and all that it was made of; urllib3 keeps some of it in `args` and `reason`."""
    seen: set[int] = set()
    waiting: list[BaseException] = [failure]
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        waiting += [other for other in inner if isinstance(other, BaseException)]
