"""Was a value ever filled in, and is a key required? (Whether a value is of its type: model/value_type.)"""

from academyctl.model.role import KeySpec

_UNFILLED = frozenset(("changeme", "change-me", "change_me", "change me"))


def is_placeholder(value: str) -> bool:
    """`changeme`, `<…>` or `xxx`, as the whole value, in any case."""
    word = value.lower()
    angled = len(word) > 1 and word[0] == "<" and word[-1] == ">"
    return word in _UNFILLED or angled or (len(word) >= 3 and not word.strip("x"))


def is_required(spec: KeySpec, values: dict[str, str]) -> bool:
    """Required always, or because another key is set (`OTHER`) or has a value (`OTHER=value`)."""
    other, equals, wanted = spec.required_when.partition("=")
    if not other or spec.required:
        return spec.required
    return values.get(other) == wanted if equals else bool(values.get(other))
