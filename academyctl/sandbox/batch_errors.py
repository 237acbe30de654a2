"""What Batch answers when it refuses: two codes for everything, the meaning is in the message."""

from uuid import uuid4


class RefusedError(Exception):
    """ClientException, HTTP 400 unless told otherwise (API reference of Batch, Errors)."""

    def __init__(self, message: str, *, code: str = "ClientException", status: int = 400) -> None:
        super().__init__(message)
        self.message, self.code, self.status = message, code, status


def faulty(text: str) -> RefusedError:
    """A request that breaks a rule, in the words that Batch wraps round it."""
    return RefusedError(f"Error executing request, Exception : {text}, RequestId: {uuid4()}")


def already_exists() -> RefusedError:
    return RefusedError("Object already exists", status=409)


def being_modified(verb: str) -> RefusedError:
    """`verb`: update or delete."""
    return RefusedError(f"Cannot {verb}, resource is being modified")


def related() -> RefusedError:
    return RefusedError("Cannot delete, found existing JobQueue relationship")
