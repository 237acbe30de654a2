"""The pipeline, for all tests of a file."""

from collections.abc import Iterator

import pytest

from tests.support.parts import require
from tests.support.pipeline import Pipeline, pipeline
from tests.support.strict import Strict


@pytest.fixture(scope="module")
def line(_strict_server: Strict) -> Iterator[Pipeline]:
    require("ffprobe", "the worker encodes with ffmpeg")
    with pipeline(_strict_server) as made:
        yield made
