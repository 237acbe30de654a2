"""What libraries read from the environment: by a call of theirs, or by themselves once they are imported."""

from typing import NamedTuple

from academyctl.model.reference import How


class Reader(NamedTuple):
    """A function outside of the scanned files whose argument names a key. `must`: without a default it raises, or the
    key is asked for with none to fall back on."""

    how: How
    must: bool = True
    default: int | None = 1
    """The place of the default among the arguments; None: by keyword only."""
    implied: str = ""
    """The key that is read when none is named."""


READERS = {
    "os.getenv": Reader(How.GETENV),
    "os.getenvb": Reader(How.GETENV),
    **{
        f"{environ}.{name}": reader
        for environ in ("os.environ", "os.environb", "posix.environ")
        for name, reader in {
            "get": Reader(How.GET),
            "pop": Reader(How.POP),
            "setdefault": Reader(How.SETDEFAULT, must=False),
            "__getitem__": Reader(How.SUBSCRIPT),
            "__contains__": Reader(How.IN, must=False),
        }.items()
    },
    "decouple.config": Reader(How.CONFIG),
    "decouple.Config()": Reader(How.CONFIG),
    "decouple.AutoConfig()": Reader(How.CONFIG),
    "starlette.config.Config()": Reader(How.CONFIG, default=2),
    "environ.Env()": Reader(How.CONFIG, default=2),
    "environ.FileAwareEnv()": Reader(How.CONFIG, default=2),
    "environs.Env()": Reader(How.CONFIG),
    "environs.FileAwareEnv()": Reader(How.CONFIG),
}
LIBRARIES = frozenset({"decouple", "environ", "environs", "starlette"})
"""Who has a reader of its own."""
FACTORIES = frozenset(name.removesuffix("()") for name in READERS if name.endswith("()"))
"""What makes a reader when it is called."""
ENVIRON_METHODS = frozenset({"get", "pop", "setdefault", "__getitem__", "__contains__"})
_TYPES = (
    "str bytes bool int float decimal json list tuple dict url path date datetime time timedelta uuid log_level enum"
    " email subset"
)
_TYPED = frozenset(_TYPES.split())
_URLS = {
    "db": "DATABASE_URL",
    "db_url": "DATABASE_URL",
    "cache": "CACHE_URL",
    "cache_url": "CACHE_URL",
    "email": "EMAIL_URL",
    "email_url": "EMAIL_URL",
    "search_url": "SEARCH_URL",
    "channels_url": "CHANNELS_URL",
    "dj_db_url": "",
    "dj_email_url": "",
    "dj_cache_url": "",
}


def reader_of(name: str) -> Reader | None:
    """The reader that a dotted name is; `environ.Env().bool` for a method of what a factory made."""
    if name in READERS:
        return READERS[name]
    maker, _, method = name.rpartition(".")
    if maker not in READERS or not maker.endswith(".Env()") | maker.endswith(".FileAwareEnv()"):
        return None
    if method in _URLS:
        return Reader(How.CONFIG, implied=_URLS[method])
    return Reader(How.CONFIG) if method in _TYPED else None


AWS = (
    "AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_SECURITY_TOKEN AWS_DEFAULT_REGION AWS_PROFILE"
    " AWS_DEFAULT_PROFILE AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE AWS_CA_BUNDLE AWS_ENDPOINT_URL AWS_ROLE_ARN"
    " AWS_WEB_IDENTITY_TOKEN_FILE AWS_ROLE_SESSION_NAME AWS_STS_REGIONAL_ENDPOINTS AWS_RETRY_MODE AWS_MAX_ATTEMPTS"
    " AWS_EC2_METADATA_DISABLED AWS_CONTAINER_CREDENTIALS_RELATIVE_URI AWS_CONTAINER_CREDENTIALS_FULL_URI"
    " AWS_USE_FIPS_ENDPOINT AWS_USE_DUALSTACK_ENDPOINT"
)
POSTGRES = (
    "PGHOST PGHOSTADDR PGPORT PGDATABASE PGUSER PGPASSWORD PGPASSFILE PGSERVICE PGSERVICEFILE PGOPTIONS PGAPPNAME"
    " PGSSLMODE PGSSLCERT PGSSLKEY PGSSLROOTCERT PGCONNECT_TIMEOUT PGCLIENTENCODING PGTZ"
)
PROXIES = "HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy"
IMPLICIT = {
    package: tuple(names.split())
    for package, names in {
        "boto3": AWS,
        "botocore": AWS,
        "aioboto3": AWS,
        "aiobotocore": AWS,
        "django": "DJANGO_SETTINGS_MODULE",
        "psycopg": POSTGRES,
        "psycopg2": POSTGRES,
        "asyncpg": POSTGRES,
        "requests": PROXIES + " REQUESTS_CA_BUNDLE CURL_CA_BUNDLE",
        "httpx": PROXIES + " SSL_CERT_FILE SSL_CERT_DIR",
        "urllib.request": PROXIES,
        "docker": "DOCKER_HOST DOCKER_TLS_VERIFY DOCKER_CERT_PATH",
        "sentry_sdk": "SENTRY_DSN SENTRY_ENVIRONMENT SENTRY_RELEASE",
        "openai": "OPENAI_API_KEY OPENAI_ORG_ID OPENAI_BASE_URL",
        "google.cloud": "GOOGLE_APPLICATION_CREDENTIALS GOOGLE_CLOUD_PROJECT",
    }.items()
}
"""Package → what it reads by itself; each from the package's own documentation."""
EXPANDVARS = "os.path.expandvars"
OPTIONS = ("click.", "typer.")
"""Whose `envvar=` names a key that stands in for an option."""
TESTS = ("tests", "test", "testing")
"""Folders that hold tests."""
