"""One client of the container engine, and the one way a call is made: bounded in time and translated when it fails.

No version is asked for before the first call. What is used here has not changed since API 1.41 (Docker 20.10, podman
4); an engine that takes no such old client says in its refusal which version it takes, and the call is made once more
in that one: the refused request did nothing.
"""

import gc
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from academyctl.containers.endpoint import find_endpoint

if TYPE_CHECKING:
    from academyctl.containers.client import Client

T = TypeVar("T")
API_VERSION = "1.41"
_REFUSED = re.compile(r"client version \S+ is too (?:old|new)\. .*?version is (\d+\.\d+)", re.IGNORECASE | re.DOTALL)
"""moby, api/server/middleware/version.go."""


class Engine:
    """The engine that the environment names. Nothing is opened before the first call; UsageError for a bad address."""

    def __init__(
        self, environ: Mapping[str, str] | None = None, *, trace: Callable[[str], None] = lambda _: None
    ) -> None:
        self.endpoint = find_endpoint(os.environ if environ is None else environ)
        self._trace = trace
        self._version = API_VERSION

    def call(self, doing: str, body: "Callable[[Client], T]", *, write: bool = False) -> T:
        """What `body` gives, which gets docker's low-level client; an EngineError when it fails.

        `doing` is what is tried, in the operator's words. Of a `write` a lost answer is EngineAnswerLost.
        """
        with _collector_paused():
            from docker.errors import APIError, DockerException

            from academyctl.containers.errors import translated
        try:
            try:
                return body(self.client)
            except APIError as refused:
                if not self._takes_version_of(refused):
                    raise
                return body(self.client)
        except (DockerException, OSError) as failure:
            raise translated(failure, doing=doing, endpoint=self.endpoint, write=write) from None

    def _takes_version_of(self, refused: Any) -> bool:
        """Takes the version that the engine names in its refusal; False where it refused for another reason."""
        named = _REFUSED.search(str(refused.explanation or ""))
        if refused.status_code != 400 or not named or named[1] == self._version:
            return False
        self._version = named[1]
        self._trace(f"engine: speaks API {self._version}")
        del self.client
        return True

    @cached_property
    def client(self) -> "Client":
        """For `call`, which translates its failures."""
        from academyctl.containers.client import open_client

        self._trace(f"engine: {self.endpoint.host} ({self.endpoint.said_by})")
        return open_client(self.endpoint, self._version)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """The SDK's import makes some 20 000 objects that stay; the collector would walk them again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()
            gc.enable()
