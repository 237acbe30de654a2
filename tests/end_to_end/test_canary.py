"""`batch ce-rollout` asks the worker itself whether it could encode there: its canary is the real selfcheck."""

from tests.support.cli import Cli
from tests.support.pipeline import Pipeline

ROLLOUT = ("batch", "ce-rollout", "--yes", "--soak", "0", "--poll", "0.1", "--stable-reads", "2", "-o", "json")


def test_only_a_worker_that_finds_all_it_needs_lets_a_rollout_go_on(line: Pipeline, cli: Cli) -> None:
    cli.env |= line.strict.env
    line.configure(R2_SECRET_KEY="an-old-one")
    turned_back = cli.run(*ROLLOUT)
    assert (turned_back.code, serving(line)) == (7, "v3"), turned_back
    assert checks(line)["store"] == "failed"
    assert checks(line)["database"] == "ok"
    line.configure()
    done = cli.run(*ROLLOUT)
    assert (done.code, serving(line)) == (0, "v4"), done
    assert checks(line) == dict.fromkeys(("env", "database", "store", "ffmpeg", "ffprobe", "disk"), "ok") | {
        "redis": "warning"
    }


def serving(line: Pipeline) -> str:
    first = line.strict.job_queue()["computeEnvironmentOrder"][0]["computeEnvironment"]
    return str(first).rpartition("-")[2]


def checks(line: Pipeline) -> dict[str, str]:
    """What the last canary found, by the name of the check."""
    logs, group = line.strict.client("logs"), line.strict.stack.job_definition.log_group
    streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
    canaries = [one for one in streams if "-canary/" in one["logStreamName"]]
    last = max(canaries, key=lambda one: int(one["creationTime"]))["logStreamName"]
    events = logs.get_log_events(logGroupName=group, logStreamName=last)["events"]
    told = (event["message"].split(":")[0].split() for event in events)
    return {words[1]: words[0] for words in told if len(words) == 2}
