"""Any-of groups: which keys stand in for each other."""

from pathlib import Path

import pytest

from tests.academyctl.scan.program import scan


@pytest.mark.parametrize(
    ("source", "groups"),
    [
        ("os.getenv('A') or os.getenv('B')", "A:B B:A"),
        ("os.getenv('A') or os.environ['B'] or os.environ.get('C')", "A:B,C B:A,C C:A,B"),
        ("os.getenv('A') or os.getenv('B') or 'x'", "A:B B:A"),
        ("(os.getenv('A') or '').strip() or os.getenv('B')", "A:B B:A"),
        ("os.getenv('A', os.getenv('B'))", "A:B B:A"),
        ("os.environ.get('A', os.environ.get('B', os.environ['C']))", "A:B,C B:A,C C:A,B"),
        ("a = os.getenv('A')\nb = os.getenv('B')\nc = a or b", "A:B B:A"),
        ("a, b = os.getenv('A'), os.getenv('B')\nif not (a or b): raise SystemExit", "A:B B:A"),
        ("(a := os.getenv('A')) or os.getenv('B')", "A:B B:A"),
        ("os.environ['A'] if 'A' in os.environ else os.environ['B']", "A:B A: B:A"),
        ("def env(n, d=None): return os.getenv(n, d)\nenv('A') or env('B')\n", "A:B B:A"),
        ("def env(n, d=None): return os.getenv(n, d)\nenv('A', d=env('B'))\n", "A:B B:A"),
        ("os.getenv('A') or 'x'", "A:"),
        ("os.getenv('A') and os.getenv('B')", "A: B:"),
        ("os.getenv('A') == '1' or os.getenv('B') == '1'", "A: B:"),
        ("not os.getenv('A') or not os.getenv('B')", "A: B:"),
        ("'A' in os.environ or 'B' in os.environ", "A: B:"),
        ("import sys\nos.environ['A'] if sys.argv else os.environ['B']", "A: B:"),
        ("[os.getenv('A'), os.getenv('B')]", "A: B:"),
        ("os.getenv('A') or os.getenv('A')", "A:"),
    ],
)
def test_who_stands_in_for_whom(tmp_path: Path, source: str, groups: str) -> None:
    seen = scan(tmp_path, {"program.py": f"import os\n{source}\n"})
    assert " ".join(f"{one.name}:{','.join(one.group)}" for one in seen.references) == groups
