"""The files that the benchmarks read: env files, and a profile folder with one role of 200 keys."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DECLARED = 200

PLAIN = {
    "R2_ENDPOINT": "https://account.r2.example.com",
    "R2_ACCESS_KEY": "AKIDEXAMPLE",
    "R2_SECRET_KEY": "r2-secret",
    "R2_VIDEO_BUCKET": "academy-video",
    "R2_PREFIX": "hls",
    "R2_REGION": "auto",
    "AWS_REGION": "ap-northeast-2",
    "VIDEO_SQS_QUEUE_NAME": "academy-video-jobs",
    "REDIS_HOST": "redis.internal",
    "REDIS_PORT": "6379",
    "REDIS_DB": "0",
    "DB_NAME": "academy",
    "DB_USER": "academy",
    "DB_PASSWORD": "db-secret",
    "DB_HOST": "db.internal",
    "DB_PORT": "5432",
    "SECRET_KEY": "signing-key",
    "DEBUG": "false",
    "API_BASE_URL": "https://api.academy.example",
    "INTERNAL_WORKER_TOKEN": "worker-token",
    "WORKER_ID": "worker-1",
}
WORKER_ONLY = ("R2_PREFIX", "R2_REGION", "API_BASE_URL", "INTERNAL_WORKER_TOKEN", "WORKER_ID")
TYPES = (
    ("str", "a value that is plain"),
    ("int", "86400"),
    ("bool", "true"),
    ("url", "https://service.example/path"),
    ("port", "8080"),
)


def text_of(env: dict[str, str]) -> str:
    return "".join(f"{key}={value}\n" for key, value in env.items())


def plain_env(keys: int = 60, **changed: str) -> dict[str, str]:
    """A sound env of both roles: every required key, filled up with SOLAPI_* (the api role's passthrough)."""
    more = {f"SOLAPI_OPTION_{number}": f"value-{number}" for number in range(keys - len(PLAIN))}
    return {**PLAIN, **more, **changed}


def role_blob(role: str, env: dict[str, str]) -> str:
    """What a script that knows the split would store."""
    mine = {
        key: value
        for key, value in env.items()
        if not (role == "api" and key in WORKER_ONLY) and not (role == "worker" and key.startswith("SOLAPI_"))
    }
    return text_of(mine)


def big_env(keys: int) -> str:
    """The 200 declared keys of the big role, and as many undeclared ones as it takes."""
    lines = [f"KEY_{number}={_value(number)}" for number in range(DECLARED)]
    lines += [f"EXTRA_{number}={_value(number)}" for number in range(keys - DECLARED)]
    return "\n".join(lines) + "\n"


def _value(number: int) -> str:
    value = TYPES[number % len(TYPES)][1]
    return f'"{value}"' if " " in value else value


def write_big_profiles(folder: Path) -> None:
    """The sandbox stack with one role, `big`."""
    (folder / "roles").mkdir(parents=True)
    (folder / "stacks").mkdir()
    stack = (ROOT / "env_profiles" / "stacks" / "sandbox.yaml").read_text(encoding="utf-8")
    one_role = re.sub(r"(?<=  parameters:\n)(    .*\n)+", "    big: /bench/big/env\n", stack)
    (folder / "stacks" / "sandbox.yaml").write_text(one_role, encoding="utf-8")
    (folder / "roles" / "big.yaml").write_text(_big_role(), encoding="utf-8")


def _big_role() -> str:
    head = "role: big\nabout: two hundred keys\nparameter: /bench/big/env\nconsumer: dotenv\n"
    keys = [
        f"  KEY_{number}:\n    required: true\n    type: {TYPES[number % len(TYPES)][0]}\n    about: key {number}\n"
        for number in range(DECLARED)
    ]
    return head + "keys:\n" + "".join(keys) + "passthrough: [EXTRA_*]\n"
