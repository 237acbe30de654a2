"""What somebody probably meant who mistyped a name."""

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """The name that is most like `word`; "" where none is near."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, [*known], n=1, cutoff=0.6)), "")


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """A hint: the nearest name before what is said anyway."""
    near = nearest(word, known)
    return f"did you mean {near}? {otherwise}" if near else otherwise
