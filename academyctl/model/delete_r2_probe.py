"""A trial of delete-r2: one marked object, and the message that asks for its deletion."""

import json
from dataclasses import dataclass

from academyctl.model.legacy import Messages
from academyctl.model.plan import Change
from academyctl.model.secret import Secret

TENANT = "academyctl-delete-r2-test"
"""No tenant of the API is called so, and no video of it has an id that is no number."""
VERSION = 1
"""Of the message that the API sends when a video is deleted."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What one trial is about, told by a random word that nobody can guess."""

    word: str

    @property
    def video(self) -> str:
        return f"probe-{self.word}"

    @property
    def prefix(self) -> str:
        return f"tenants/{TENANT}/videos/{self.video}/"

    @property
    def key(self) -> str:
        """The one object that is written and, if need be, deleted."""
        return f"{self.prefix}probe.txt"

    @property
    def body(self) -> str:
        """As the API's DELETE sends it, naming this prefix and no other."""
        told = {"v": VERSION, "video_id": self.video, "tenant_id": TENANT, "prefixes": [self.prefix]}
        return json.dumps(told)


@dataclass(frozen=True, kw_only=True)
class StoreKeys:
    """How the store is reached: R2's endpoint, region, bucket and keys, as the worker's parameter has them."""

    endpoint: Secret
    region: str
    bucket: Secret
    access_key: Secret
    secret_key: Secret


@dataclass(frozen=True, kw_only=True)
class Trial:
    """How a trial ended. `queue` and `dead_letters` are counted at its end."""

    is_deleted: bool
    seconds: float
    queue: Messages
    dead_letters: Messages
    changes: tuple[Change, ...]
