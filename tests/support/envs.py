"""Envs to test with. `LEGACY` is the operators' one mixed .env: every role's keys, some under other systems' names."""

LEGACY = """\
# one file for everything
DB_NAME=academy
DB_USER=academy
DB_PASSWORD='p@ss w#rd'
DB_HOST=db.internal
DB_PORT=5432
export SECRET_KEY="signing-$x#y"
DEBUG=false
CLOUDFLARE_R2_ENDPOINT=https://account.r2.cloudflarestorage.com
CLOUDFLARE_R2_ACCESS_KEY_ID=AKIDEXAMPLE # old name
CLOUDFLARE_R2_SECRET_ACCESS_KEY=r2-secret
VIDEO_BUCKET_NAME=academy-video
AWS_REGION=ap-northeast-2
VIDEO_SQS_QUEUE_NAME=academy-video-jobs
REDIS_URL=redis://:redis-secret@redis.internal:6380/1
SOLAPI_API_KEY=solapi-secret
SITE_URL=https://academy.example
API_BASE_URL=https://api.academy.example
INTERNAL_WORKER_TOKEN=worker-token
WORKER_ID=worker-1
R2_PREFIX=hls
R2_REGION=auto
"""

API = {
    "R2_ENDPOINT": "https://account.r2.cloudflarestorage.com",
    "R2_ACCESS_KEY": "AKIDEXAMPLE",
    "R2_SECRET_KEY": "r2-secret",
    "R2_VIDEO_BUCKET": "academy-video",
    "AWS_REGION": "ap-northeast-2",
    "VIDEO_SQS_QUEUE_NAME": "academy-video-jobs",
    "REDIS_HOST": "redis.internal",
    "DB_NAME": "academy",
    "DB_USER": "academy",
    "DB_PASSWORD": "db-secret",
    "DB_HOST": "db.internal",
    "DB_PORT": "5432",
    "SECRET_KEY": "signing-key",
}
WORKER = {
    **API,
    "API_BASE_URL": "https://api.academy.example",
    "INTERNAL_WORKER_TOKEN": "worker-token",
    "WORKER_ID": "worker-1",
    "R2_PREFIX": "hls",
    "R2_REGION": "auto",
}


def text(env: dict[str, str], **changes: str | None) -> str:
    """An env file; a change of None leaves the key out."""
    merged = {key: value for key, value in {**env, **changes}.items() if value is not None}
    return "".join(f"{key}={value}\n" for key, value in merged.items())
