"""The proof of a split on arbitrary envs: nothing is lost, nothing crosses over, no value is changed or told."""

from hypothesis import given, settings
from hypothesis import strategies as st

from academyctl.model.env import Document, Entry, SourceKind
from academyctl.model.secret import Secret
from academyctl.plan.split import split_document
from tests.builders import shipped

API_ONLY = ("DEBUG", "ALLOWED_HOSTS", "VIDEO_API_TOKENS", "AWS_SECRET_ACCESS_KEY", "SITE_URL", "SOLAPI_API_KEY")
WORKER_ONLY = ("API_BASE_URL", "INTERNAL_WORKER_TOKEN", "WORKER_ID", "R2_PREFIX", "R2_REGION", "R2_BUCKET")


_declared = [spec.name for role in shipped().roles for spec in role.keys]
_keys = st.one_of(
    st.sampled_from([*_declared, *shipped().aliases, *shipped().runtime, *API_ONLY, *WORKER_ONLY]),
    st.sampled_from(_declared).map(lambda name: name[:-1]),
    st.from_regex(r"SOLAPI_[A-Z]{0,5}", fullmatch=True),
    st.text(min_size=1, max_size=12),
)
_values = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["redis://h", "redis://:p@h:1/2", "redis://u:p@h", "same", "changeme"]),
)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    pairs = draw(st.lists(st.tuples(_keys, _values), max_size=12))
    entries = tuple(Entry(key, Secret(value), line) for line, (key, value) in enumerate(pairs, start=1))
    return Document(kind=SourceKind.FILE, label=".env", entries=entries)


@settings(max_examples=300, deadline=None)
@given(documents(), st.booleans())
def test_every_key_ends_in_a_role_or_in_a_finding(document: Document, drop: bool) -> None:
    split = split_document(document, shipped(), drop_unknown=drop)
    named = {finding.subject for finding in split.findings}
    assert set(split.homes) == {entry.key for entry in document.entries}
    for key, homes in split.homes.items():
        assert homes or key in named
        targets = shipped().aliases[key].targets if key in shipped().aliases else (key,)
        if homes and key not in named:
            assert all(set(targets) & split.by_role[role].keys() for role in homes)
    assert set(split.dropped) == ({key for key, homes in split.homes.items() if not homes} if drop else set())


@settings(max_examples=300, deadline=None)
@given(documents())
def test_a_role_gets_its_own_keys_only_with_their_values_unchanged(document: Document) -> None:
    split = split_document(document, shipped())
    source = document.last()
    for role in shipped().roles:
        declared = {spec.name for spec in role.keys}
        for key, entry in split.by_role[role.name].items():
            assert role.name in shipped().owners(key)
            assert key in declared or any(key.startswith(pattern.rstrip("*")) for pattern in role.passthrough)
            if key in source:
                assert entry.value == source[key].value


@settings(max_examples=200, deadline=None)
@given(documents())
def test_a_value_reaches_every_role_that_owns_its_key(document: Document) -> None:
    split = split_document(document, shipped())
    for key, entry in document.last().items():
        for role in shipped().owners(key):
            assert split.by_role[role][key].value == entry.value


@settings(max_examples=200, deadline=None)
@given(documents(), st.sampled_from(["{}", "redis://{}", "rediss://:{}@h"]))
def test_no_value_is_told(document: Document, form: str) -> None:
    canary = "canary-4f1d"
    entries = tuple(Entry(entry.key, Secret(form.format(canary)), entry.line) for entry in document.entries)
    split = split_document(Document(kind=document.kind, label=document.label, entries=entries), shipped())
    assert canary not in repr(split)
