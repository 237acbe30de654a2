"""Which files are scanned, what is said of those that cannot be, and that each is parsed once."""

import ast
import os
from pathlib import Path

import pytest

from academyctl.model.errors import UsageError
from academyctl.scan.audit import survey
from tests.academyctl.scan.program import at, names, scan, write

READ = "import os\nos.getenv('A')\n"


def test_each_file_is_parsed_once_however_often_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[bytes] = []
    parse = ast.parse

    def counted(source: bytes) -> ast.Module:
        parsed.append(source)
        return parse(source)

    monkeypatch.setattr("academyctl.scan.source.ast.parse", counted)
    files = {f"app/m{number}.py": f"from app.m{number - 1} import *\nN = {number}\n" for number in range(30)}
    write(tmp_path, {**files, "app/read.py": READ})
    (tmp_path / "app" / "link.py").symlink_to("read.py")
    seen = survey([tmp_path / "app", tmp_path / "app" / "read.py", tmp_path], {"r": ["app.m29"]})
    assert (len(parsed), seen.files) == (31, 31)
    assert len(set(parsed)) == 31


def test_tests_caches_environments_and_hidden_folders_are_left_out(tmp_path: Path) -> None:
    left_out = (
        "tests/x.py", "app/test/x.py", "app/tests.py", "app/test_x.py", "app/x_test.py", "conftest.py", ".git/x.py",
        "__pycache__/x.py", "node_modules/x.py", "venv/lib/x.py", ".x.py", "notes.txt", "x.pyi",
    )  # fmt: skip
    files = dict.fromkeys(left_out, READ) | {"venv/pyvenv.cfg": "", "app/testing_tools.py": READ, "contest.pyw": READ}
    assert at(scan(tmp_path, files), tmp_path) == ["app/testing_tools.py:2 A", "contest.pyw:2 A"]


def test_a_folder_of_tests_that_is_named_itself_is_scanned(tmp_path: Path) -> None:
    write(tmp_path, {"tests/test_x.py": READ, "tests/helper.py": READ})
    assert names(survey([tmp_path / "tests"], {})) == ["A"]
    assert names(survey([tmp_path / "tests" / "test_x.py"], {})) == ["A"]


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("def f(:\n    pass\n", 1, "invalid syntax"),
        ("import os\nos.getenv('A'\n", 2, "was never closed"),
        ("if True:\nx = 'hunter2'\n", 2, "expected an indented block"),
        ("print 'hunter2'\n", 1, "Missing parentheses"),
        ("x = 'hunter2\n", 1, "unterminated string literal"),
        ("# 한글 hunter2\nx = 1\n".encode("cp949"), 1, "not UTF-8"),
        ("# coding: klingon\nx = 1\n", 0, "encoding"),
        (b"y = 1\nx = 1\0\n", 2, "NUL"),
        ("x = 1\n".encode("utf-16"), 1, "UTF-16"),
        (b"# coding: ascii\nx = '\xed'\n", 0, "UTF-8"),
        ("x = " + "(" * 300 + ")" * 300, 1, "nested"),
        ("x = " + "-" * 100_000 + "1", 0, "nested too deeply"),
    ],
)
def test_a_file_that_is_no_python_is_told_and_not_quoted(
    tmp_path: Path, text: str | bytes, line: int, why: str
) -> None:
    seen = scan(tmp_path, {"broken.py": text, "sound.py": READ})
    (fault,) = seen.unparsed
    assert (fault.path, names(seen)) == (str(tmp_path / "broken.py"), ["A"])
    assert why in fault.why
    assert fault.why
    assert fault.line == line or not line
    assert "hunter2" not in fault.why


@pytest.mark.parametrize(
    "text",
    [
        "# coding: cp949\n# 한글\nimport os\nos.getenv('A')\n".encode("cp949"),
        b"\xef\xbb\xbfimport os\r\nos.getenv('A')\r\n",
        "#!/usr/bin/python\n# -*- coding: latin-1 -*-\nimport os\nx = 'é'\nos.getenv('A')\n".encode("latin-1"),
        b"import os\nx = '\\d'\nos.getenv('A')",
    ],
)
def test_encodings_that_python_reads_are_read(tmp_path: Path, text: bytes) -> None:
    seen = scan(tmp_path, {"sound.py": text})
    assert (names(seen), seen.unparsed) == (["A"], ())


def test_links_in_circles_dead_links_and_pipes_stop_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"app/read.py": READ})
    (tmp_path / "app" / "around").symlink_to(tmp_path)
    (tmp_path / "app" / "self.py").symlink_to("self.py")
    (tmp_path / "app" / "dead.py").symlink_to("nowhere.py")
    os.mkfifo(tmp_path / "app" / "pipe.py")
    seen = survey([tmp_path], {})
    assert names(seen) == ["A"]
    assert [Path(one.path).name for one in seen.unparsed] == ["dead.py", "self.py"]


def test_what_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"closed.py": READ, "open.py": READ})
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "closed.py":
            raise PermissionError(13, "Permission denied")
        return read(path)

    # The tests may run as root, whom no mode keeps out.
    monkeypatch.setattr(Path, "read_bytes", refuse)
    seen = survey([tmp_path], {})
    assert (names(seen), [one.why for one in seen.unparsed]) == (["A"], ["it cannot be read: Permission denied"])


@pytest.mark.parametrize("path", ["nothing", "empty", "notes.txt"])
def test_a_path_without_python_is_a_mistake_of_the_line(tmp_path: Path, path: str) -> None:
    write(tmp_path, {"notes.txt": "", "empty/tests/test_x.py": READ})
    with pytest.raises(UsageError) as raised:
        survey([tmp_path / path], {})
    assert path in raised.value.message


def test_namespace_packages_are_found_under_every_name_they_have(tmp_path: Path) -> None:
    files = {
        "src/apps/conf.py": "import os\ndef need(n): return os.environ[n]\n",
        "src/apps/one/use.py": "from apps.conf import need\nneed('A')\n",
        "src/apps/two/use.py": "from src.apps.conf import need\nneed('B')\n",
        "src/apps/three/use.py": "from ..conf import need\nneed('C')\n",
    }
    assert sorted(names(scan(tmp_path, files))) == ["A", "B", "C"]
    assert sorted(names(survey([tmp_path / "src"], {}))) == ["A", "B", "C"]


def test_a_file_that_is_called_as_a_library_does_not_stand_in_for_it(tmp_path: Path) -> None:
    files = {
        "app/__init__.py": "",
        "app/os.py": "environ = {}\n",
        "app/django.py": "",
        "app/use.py": "import os\nos.environ['A']\n",
    }
    write(tmp_path, files)
    assert names(survey([tmp_path / "app"], {})) == ["A"]
