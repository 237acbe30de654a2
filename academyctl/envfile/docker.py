"""`docker --env-file`: nothing is unquoted, nothing is a comment but a whole line, nothing is expanded.

Facts: docker CLI 28.2.2 and 20.10.24, run against a stub daemon that captured the create request.
"""

from collections.abc import Iterator, Mapping

from academyctl.envfile.binding import Binding

# What Go's unicode.IsSpace knows; str.lstrip() would also take the ASCII separators 0x1c to 0x1f.
GO_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
LONGEST_LINE = 64 * 1024 - 1
"""In bytes, a carriage return and a byte order mark included, the newline not."""


def read_docker(text: str, host: Mapping[str, str] | None = None) -> Iterator[Binding]:
    """Every statement of `text`. A name without `=` takes the caller's value from `host`."""
    for number, raw in enumerate(text.split("\n"), start=1):
        if len(raw) > LONGEST_LINE // 4 and len(raw.encode()) > LONGEST_LINE:
            yield Binding("", None, number, "the line is longer than docker can read (64 KiB)")
            continue
        line = raw.removeprefix("\ufeff") if number == 1 else raw
        line = line.removesuffix("\r").lstrip(GO_SPACE)
        if line and not line.startswith("#"):
            yield from _statement(line, number, host or {})


def _statement(line: str, number: int, host: Mapping[str, str]) -> Iterator[Binding]:
    key, equals, value = line.partition("=")
    if not key:
        yield Binding("", None, number, "there is no name before the =")
    elif " " in key or "\t" in key:
        yield Binding("", None, number, "the name holds a space, which docker refuses")
    elif equals:
        yield Binding(key, value, number)
    elif key in host:
        yield Binding(key, host[key], number)
    else:
        yield Binding(key, None, number, "there is no =, so docker would take the value from whoever runs it")
