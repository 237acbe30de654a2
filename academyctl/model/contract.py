"""Which role a key belongs to: the one answer that splitting, checking and diffing share."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from academyctl.model.env import Document, Entry
from academyctl.model.role import Alias, KeySpec, Role


@dataclass(frozen=True)
class EnvContract:
    """All roles of the profiles, with the look-ups that need all of them at once."""

    roles: tuple[Role, ...]

    @cached_property
    def _declared(self) -> dict[str, tuple[str, ...]]:
        owners: dict[str, tuple[str, ...]] = {}
        for role in self.roles:
            for spec in role.keys:
                owners[spec.name] = (*owners.get(spec.name, ()), role.name)
        return owners

    @cached_property
    def _owners(self) -> dict[str, tuple[str, ...]]:
        """What `owners` answered so far: every key is asked for several times."""
        return {}

    @cached_property
    def aliases(self) -> dict[str, Alias]:
        """Every old name. Two roles that declare the same one mean the same thing by it."""
        return {alias.old: alias for role in self.roles for alias in role.aliases}

    @cached_property
    def runtime(self) -> frozenset[str]:
        return frozenset(name for role in self.roles for name in role.runtime)

    def owners(self, key: str) -> tuple[str, ...]:
        """The roles `key` belongs to: those that declare it, else those whose passthrough matches; () if none."""
        if key not in self._owners:
            self._owners[key] = self._declared.get(key) or self._matching(key)
        return self._owners[key]

    def _matching(self, key: str) -> tuple[str, ...]:
        if key in self.aliases or key in self.runtime:
            return ()
        return tuple(role.name for role in self.roles if any(fnmatchcase(key, pattern) for pattern in role.passthrough))

    def own_keys(self, role: Role, document: Document) -> dict[str, Entry]:
        """The entries of `document` that belong to `role`; of two with one key the last."""
        return {key: entry for key, entry in document.last().items() if role.name in self.owners(key)}

    def role(self, name: str) -> Role:
        return next(role for role in self.roles if role.name == name)

    def spec(self, role: str, key: str) -> KeySpec | None:
        return next((spec for spec in self.role(role).keys if spec.name == key), None)

    def nearest(self, key: str) -> str | None:
        """The declared name most like `key`, or None when nothing is near."""
        from difflib import get_close_matches

        names = [*self._declared, *self.aliases, *(p for role in self.roles for p in role.passthrough)]
        upper = key.upper()
        return next(iter(get_close_matches(upper, names, n=1, cutoff=0.75)), None)


def names_of(roles: Iterable[Role]) -> tuple[str, ...]:
    return tuple(role.name for role in roles)
