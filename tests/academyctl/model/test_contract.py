"""Which role a key belongs to, and which declared name a typo is near."""

import pytest

from academyctl.model.contract import names_of
from tests.builders import REDIS, a_contract, a_role, shipped

CONTRACT = a_contract(
    a_role(
        "api", keys=["BOTH", "DEBUG", *REDIS.values()], passthrough=["SITE_URL", "MAIL_*"], aliases={"OLD": "DEBUG"}
    ),
    a_role("worker", keys=["BOTH", "WORKER_ID"], passthrough=["MAIL_*", "D*", "O*", "P*"], runtime=["PLATFORM"]),
)


@pytest.mark.parametrize(
    ("key", "owners"),
    [
        ("BOTH", ("api", "worker")),
        ("WORKER_ID", ("worker",)),
        ("DEBUG", ("api",)),
        ("SITE_URL", ("api",)),
        ("SITE_URLS", ()),
        ("MAIL_HOST", ("api", "worker")),
        ("MAIL_", ("api", "worker")),
        ("mail_host", ()),
        ("XMAIL_HOST", ()),
        ("DANGER", ("worker",)),
        ("OLD", ()),
        ("PLATFORM", ()),
        ("QQQ", ()),
        ("", ()),
    ],
)
def test_the_owners_of_a_key(key: str, owners: tuple[str, ...]) -> None:
    assert CONTRACT.owners(key) == owners


def test_aliases_and_runtime_names_of_all_roles_are_known() -> None:
    assert CONTRACT.aliases.keys() == {"OLD"}
    assert CONTRACT.aliases["OLD"].targets == ("DEBUG",)
    assert CONTRACT.runtime == {"PLATFORM"}


def test_a_redis_alias_has_four_targets() -> None:
    contract = a_contract(a_role(keys=REDIS.values(), aliases={"REDIS_URL": REDIS}))
    assert contract.aliases["REDIS_URL"].targets == ("REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD", "REDIS_DB")


def test_a_role_and_a_key_are_found_by_name() -> None:
    assert CONTRACT.role("worker").name == "worker"
    found = CONTRACT.spec("worker", "WORKER_ID")
    assert found is not None
    assert found.name == "WORKER_ID"
    assert CONTRACT.spec("worker", "DEBUG") is None
    assert names_of(CONTRACT.roles) == ("api", "worker")


@pytest.mark.parametrize(
    ("typo", "meant"),
    [
        ("R2_ENDPIONT", "R2_ENDPOINT"),
        ("r2_secret_key", "R2_SECRET_KEY"),
        ("R2_SECRETKEY", "R2_SECRET_KEY"),
        ("REDIS_PASS", "REDIS_PASSWORD"),
        ("ALLOWED_HOST", "ALLOWED_HOSTS"),
        ("SITE_URI", "SITE_URL"),
        ("VIDEO_BUCKETNAME", "VIDEO_BUCKET_NAME"),
        ("PATH", None),
        ("HOME", None),
        ("X", None),
        ("", None),
    ],
)
def test_the_nearest_declared_name(typo: str, meant: str | None) -> None:
    assert shipped().nearest(typo) == meant


def test_the_shipped_roles_share_their_old_names() -> None:
    api, worker = (dict.fromkeys(role.aliases) for role in shipped().roles)
    assert api == worker
