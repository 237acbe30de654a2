"""What one call asks a reader for: the reader, the key, the default."""

import ast
import re

from academyctl.scan.calls import Application
from academyctl.scan.libraries import Reader, reader_of
from academyctl.scan.scope import Use
from academyctl.scan.values import Ext, Made, Place

KEY_WORDS = ("key", "name", "var", "option")
_REFERENCE = re.compile(r"\$(?:\{(\w+)\}|(\w+))", re.ASCII)


def reader_in(application: Application) -> Reader | None:
    match application.of:
        case Ext(name):
            return reader_of(name)
        case Made(name):
            return reader_of(f"{name}()")
    return None


def key_in(application: Application, reader: Reader, use: Use) -> Place | None:
    if application.args:
        return application.args[0]
    named = next((application.words[word] for word in KEY_WORDS if word in application.words), None)
    if named or not reader.implied:
        return named
    return Place(ast.Constant(reader.implied), use.scope, use.line)


def default_in(application: Application, reader: Reader) -> Place | None:
    if "default" in application.words:
        return application.words["default"]
    if reader.default is not None and len(application.args) > reader.default:
        return application.args[reader.default]
    return None


def whole(node: ast.expr) -> ast.expr:
    """`environ` of environ.keys(), .items() and sorted(environ)."""
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr="keys" | "items" | "values"), args=[]):
            return whole(owner)
        case ast.Call(func=ast.Name(id="sorted" | "list" | "tuple" | "set" | "iter"), args=[owner, *_]):
            return whole(owner)
    return node


def names_in(text: str) -> list[str]:
    return [one or other for one, other in _REFERENCE.findall(text)]
