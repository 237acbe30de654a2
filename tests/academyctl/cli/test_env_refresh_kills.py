"""SIGKILL, Ctrl-C and SIGTERM at every write of a refresh, on a real engine: one container serves in the end."""

from signal import SIGINT, SIGKILL, SIGTERM

import pytest

from tests.support.engine_proxy import Fault
from tests.support.refreshing import NAME, NEW, OLD, STORED, RefreshSite

WRITES = ("create", "update", "stop", "rename", "rename", "start", "remove")
"""Of a refresh of a container that is on no network and has a restart policy."""
STANDS = {
    1: {NAME: "running", NEW: "created"},
    2: {NAME: "running", NEW: "created"},
    3: {NAME: "exited", NEW: "created"},
    4: {OLD: "exited", NEW: "created"},
    5: {OLD: "exited", NAME: "created"},
    6: {OLD: "exited", NAME: "running"},
    7: {NAME: "running"},
}
"""What stands after each of them."""


@pytest.fixture
def site(refreshing: RefreshSite) -> RefreshSite:
    refreshing.store()
    refreshing.serve("--restart", "unless-stopped")
    return refreshing


def killed(site: RefreshSite, write: int) -> None:
    """A refresh that died when the engine had done this write and it did not know yet."""
    site.fault(write, Fault(after=site.signal(SIGKILL), drop=True))
    assert site.refresh().code == -SIGKILL
    assert tuple(site.proxy.writes) == WRITES[:write]
    assert site.stands() == STANDS[write]
    site.proxy.reset()


def serves(site: RefreshSite, id: str | None = None) -> bool:
    """One container is left, under its name, running, with its own restart policy. `id`: this very one."""
    assert site.stands() == {NAME: "running"}
    assert site.policy() == "unless-stopped"
    return id is None or site.inspect()["Id"] == id


def test_after_a_kill_the_same_command_ends_with_one_container_of_the_new_env(site: RefreshSite) -> None:
    """At each write, one refresh after the other."""
    for write in STANDS:
        site.store(DB_PORT=str(6000 + write))
        killed(site, write)
        again = site.refresh()
        assert (again.code, again.json["status"]) == (0, "unchanged" if write == 7 else "changed"), again
        assert serves(site)
        assert site.env().items() >= (STORED | {"DB_PORT": str(6000 + write)}).items()
        site.proxy.reset()


def test_after_a_kill_rollback_brings_the_former_container_back(site: RefreshSite) -> None:
    """Also one that is killed itself: in the six writes of the longest one (stop, rename, rename, update, start,
    remove)."""
    for write, again in ((3, 0), (5, 0), (6, 3)):
        killed(site, write)
        if again:
            site.fault(again, Fault(after=site.signal(SIGKILL), drop=True))
            assert site.rollback().code == -SIGKILL
            site.proxy.reset()
        back = site.rollback()
        assert (back.code, back.json["status"]) == (0, "changed"), back
        assert serves(site, site.ids[0])
        site.proxy.reset()


def test_a_former_container_that_stands_alone_comes_back_and_its_lost_policy_is_told(site: RefreshSite) -> None:
    killed(site, 5)
    site.engine.docker("rm", NAME)
    assert site.refresh("--dry-run").codes("warning") == ["container.restart-policy"]
    back = site.rollback()
    assert (back.code, back.codes("warning")) == (0, ["container.restart-policy"]), back
    assert site.stands() == {NAME: "running"}
    assert (site.inspect()["Id"], site.policy()) == (site.ids[0], "no")


def test_ctrl_c_and_sigterm_bring_the_former_container_back(site: RefreshSite) -> None:
    """Ctrl-C twice, too."""
    signals = {SIGTERM: 3, SIGINT: 6}
    for number, write in signals.items():
        site.fault(write, Fault(after=site.signal(number)))
        site.fault(write + 1, Fault(after=site.signal(number)))
        result = site.refresh()
        assert (result.code, result.json["status"]) == (130, "interrupted"), result
        assert [change["state"] for change in result.json["changes"]] == ["undone"]
        assert "serves again" in result.json["error"]["message"]
        assert serves(site, site.ids[0])
        site.proxy.reset()


def test_ctrl_c_after_the_proof_does_not_undo_what_is_proven(site: RefreshSite) -> None:
    site.fault(7, Fault(before=site.signal(SIGINT)))
    result = site.refresh()
    assert (result.code, [change["state"] for change in result.json["changes"]]) == (130, ["done"]), result
    assert serves(site)
    assert site.env()["DB_PORT"] == STORED["DB_PORT"]


def test_writes_whose_answers_are_lost_are_looked_for_and_gone_on_from(site: RefreshSite) -> None:
    for write in STANDS:
        site.fault(write, Fault(drop=True))
    result = site.refresh()
    assert (result.code, result.json["status"]) == (0, "changed"), result
    assert tuple(site.proxy.writes) == WRITES
    assert serves(site)
