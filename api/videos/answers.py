"""What every answer looks like: JSON, and for an error one envelope with a code that a machine reads."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

RETRY_AFTER = 5
"""Seconds that a client is asked to wait when something behind the API does not answer."""


class Refused(Exception):
    """The request ends here, with this status and code."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def answer(self) -> JsonResponse:
        answer = error(self.status, self.code, self.message)
        if self.status == 503:
            answer["Retry-After"] = str(RETRY_AFTER)
        if self.status == 401:
            answer["WWW-Authenticate"] = "Bearer"
        return answer


def error(status: int, code: str, message: str) -> JsonResponse:
    return JsonResponse({"error": {"code": code, "message": message}}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error(400, "bad_request", "the request is malformed")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error(404, "not_found", "there is nothing here")


def server_error(request: HttpRequest) -> HttpResponse:
    return error(500, "internal", "something broke; it is in the log")


def payload(status: int, /, **fields: Any) -> JsonResponse:
    return JsonResponse(fields, status=status)
