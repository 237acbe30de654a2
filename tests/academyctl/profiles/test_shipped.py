"""The profiles that are shipped: exactly the platform's contract, in the checkout and in the wheel."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from academyctl.model.contract import EnvContract
from academyctl.model.role import Consumer, OneOf, Role
from academyctl.profiles.load import check_folder, load_contract, load_stack
from tests.support.cli import ROOT

PROFILES = ROOT / "env_profiles"
DATABASE = {"DB_NAME", "DB_USER", "DB_PASSWORD", "DB_HOST", "DB_PORT"}
REDIS = {"REDIS_PORT": "6379", "REDIS_PASSWORD": None, "REDIS_DB": "0"}
R2 = {"R2_ENDPOINT", "R2_ACCESS_KEY", "R2_SECRET_KEY"}
BOTH = {*R2, *DATABASE, "AWS_REGION", "VIDEO_SQS_QUEUE_NAME", "REDIS_HOST", "SECRET_KEY"}

REQUIRED = {
    "api": BOTH | {"R2_VIDEO_BUCKET"},
    "worker": BOTH | {"API_BASE_URL", "INTERNAL_WORKER_TOKEN", "WORKER_ID", "R2_PREFIX", "R2_REGION"},
}
OPTIONAL: dict[str, dict[str, str | None]] = {
    "api": {
        **REDIS,
        "DEBUG": "false",
        "VIDEO_BATCH_JOB_QUEUE": None,
        "VIDEO_BATCH_JOB_DEFINITION": None,
        "AWS_ACCESS_KEY_ID": None,
        "AWS_SECRET_ACCESS_KEY": None,
        "VIDEO_DELETE_R2_QUEUE_NAME": "academy-video-delete-r2",
        "ALLOWED_HOSTS": "*",
        "VIDEO_API_TOKENS": None,
    },
    "worker": {**REDIS, "CDN_HLS_BASE_URL": None, "R2_BUCKET": None, "R2_VIDEO_BUCKET": None},
}
TYPES = {
    **dict.fromkeys(("DB_PORT", "REDIS_PORT"), "port"),
    "REDIS_DB": "int",
    "DEBUG": "bool",
    **dict.fromkeys(("R2_ENDPOINT", "API_BASE_URL", "CDN_HLS_BASE_URL"), "url"),
    **dict.fromkeys(("DB_HOST", "REDIS_HOST"), "host"),
}
SECRETS = {"R2_ACCESS_KEY", "R2_SECRET_KEY", "DB_PASSWORD", "SECRET_KEY", "REDIS_PASSWORD"}
ALIASES = {
    "CLOUDFLARE_R2_ENDPOINT": ("R2_ENDPOINT",),
    "CLOUDFLARE_R2_ACCESS_KEY_ID": ("R2_ACCESS_KEY",),
    "CLOUDFLARE_R2_SECRET_ACCESS_KEY": ("R2_SECRET_KEY",),
    "VIDEO_BUCKET_NAME": ("R2_VIDEO_BUCKET",),
    "REDIS_URL": ("REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD", "REDIS_DB"),
}

every_role = pytest.mark.parametrize("name", ["api", "worker"])


@pytest.fixture(scope="module")
def contract() -> EnvContract:
    return load_contract(PROFILES)


def test_every_file_is_valid() -> None:
    findings, paths = check_folder(PROFILES)
    assert findings == ()
    names = {str(Path(path).relative_to(PROFILES)) for path in paths}
    assert names == {"roles/api.yaml", "roles/worker.yaml", "stacks/production.yaml", "stacks/sandbox.yaml"}


@every_role
def test_the_required_and_the_optional_keys(name: str, contract: EnvContract) -> None:
    role = contract.role(name)
    assert {spec.name for spec in role.keys if spec.required} == REQUIRED[name]
    assert {spec.name: spec.default for spec in role.keys if not spec.required} == OPTIONAL[name]
    assert all(spec.default is None and not spec.required_when for spec in role.keys if spec.required)


@every_role
def test_the_type_of_each_key(name: str, contract: EnvContract) -> None:
    for spec in contract.role(name).keys:
        assert spec.type.kind == TYPES.get(spec.name, "str"), spec.name


def test_the_secrets(contract: EnvContract) -> None:
    def secrets(role: Role) -> set[str]:
        return {spec.name for spec in role.keys if spec.secret}

    own = {"VIDEO_API_TOKENS", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
    assert secrets(contract.role("api")) == SECRETS | own
    assert secrets(contract.role("worker")) == SECRETS | {"INTERNAL_WORKER_TOKEN"}


def test_the_credentials_stand_together_and_the_bucket_has_two_names(contract: EnvContract) -> None:
    needs = {spec.name: spec.needs for role in contract.roles for spec in role.keys if spec.needs}
    assert needs == {"AWS_ACCESS_KEY_ID": "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY": "AWS_ACCESS_KEY_ID"}
    assert contract.role("api").one_of == ()
    [bucket] = contract.role("worker").one_of
    assert bucket == OneOf(keys=("R2_BUCKET", "R2_VIDEO_BUCKET"), same=True, about=bucket.about)


def test_who_reads_the_blobs_and_where_they_are(contract: EnvContract) -> None:
    api, worker = contract.role("api"), contract.role("worker")
    assert (api.parameter, api.container, api.consumer) == ("/academy/api/env", "academy-api", Consumer.DOCKER)
    assert (worker.parameter, worker.container, worker.consumer) == ("/academy/workers/env", "", Consumer.DOTENV)


def test_passthrough_and_names_of_the_platform(contract: EnvContract) -> None:
    api, worker = contract.role("api"), contract.role("worker")
    assert api.passthrough == ("LAMBDA_INTERNAL_API_KEY", "SITE_URL", "SOLAPI_*")
    assert worker.passthrough == ()
    assert "DJANGO_SETTINGS_MODULE" in api.runtime
    assert {"ACADEMY_ENV_PARAMETER", "AWS_BATCH_JOB_ID", "DJANGO_SETTINGS_MODULE"} <= set(worker.runtime)


def test_the_worker_file_shows_where_other_workers_keys_go() -> None:
    text = (PROFILES / "roles/worker.yaml").read_text()
    assert "\n# passthrough:\n#   - " in text


@every_role
def test_old_names_are_mapped(name: str, contract: EnvContract) -> None:
    assert {alias.old: alias.targets for alias in contract.role(name).aliases} == ALIASES


@pytest.mark.parametrize(("name", "account"), [("production", "809466760795"), ("sandbox", "123456789012")])
def test_the_stacks_differ_in_their_account_only(name: str, account: str) -> None:
    stack = load_stack(PROFILES, name)
    assert (stack.account, stack.region, stack.kms_key) == (account, "ap-northeast-2", "alias/aws/ssm")
    assert dict(stack.parameters) == {"api": "/academy/api/env", "worker": "/academy/workers/env"}
    assert stack.job_queue.name == "academy-video-batch-queue"
    assert stack.compute_environment.name == "academy-video-batch-ce-v3"
    assert (stack.compute_environment.min_vcpus, stack.compute_environment.max_vcpus) == (0, 32)
    assert stack.compute_environment.instance_types == ("c6g.xlarge", "c6g.2xlarge", "c7g.xlarge", "c7g.2xlarge")
    assert stack.compute_environment.allocation_strategy == "BEST_FIT_PROGRESSIVE"
    assert stack.job_definition.image.startswith(f"{account}.dkr.ecr.ap-northeast-2.amazonaws.com/")
    assert (stack.job_definition.attempts, stack.job_definition.timeout_seconds) == (1, 14400)
    assert stack.iam.service_role == ""
    assert (stack.delete_r2_queue, stack.delete_r2_function) == ("academy-video-delete-r2",) * 2
    assert stack.legacy_queues == ("academy-video-jobs",)


def test_the_wheel_ships_the_profiles_and_finds_them(tmp_path: Path) -> None:
    build = ["pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run([sys.executable, "-m", *build], check=True, cwd=tmp_path, capture_output=True, timeout=120)
    [wheel] = tmp_path.glob("academyctl-*.whl")
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    for path in check_folder(PROFILES)[1]:
        shipped = installed / "academyctl/env_profiles" / Path(path).relative_to(PROFILES)
        assert shipped.read_bytes() == Path(path).read_bytes()

    find = "from academyctl.profiles.load import profile_folder; print(profile_folder(None))"
    env = {"PYTHONPATH": str(installed), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-P", "-c", find], cwd=tmp_path, env=env, check=True, capture_output=True, text=True
    )
    assert Path(done.stdout.strip()) == installed / "academyctl/env_profiles"
