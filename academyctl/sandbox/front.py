"""The door of the embedded AWS: each HTTP request is named and logged, Batch's are answered here, the rest by moto."""

import io
import json
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote
from uuid import uuid4

from moto.moto_api._internal.models import moto_api_backend

from academyctl.sandbox.batch_backend import StrictBatch
from academyctl.sandbox.batch_errors import RefusedError
from academyctl.sandbox.calls import ApiCall, api_call
from academyctl.sandbox.control import Control
from academyctl.sandbox.control_http import CONTROL, control_answer

Environ = dict[str, Any]
Start = Callable[..., Any]
App = Callable[[Environ, Start], Iterable[bytes]]
PHRASES = {200: "OK", 400: "Bad Request", 404: "Not Found", 409: "Conflict", 429: "Too Many Requests"}
PHRASES |= {501: "Not Implemented"}


class Front:
    def __init__(self, moto: App, batch: StrictBatch, control: Control) -> None:
        self._moto, self._batch, self._control = moto, batch, control
        control.connect(moto_api_backend.reset)

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        path, body = environ.get("PATH_INFO", ""), _body(environ)
        if self._control.pace.latency:
            time.sleep(self._control.pace.latency)
        if path == CONTROL:
            return _respond(start, *control_answer(self._control, environ["REQUEST_METHOD"], body))
        if path == "/moto-api/reset":
            self._control.reset()
        if path.startswith("/moto-api"):
            return self._moto(environ, start)
        call = api_call(environ["REQUEST_METHOD"], _path(environ), _headers(environ), body)
        return self._answer(call, environ, body, self._logging(start, call))

    def _answer(self, call: ApiCall, environ: Environ, body: bytes, start: Start) -> Iterable[bytes]:
        try:
            if call.service == "batch":
                return _respond(start, 200, self._batch.answer(call, _request(environ, body)))
            if call.service == "ecs":
                told = self._batch.ecs(call, _request(environ, body))
                return self._moto(environ, start) if told is None else _respond(start, 200, told)
        except RefusedError as refused:
            return _respond(start, refused.status, {"message": refused.message, "__type": refused.code}, refused.code)
        if call.service == "lambda":
            # moto's Lambda takes a third of a second to import: only for who asks for it.
            from academyctl.sandbox.lambda_corrections import correct_lambda

            correct_lambda()
        if call.service in ("ec2", "logs"):
            self._batch.settle(call.region)
        try:
            return self._moto(environ, start)
        except NotImplementedError:  # so moto says that it lacks an operation
            told = {"message": f"{call.operation} is not served here", "__type": "NotImplemented"}
            return _respond(start, 501, told, "NotImplemented")

    def _logging(self, start: Start, call: ApiCall) -> Start:
        def started(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            self._control.log(call, int(status.partition(" ")[0]))
            return start(status, headers, *more)

        return started


def _body(environ: Environ) -> bytes:
    """Read once, and left there to be read again."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body: bytes = environ["wsgi.input"].read(length) if length else b""
    if length:
        environ["wsgi.input"] = io.BytesIO(body)
    return body


def _path(environ: Environ) -> str:
    """As it was sent: an ARN in it has escaped slashes."""
    return str(environ.get("REQUEST_URI") or environ.get("RAW_URI") or environ.get("PATH_INFO", ""))


def _headers(environ: Environ) -> dict[str, str]:
    named = {key[5:].replace("_", "-"): value for key, value in environ.items() if key.startswith("HTTP_")}
    return {**named, "content-type": environ.get("CONTENT_TYPE") or ""}


def _request(environ: Environ, body: bytes) -> Mapping[str, Any]:
    request: dict[str, Any] = json.loads(body) if body.strip() else {}
    path = unquote(environ.get("PATH_INFO", ""))
    if path.startswith("/v1/tags/"):
        request["resourceArn"] = path.removeprefix("/v1/tags/")
        request["tagKeys"] = parse_qs(environ.get("QUERY_STRING", "")).get("tagKeys", [])
    return request


def _respond(start: Start, status: int, told: Mapping[str, Any], error: str = "") -> list[bytes]:
    body = json.dumps(told).encode()
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("x-amzn-RequestId", str(uuid4())),
    ]
    if error:
        headers.append(("x-amzn-ErrorType", error))
    start(f"{status} {PHRASES.get(status, 'Error')}", headers)
    return [body]
