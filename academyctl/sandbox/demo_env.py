"""The .env files of the tour: made up anew each time, written 0600, and never shown."""

import secrets
from collections.abc import Iterable
from pathlib import Path

from academyctl.envfile.read import read_bytes
from academyctl.envfile.store import write_private
from academyctl.model.contract import EnvContract
from academyctl.model.env import SourceKind
from academyctl.plan.split import split_document
from academyctl.sandbox.seed_env import sample, wanted

LEGACY = """\
# One file for everything: quotes, an export, and names that only other systems use.
DB_NAME=academy
DB_USER=academy
DB_PASSWORD='{}'
DB_HOST=db.internal
DB_PORT=5432
export SECRET_KEY="{}"
CLOUDFLARE_R2_ENDPOINT=https://account.r2.cloudflarestorage.com
CLOUDFLARE_R2_ACCESS_KEY_ID={}
CLOUDFLARE_R2_SECRET_ACCESS_KEY={}
VIDEO_BUCKET_NAME=academy-video
AWS_REGION=ap-northeast-2
VIDEO_SQS_QUEUE_NAME=academy-video-jobs
REDIS_URL=redis://:{}@redis.internal:6380/1
SOLAPI_API_KEY={}
SITE_URL=https://academy.example
API_BASE_URL=https://api.academy.example
INTERNAL_WORKER_TOKEN={}
WORKER_ID=worker-1
R2_PREFIX=hls
R2_REGION=auto
"""
WORKERS = """\
# Made for the worker: no R2_VIDEO_BUCKET, and R2 under another system's names.
DB_NAME=academy
DB_USER=academy
DB_PASSWORD={}
DB_HOST=db.internal
DB_PORT=5432
SECRET_KEY={}
CLOUDFLARE_R2_ENDPOINT=https://account.r2.cloudflarestorage.com
CLOUDFLARE_R2_ACCESS_KEY_ID={}
CLOUDFLARE_R2_SECRET_ACCESS_KEY={}
AWS_REGION=ap-northeast-2
VIDEO_SQS_QUEUE_NAME=academy-video-jobs
REDIS_HOST=redis.internal
API_BASE_URL=https://api.academy.example
INTERNAL_WORKER_TOKEN={}
WORKER_ID=worker-1
R2_BUCKET=academy-video
R2_PREFIX=hls
R2_REGION=auto
"""


def filled(template: str) -> str:
    """Each {} becomes a random secret."""
    return template.format(*(secrets.token_urlsafe(18) for _ in range(template.count("{}"))))


def legacy_env(contract: EnvContract) -> str:
    """The operators' mixed file, with whatever else the profiles in use demand."""
    text = filled(LEGACY)
    split = split_document(read_bytes(text.encode(), kind=SourceKind.FILE, label=".env"), contract)
    more = {
        spec.name: spec for role in contract.roles for spec in wanted(role) if spec.name not in split.by_role[role.name]
    }
    return text + "".join(f"{name}={sample(spec)}\n" for name, spec in more.items())


def write_env(folder: Path, lines: Iterable[str]) -> None:
    write_private(folder / ".env", "".join(lines))
