"""The sample: everything that is marked is found, where it is marked, and no decoy."""

from pathlib import Path

from academyctl.scan.audit import survey
from tests.academyctl.scan.marked import Marked, decoys, marked, write_sample


def test_all_43_references_are_found_and_nothing_else(tmp_path: Path) -> None:
    seen = survey([write_sample(tmp_path)], {})
    found = {Marked(one.name, Path(one.path).name, one.line) for one in seen.references}
    assert found == marked()
    assert len(found) == 43
    assert (seen.dynamic, seen.unparsed, seen.undefined) == ((), (), ())


def test_the_sample_has_decoys_of_many_kinds() -> None:
    assert len(decoys()) >= 8
    assert not decoys() & {one.name for one in marked()}
