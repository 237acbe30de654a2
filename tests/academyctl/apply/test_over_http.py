"""The real store over real HTTP, where AWS fails for so long that only injected sleeps make a test of it."""

from collections.abc import Iterator

import pytest

from academyctl.apply.ssm import WriteFailed, write_all
from academyctl.apply.wait import Clock
from academyctl.aws.connect import ATTEMPTS, Connection
from academyctl.aws.ssm import ParameterStore
from academyctl.model.errors import RolledBack
from academyctl.model.plan import State
from academyctl.model.secret import Secret
from academyctl.model.ssm import ParameterWrite
from tests.support.aws import API, WORKER, Aws
from tests.support.proxy import Dropped, Fault, Proxy, lose, proxied, refuse
from tests.support.site import ssm_of


def no_time(seconds: float) -> None:
    return


@pytest.fixture
def proxy(aws: Aws) -> Iterator[Proxy]:
    ssm_of(aws)
    with proxied(aws.url) as proxy:
        yield proxy


@pytest.fixture
def store(aws: Aws, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> ParameterStore:
    for name, value in {**aws.env, "AWS_ENDPOINT_URL": proxy.url}.items():
        monkeypatch.setenv(name, value)
    return ParameterStore(Connection("ap-northeast-2", sleep=no_time))


def write(store: ParameterStore) -> dict[str, int]:
    stood = store.read((API, WORKER))
    writes = [ParameterWrite(name=name, value=Secret("A=new\n"), base=stood.get(name)) for name in (API, WORKER)]
    return write_all(store, writes, stop=lambda: False, progress=lambda _: None, clock=Clock(sleep=no_time))


FOR_EVER = [
    (refuse("ThrottlingException"), "AWS throttles"),
    (refuse("TooManyUpdates"), "AWS throttles"),
    (refuse("InternalServerError", 500), "no answer, and it was not applied"),
    (lose(Dropped(), applied=False), "no answer, and it was not applied"),
]


@pytest.mark.parametrize(("fault", "words"), FOR_EVER, ids=["throttled", "too-many-updates", "500", "dropped"])
@pytest.mark.parametrize("stands", [True, False])
def test_a_second_write_that_fails_for_ever_undoes_the_first(
    aws: Aws, store: ParameterStore, proxy: Proxy, fault: Fault, words: str, stands: bool
) -> None:
    if stands:
        for name in (API, WORKER):
            ssm_of(aws).put_parameter(Name=name, Value="A=old\n", Type="SecureString")
    proxy.on("PutParameter", fault, name=WORKER, nth=())
    with pytest.raises(WriteFailed) as caught:
        write(store)
    assert isinstance(caught.value.error, RolledBack)
    assert words in caught.value.error.message
    assert caught.value.states == {API: State.UNDONE, WORKER: State.FAILED}
    assert proxy.count("PutParameter", WORKER) == ATTEMPTS
    assert {name: found.value.reveal() for name, found in store.read((API, WORKER)).items()} == (
        {API: "A=old\n", WORKER: "A=old\n"} if stands else {}
    )


def test_time_is_taken_from_aws(store: ParameterStore) -> None:
    """A lease is judged by AWS's clock, not by this machine's."""
    before = store.now()
    store.read((API,))
    told = store.now()
    assert abs((told - before).total_seconds()) < 60
    assert told.utcoffset() is not None
