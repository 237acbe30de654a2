"""`make bench`: every scenario, or those named: make bench ARGS="push --rounds 31". Exits 1 when a target is missed."""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.report import show
from benchmarks.scenarios import SCENARIOS


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("scenario", nargs="*", choices=[*SCENARIOS, []], help="[default: all]")
    parser.add_argument("--rounds", type=int, help="processes of each kind [default: each scenario's own]")
    asked = parser.parse_args()
    missed = 0
    for name in asked.scenario or SCENARIOS:
        scenario = SCENARIOS[name]
        with tempfile.TemporaryDirectory(prefix="academyctl-bench-") as folder:
            series, targets = scenario.run(Path(folder), asked.rounds or scenario.rounds)
        show(scenario.title, series, targets)
        missed += sum(target.is_missed for target in targets)
    print(f"\n{missed} target(s) missed" if missed else "\nevery target met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
