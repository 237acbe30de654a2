"""Is a text of a declared type? Answers in words that never quote it."""

import re

from academyctl.model.role import ValueType

_BOOL = frozenset(("1", "0", "true", "false", "yes", "no", "on", "off"))
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?")
_URL = re.compile(
    r"[Hh][Tt][Tt][Pp][Ss]?://(?:[^\s/?#@]*@)?(?:[^\s/?#:@\[\]<>]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:[/?#]\S*)?"
)


def type_problem(declared: ValueType, value: str) -> str:
    """Why `value` is not of the declared type; "" when it is."""
    good, wanted = True, ""
    match declared.kind:
        case "int":
            good, wanted = _is_digits(value.removeprefix("-"), most=18), "a whole number"
        case "port":
            good = _is_digits(value, most=5) and 1 <= int(value) <= 65535
            wanted = "a port (1 to 65535)"
        case "bool":
            good, wanted = value.lower() in _BOOL, "a bool (1/0, true/false, yes/no, on/off)"
        case "host":
            good, wanted = _is_host(value), "a host name or address, without scheme or port"
        case "url":
            good, wanted = bool(_URL.fullmatch(value)), "an http:// or https:// URL"
        case "enum":
            good, wanted = value in declared.argument.split(","), f"one of {declared.argument}"
        case "regex":
            good, wanted = (
                bool(re.fullmatch(declared.argument, value)),
                f"text that matches {declared.argument}",
            )
    return "" if good else f"is not {wanted}"


def _is_digits(value: str, *, most: int) -> bool:
    """ASCII digits only: int() would also take spaces, `_`, signs and the digits of other scripts."""
    return value.isascii() and value.isdecimal() and len(value) <= most


def _is_host(value: str) -> bool:
    """A name, an IPv4 or a bare IPv6 address. A colon is either part of an IPv6 address or begins a port."""
    if ":" not in value:
        return bool(_HOST.fullmatch(value))
    from ipaddress import AddressValueError, IPv6Address

    try:
        IPv6Address(value)
    except AddressValueError:
        return False
    return True
