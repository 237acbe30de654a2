"""Parameters in memory, numbered as SSM numbers them, with a script of what happens to which call."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from academyctl.apply.wait import Clock
from academyctl.model.errors import AccessDenied, AlreadyExists, AnswerLost, NotFound, Refusal
from academyctl.model.secret import Secret
from academyctl.model.ssm import HISTORY_DEPTH, ParameterWrite, StoredParameter

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
T = TypeVar("T")


class Fate(StrEnum):
    """What becomes of a call. Reads are never lost: the connection repeats them."""

    ANSWERED = "answered"
    LOST_APPLIED = "its answer is lost"
    LOST = "it is lost on the way"
    DENIED = "it is refused"


@dataclass(frozen=True)
class Event:
    """At one call: what somebody else puts just before it (name, text), and the call's fate."""

    before: tuple[tuple[str, str], ...] = ()
    fate: Fate = Fate.ANSWERED


@dataclass(frozen=True)
class Applied:
    """One line of the truth: who put what. `text` is None for a deletion."""

    name: str
    text: str | None
    foreign: bool


class FakeTime:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @property
    def clock(self) -> Clock:
        return Clock(monotonic=lambda: self.seconds, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class FakeStore:
    """A ParameterStore. `script` is by call number from 1; `truth` is every applied write in order."""

    script: Mapping[int, Event] = field(default_factory=dict)
    time: FakeTime = field(default_factory=FakeTime)
    calls: list[tuple[str, str]] = field(default_factory=list)
    truth: list[Applied] = field(default_factory=list)
    _kept: dict[str, tuple[StoredParameter, ...]] = field(default_factory=dict)

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.time.seconds)

    def read(self, names: Iterable[str]) -> dict[str, StoredParameter]:
        wanted = tuple(names)
        return self._call(
            "read",
            ",".join(wanted),
            lambda: {n: replace(self._kept[n][-1], tier="") for n in wanted if n in self._kept},
        )

    def read_history(self, name: str, *, decrypt: bool = True) -> tuple[StoredParameter, ...]:
        return self._call("read_history", name, lambda: self._kept.get(name, ()))

    def put(self, write: ParameterWrite) -> int:
        return self._call("put", write.name, lambda: self._put(write))

    def delete(self, name: str) -> None:
        def apply() -> None:
            if name not in self._kept:
                raise NotFound(name)
            del self._kept[name]
            self.truth.append(Applied(name, None, foreign=False))

        self._call("delete", name, apply)

    def _call(self, operation: str, name: str, apply: Callable[[], T]) -> T:
        self.calls.append((operation, name))
        event = self.script.get(len(self.calls), Event())
        # SSM has no conditional delete: a write of that very instant is the one that nobody can save.
        for other, text in event.before if operation != "delete" else ():
            self.foreign_put(other, text)
        if event.fate is Fate.DENIED:
            raise AccessDenied(f"{operation} {name}")
        loses = operation in ("put", "delete")
        if loses and event.fate is Fate.LOST:
            raise AnswerLost(f"{operation} {name}")
        result = apply()
        if loses and event.fate is Fate.LOST_APPLIED:
            raise AnswerLost(f"{operation} {name}")
        return result

    def _put(self, write: ParameterWrite) -> int:
        kept = self._kept.get(write.name, ())
        if kept and write.base is None:
            raise AlreadyExists(write.name)
        if kept and kept[-1].tier == "Advanced" and write.tier != "Advanced":
            raise Refusal("an Advanced parameter cannot become Standard")
        if kept and kept[-1].type != write.type:
            raise Refusal("a type cannot change")
        self.truth.append(Applied(write.name, write.value.reveal(), foreign=False))
        return self._add(
            StoredParameter(
                name=write.name,
                version=0,
                type=write.type,
                value=write.value,
                tier=write.tier,
                key_id=write.key_id,
                description=write.description,
                modified_by="us",
            )
        )

    def _add(self, content: StoredParameter) -> int:
        kept = self._kept.get(content.name, ())
        version = kept[-1].version + 1 if kept else 1
        added = replace(content, version=version, modified_at=self.now())
        self._kept[content.name] = (*kept, added)[-HISTORY_DEPTH:]
        return version

    def foreign_put(self, name: str, text: str, *, tier: str = "Standard", type: str = "SecureString") -> int:
        kept = self._kept.get(name, ())
        self.truth.append(Applied(name, text, foreign=True))
        known = kept[-1] if kept else StoredParameter(name=name, version=0, type=type, value=Secret(""), tier=tier)
        return self._add(replace(known, value=Secret(text), modified_by="them"))

    def foreign_delete(self, name: str) -> None:
        del self._kept[name]
        self.truth.append(Applied(name, None, foreign=True))

    def stands(self, name: str) -> str | None:
        return self._kept[name][-1].value.reveal() if name in self._kept else None

    def stored(self, name: str) -> StoredParameter | None:
        return self._kept[name][-1] if name in self._kept else None

    def texts(self, name: str) -> list[str]:
        return [version.value.reveal() for version in self._kept.get(name, ())]

    def last_foreign(self, name: str) -> Applied | None:
        return next((one for one in reversed(self.truth) if one.foreign and one.name == name), None)
