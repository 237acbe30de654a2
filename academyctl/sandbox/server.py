"""moto over HTTP on loopback, as long as a context lasts, without a word on stdout or stderr."""

import logging
import os
import socket
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Thread
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import ThreadedWSGIServer

from academyctl.model.errors import AcademyError
from academyctl.sandbox.batch_backend import StrictBatch
from academyctl.sandbox.batch_runs import simulated
from academyctl.sandbox.batch_state import Runner
from academyctl.sandbox.control import Control
from academyctl.sandbox.corrections import correct_moto
from academyctl.sandbox.front import Front

HOST = "127.0.0.1"


@contextmanager
def served(account: str, port: int = 0, control: Control | None = None, runner: Runner = simulated) -> Iterator[str]:
    """The endpoint of an empty AWS that is `account` for every credential; port 0 is a free one.

    What `control` scripts happens there; `runner` runs Batch's jobs. AcademyError when the port cannot be had.
    """
    with _silence(), running(account, port, control, runner) as endpoint:
        yield endpoint


@contextmanager
def running(account: str, port: int = 0, control: Control | None = None, runner: Runner = simulated) -> Iterator[str]:
    """As `served`, beside code that has logging and warnings of its own."""
    correct_moto()
    control = control or Control()
    with ExitStack() as stack:
        listener = stack.enter_context(_listening(port))
        stack.enter_context(_pretending(account))
        requests = type("Requests", (_Requests,), {"control": control})
        server = _Server(HOST, 0, _front(account, control, runner), requests, fd=listener.fileno())
        stack.callback(server.server_close)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        stack.callback(thread.join)
        stack.callback(server.shutdown)
        yield f"http://{HOST}:{listener.getsockname()[1]}"


def _front(account: str, control: Control, runner: Runner) -> Front:
    return Front(_Dispatcher(create_backend_app), StrictBatch(account, control, runner), control)


class _Server(ThreadedWSGIServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away in the middle is no news."""


class _Requests(MotoRequestHandler):
    control: Control

    def log(self, type: str, message: str, *args: Any) -> None:
        """werkzeug tells each request."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date of each answer: the sandbox's clock is AWS's for those who compare."""
        return super().date_time_string(self.control.now() if timestamp is None else timestamp)


class _Dispatcher(DomainDispatcherApplication):
    def get_backend_for_host(self, host: str | None) -> Any:
        """moto's answer, without the line it prints to stdout about a service that it does not know."""
        if host and "amazonaws.com" in host:
            patterns = self.backend_url_patterns
            return next((backend for backend, pattern in patterns if pattern.match(f"http://{host}")), None)
        return super().get_backend_for_host(host)


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    """Bound here and not by werkzeug, which answers a port in use with lines of its own and sys.exit."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        if os.name == "posix":
            # Elsewhere the option lets a second server take a port in use.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
            listener.listen(128)
        except OSError as refused:
            message = f"cannot listen on {HOST}:{port}: {(refused.strerror or 'refused').lower()}"
            hint = "leave --port out: a free one is taken"
            raise AcademyError(message, code="sandbox.port", hint=hint) from None
        yield listener


@contextmanager
def _pretending(account: str) -> Iterator[None]:
    """moto looks at this variable at each request; it outweighs what the access key would say."""
    before = os.environ.get("MOTO_ACCOUNT_ID")
    os.environ["MOTO_ACCOUNT_ID"] = account
    try:
        yield
    finally:
        del os.environ["MOTO_ACCOUNT_ID"]
        if before is not None:
            os.environ["MOTO_ACCOUNT_ID"] = before


@contextmanager
def _silence() -> Iterator[None]:
    """moto logs its own faults."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
