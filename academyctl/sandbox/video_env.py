"""The .env of the video demo: one file for both roles, as an operator has it; secrets made up anew each time."""

import secrets
from collections.abc import Mapping

from academyctl.model.contract import EnvContract
from academyctl.model.role import Role
from academyctl.sandbox.seed_env import sample, wanted
from academyctl.sandbox.video_api import TENANT

FIXED = {
    "API_BASE_URL": "http://127.0.0.1",
    "WORKER_ID": "sandbox-worker",
    "R2_PREFIX": "hls",
    "R2_REGION": "auto",
    "DB_NAME": "academy",
    "DB_USER": "academy",
    "DB_HOST": "127.0.0.1",
    "DB_PORT": "5432",
    "REDIS_HOST": "127.0.0.1",
    # Nobody serves there: the display stays empty, and nobody's Redis is touched.
    "REDIS_PORT": "1",
}
DATABASE = ("DB_NAME", "DB_USER", "DB_PASSWORD", "DB_HOST", "DB_PORT")
"""Demanded by the contract; in the demo a SQLite file stands in for all of it."""


def demo_values(contract: EnvContract, store: Mapping[str, str], region: str) -> dict[str, str]:
    """A sound value for every key that a role demands, and one tenant with a token."""
    values = {**FIXED, **store, "AWS_REGION": region, "VIDEO_API_TOKENS": f"{TENANT}:{secrets.token_hex(16)}"}
    for role in contract.roles:
        values |= {spec.name: sample(spec) for spec in wanted(role) if spec.name not in values}
    return values


def env_text(values: Mapping[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in values.items())


def api_env(role: Role, values: Mapping[str, str]) -> dict[str, str]:
    """What the API's process gets of them: its role's keys, without a database's."""
    names = {spec.name for spec in role.keys} - set(DATABASE)
    return {name: value for name, value in values.items() if name in names}
