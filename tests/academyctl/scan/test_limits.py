"""Sources that would take for ever, or say more than can be told apart: the scan ends, and says what it left."""

from pathlib import Path

import pytest

from tests.academyctl.scan.program import names, scan


def test_a_huge_product_of_names_is_dynamic_and_quick(tmp_path: Path) -> None:
    loops = "".join(f"{' ' * n}for x{n} in 'a b c d e f g h i j'.split():\n" for n in range(8))
    key = "".join(f"{{x{n}}}" for n in range(8))
    seen = scan(tmp_path, {"program.py": f"import os\n{loops}{' ' * 8}os.getenv(f'{key}')\n"})
    assert (names(seen), len(seen.dynamic)) == ([], 1)


def test_a_longer_list_of_names_than_is_told_apart_says_so(tmp_path: Path) -> None:
    listed = ", ".join(f"'K{number}'" for number in range(600))
    seen = scan(tmp_path, {"program.py": f"import os\nfor n in [{listed}]: os.getenv(n)\n"})
    assert (len(names(seen)), [one.line for one in seen.dynamic]) == (512, [2])


@pytest.mark.parametrize(
    "source",
    [
        "K = 'A'\n" + "if x: K = K + 'B'\n" * 60 + "os.getenv(K)",
        "L = ['A']\n" + "if x: L = L + ['B']\n" * 60 + "for n in L: os.getenv(n)",
        "K = 'A' * 1\nK = '" + "x" * 4000 + "'\n" + "K = K + K\n" * 40 + "os.getenv(K)",
    ],
)
def test_a_name_with_more_ways_than_can_be_gone_is_dynamic_and_ends(tmp_path: Path, source: str) -> None:
    assert len(scan(tmp_path, {"program.py": f"import os\n{source}\n"}).dynamic) == 1


def test_functions_that_all_call_each_other_end(tmp_path: Path) -> None:
    calls = " or ".join(f"f{number}(n)" for number in range(12))
    source = "import os\n" + "".join(f"def f{number}(n): return os.getenv(n) or {calls}\n" for number in range(12))
    assert set(names(scan(tmp_path, {"program.py": f"{source}f0('A')\n"}))) == {"A"}


def test_a_function_that_calls_itself_with_its_own_parameter_reads_no_more_for_it(tmp_path: Path) -> None:
    source = "import os\ndef a(n): return b(n)\ndef b(n): return a(n) or os.getenv(n)\na('A')\nb('B')\n"
    seen = scan(tmp_path, {"program.py": source})
    assert (names(seen), seen.dynamic) == (["A", "B"], ())


def test_a_long_row_of_elif_is_read_to_its_end(tmp_path: Path) -> None:
    row = "".join(f"elif os.getenv('K{number}'): pass\n" for number in range(400))
    seen = scan(tmp_path, {"program.py": f"import os\nif x: pass\n{row}else: os.getenv('LAST')\n"})
    assert (len(names(seen)), names(seen)[-1], seen.unparsed) == (401, "LAST", ())
