"""What a restored env file holds: the stored env, and with a merge the old file's keys that SSM lacks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from academyctl.model.finding import Finding, info, warning
from academyctl.model.secret import Secret
from academyctl.plan.ssm import Stored


class Origin(StrEnum):
    """Where a key of the new file comes from, or why one of the old file is not in it."""

    SSM = "ssm"
    KEPT = "kept"
    DROPPED = "dropped"


@dataclass(frozen=True, kw_only=True)
class Restored:
    """`env` is the new file's, in its order. `stale` is key → the last version of the parameter that held it: keys of
    the old file, kept or dropped, that were removed from SSM since."""

    env: Mapping[str, Secret]
    origins: Mapping[str, Origin]
    stale: Mapping[str, int]

    def of(self, origin: Origin) -> tuple[str, ...]:
        return tuple(key for key, from_where in self.origins.items() if from_where is origin)

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """Key and what becomes of it, in words."""
        return tuple((key, self._words(key)) for key in self.origins)

    def _words(self, key: str) -> str:
        words = {Origin.SSM: "from SSM", Origin.KEPT: "kept from the old file", Origin.DROPPED: "dropped"}
        stale = f" (stale: SSM had it until version {self.stale[key]})" if key in self.stale else ""
        return words[self.origins[key]] + stale


def lacking(stored: Mapping[str, Secret], old: Mapping[str, Secret]) -> tuple[str, ...]:
    """The old file's keys that SSM lacks. Only for these the parameter's history is worth a call."""
    return tuple(key for key in old if key not in stored)


def restored_env(
    stored: Mapping[str, Secret], old: Mapping[str, Secret], history: Iterable[Stored], *, merge: bool
) -> Restored:
    """SSM's value wins wherever SSM has the key. `history` is the parameter's kept versions, in any order."""
    missing = lacking(stored, old)
    kept = {key: old[key] for key in missing} if merge else {}
    origins = dict.fromkeys(stored, Origin.SSM) | dict.fromkeys(missing, Origin.KEPT if merge else Origin.DROPPED)
    return Restored(env={**stored, **kept}, origins=origins, stale=last_versions(missing, history))


def last_versions(keys: Iterable[str], history: Iterable[Stored]) -> dict[str, int]:
    """Key → the newest version that held it; a key that no kept version held is absent."""
    versions = sorted(history, key=lambda stored: stored.parameter.version)
    last = {key: stored.parameter.version for stored in versions for key in stored.keys}
    return {key: last[key] for key in keys if key in last}


def restore_findings(restored: Restored, role: str, path: str) -> Iterator[Finding]:
    """Every key that is in the old file alone. What SSM had and removed should go; the rest should not, unseen."""
    for key in restored.of(Origin.KEPT):
        subject = f"{role}:{key}"
        if key in restored.stale:
            message = f"was removed from SSM after version {restored.stale[key]} and is kept in {path}"
            yield warning("file.stale", subject, message, "without --merge it goes")
        else:
            yield info("file.kept", subject, f"is not in SSM and is kept in {path}")
    for key in restored.of(Origin.DROPPED):
        subject = f"{role}:{key}"
        if key in restored.stale:
            yield info("file.stale", subject, f"was removed from SSM after version {restored.stale[key]} and goes")
        else:
            hint = "--merge keeps it; ssm set stores it"
            yield warning("file.dropped", subject, f"stands in {path}, is not in SSM, and goes", hint)
