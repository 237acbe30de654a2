"""Which containers hold on to a file: asked of an engine that is there, even where it will not answer us.

Containers that do are tried with `env restore`.
"""

import os
import tempfile
from pathlib import Path

import pytest

from academyctl.containers.engine import Engine
from academyctl.containers.mounts import read_mounting
from academyctl.model.errors import EngineDenied, EngineUnreachable
from tests.support.parts import require_root

FILE = Path("/host.env")


def test_a_socket_that_is_not_there_and_an_engine_elsewhere_have_nothing_of_ours(tmp_path: Path) -> None:
    assert read_mounting(Engine({"DOCKER_HOST": f"unix://{tmp_path}/docker.sock"}), FILE) == ()
    assert read_mounting(Engine({"DOCKER_HOST": "tcp://192.0.2.1:2375"}), FILE) == ()


def test_a_socket_in_a_folder_of_somebody_else_s_is_denied() -> None:
    require_root("a folder of somebody else's is needed")
    with tempfile.TemporaryDirectory() as folder:
        engine, socket = Engine({"DOCKER_HOST": f"unix://{folder}/docker.sock"}), Path(folder, "docker.sock")
        socket.touch()
        with pytest.raises(EngineUnreachable):  # and the SDK is imported, which may lie in a folder of root's
            read_mounting(engine, FILE)
        os.seteuid(65534)
        try:
            with pytest.raises(EngineDenied):
                read_mounting(engine, FILE)
        finally:
            os.seteuid(0)
