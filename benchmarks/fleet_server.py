"""The strict sandbox on a free loopback port, in a process of its own, with a fleet: fleet_server.py ENVIRONMENTS JOBS
SECONDS, the last of which every answer takes longer.

Prints its URL; ends when its stdin does.
"""

import logging
import sys
from pathlib import Path

from academyctl.profiles.load import load_stack
from academyctl.sandbox import server
from academyctl.sandbox.control import Control
from academyctl.sandbox.pace import Pace
from academyctl.sandbox.seed import open_clients, seed
from academyctl.sandbox.world_live import build_live

ROOT = Path(__file__).resolve().parents[1]
DAY = 86400.0
FAST = {"creating": 0.05, "updating": 0.05, "deleting": 0.05, "lingering": 0.05, "submitted": 0.01}
FAST |= {"runnable": 0.01, "starting": 0.02, "unplaced": 0.0, "idle": 0.1, "selfcheck": 0.1}


def main() -> None:
    logging.disable(logging.CRITICAL)
    environments, jobs, latency = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    stack = load_stack(ROOT / "env_profiles", "sandbox")
    control = Control(pace=Pace())
    with server.running(stack.account, control=control) as url:
        clients = open_clients(url, stack.region)
        seed(clients, stack, ())
        build_live(clients, stack, control)
        batch = clients("batch")
        name = stack.compute_environment.name
        resources = batch.describe_compute_environments(computeEnvironments=[name])["computeEnvironments"][0]
        kept = {key: value for key, value in resources["computeResources"].items() if key != "desiredvCpus"}
        for number in range(environments - 2):
            batch.create_compute_environment(
                computeEnvironmentName=f"other-{number}-ce", type="MANAGED", computeResources=kept
            )
        for number in range(jobs):
            batch.submit_job(
                jobName=f"waiting-{number}",
                jobQueue=stack.job_queue.name,
                jobDefinition=stack.job_definition.name,
            )
        if not jobs:
            # Nothing runs, and every wait is over at once: what is left is what a command itself takes.
            control.advance(DAY)
            control.set_pace(**FAST)
        control.set_pace(latency=latency)
        print(url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
