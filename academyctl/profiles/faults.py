"""What is wrong with one profile file, each fault at the line of the key it is about; and text → YAML nodes."""

import yaml

from academyctl.model.finding import Finding, Location, error


class Faults:
    """The errors of one file, collected. `mark` says where a key path stands while the file is read."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._found: dict[tuple[str, int], Finding] = {}
        self._places: dict[str, yaml.Node] = {}

    def mark(self, key_path: str, node: yaml.Node) -> None:
        self._places[key_path] = node

    def add(self, key_path: str, message: str, *, at: yaml.Node | None = None, line: int = 0) -> None:
        """The fault stands at `at` or in `line`, else where its key path is marked.

        What is found wrong with the same key a second time follows from the first, and is left out.
        """
        line = at.start_mark.line + 1 if at is not None else line or self.line(key_path)
        found = error("profile.invalid", key_path or "(file)", message, at=Location(path=self.path, line=line))
        self._found.setdefault((key_path, line), found)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """By line."""
        return tuple(self._found[place] for place in sorted(self._found, key=lambda place: place[1]))

    def line(self, key_path: str) -> int:
        """The line of a key path, or of the nearest one above it that is marked; from 1."""
        while key_path and key_path not in self._places:
            key_path = key_path[: max(key_path.rfind("."), key_path.rfind("["), 0)]
        return self._places[key_path].start_mark.line + 1 if key_path else 1


def join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def compose(text: str, faults: Faults) -> yaml.Node | None:
    """The root node of one YAML document; a file that is no YAML, or empty, is a fault."""
    # The base loader resolves no types: every scalar is text here, and resolving them is half of the reading.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        root = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as broken:
        line = broken.problem_mark.line + 1 if broken.problem_mark else 1
        faults.add("", f"is not YAML: {broken.problem}", line=line)
        return None
    except yaml.reader.ReaderError as broken:
        line = text.partition(chr(broken.character))[0].count("\n") + 1
        faults.add("", "is not YAML: it holds a character that YAML forbids", line=line)
        return None
    if root is None:
        faults.add("", "is empty")
    return root
