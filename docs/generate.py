"""Writes docs/reference/*.md and docs/codes.md from the code: `make docs`. tests/contract/test_reference.py holds them.

A page a group of commands, one for each command that has none, an index with what all share, and every code explained.
"""

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any

import typer

from academyctl.cli.app import GROUPS, LEAVES
from academyctl.cli.options import ON_EVERY_LEAF, ON_WRITES
from academyctl.model.explain.article import Article, is_command
from academyctl.model.explain.failures import FAILURES
from academyctl.model.explain.registry import FINDINGS
from academyctl.model.finding import CODES

DOCS = Path(__file__).resolve().parent
MARK = "<!-- Made from the code by `make docs`. -->\n"
FAMILIES = {
    "env": "An env against its role's contract",
    "ssm": "Parameters",
    "ce": "Compute environments",
    "queue": "Job queues",
    "jobdef": "Job definitions",
    "job": "Jobs",
    "account": "Account",
    "iam": "IAM",
    "ecr": "Images",
    "logs": "Logs",
    "network": "Network",
    "legacy": "What is left of the time before Batch",
    "delete-r2": "delete-r2",
    "scan": "The code",
    "check": "Checks",
    "profile": "Profile files",
    "container": "Containers",
    "file": "Restored files",
    "doctor": "This side",
}


def pages() -> Mapping[str, str]:
    """Every page by its path below docs/."""
    groups = {name: _commands(name, module) for name, (module, _) in GROUPS.items()}
    leaves = {name: _commands("", module) for name, (module, _) in LEAVES.items()}
    texts = {
        f"reference/{name}.md": _page(name, about, (groups | leaves)[name])
        for name, (_, about) in (GROUPS | LEAVES).items()
    }
    return {"codes.md": _codes(), "reference/README.md": _index(groups | leaves), **texts}


def _commands(group: str, module: str) -> Mapping[str, Any]:
    """Full name → the command as the parser has it."""
    found = {}
    for info in import_module(module).app.registered_commands:
        one = typer.Typer(add_completion=False)
        one.registered_commands = [info]
        found[f"{group} {info.name}".strip()] = typer.main.get_command(one)
    return found


def _page(name: str, about: str, commands: Mapping[str, Any]) -> str:
    parts = [MARK, f"# academyctl {name}\n", f"{about} [What all commands share](README.md).\n"]
    return "\n".join([*parts, *(_command(full, command) for full, command in commands.items())])


def _command(name: str, command: Any) -> str:
    example = str(command.epilog).removeprefix("Example: ")
    own = [one for one in command.params if one.name not in ON_EVERY_LEAF and one.name not in ON_WRITES]
    writes = any(one.name == "yes" for one in command.params)
    shared = "It shows its plan and asks first: `--yes`, `--dry-run`, `--check`.\n" if writes else ""
    parts = [
        f"## academyctl {name}\n",
        f"{_paragraphs(command.help)}\n",
        f"```sh\n{example}\n```\n",
        shared,
        _table(own),
    ]
    return "\n".join(part for part in parts if part)


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def _table(params: Iterable[Any]) -> str:
    rows = [_row(one) for one in params]
    return "\n".join(["| option | default | |", "|---|---|---|", *rows]) + "\n" if rows else ""


def _row(param: Any) -> str:
    default = "required" if param.required else f"`{_default(param)}`" if _default(param) else ""
    return f"| {_words(param)} | {default} | {_cell(getattr(param, 'help', '') or '')} |"


def _words(param: Any) -> str:
    if not any(word.startswith("-") for word in param.opts):
        return f"`{param.make_metavar(typer.Context(typer.core.TyperCommand('x')))}`"
    names = ", ".join([*sorted(param.opts, key=len), *param.secondary_opts])
    value = "" if param.is_flag else f" {_value(param)}"
    return f"`{names}{value}`"


def _value(param: Any) -> str:
    choices = getattr(param.type, "choices", None)
    if choices:
        return r"\|".join(str(getattr(one, "value", one)) for one in choices)
    kind = param.type.name.partition(" ")[0]
    return param.metavar or {"int": "N", "integer": "N", "float": "N", "path": "PATH", "file": "PATH"}.get(kind, "TEXT")


def _default(param: Any) -> str:
    if isinstance(param.show_default, str):
        return param.show_default
    value = getattr(param.default, "value", param.default)
    if value in (None, False, "") or callable(value):
        return ""
    return "on" if value is True else f"{value:g}" if isinstance(value, float) else f"{value}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


def _index(groups: Mapping[str, Mapping[str, Any]]) -> str:
    """Every command in a line, and the options that all take."""
    rows = [
        f"| [`{name}`]({page}.md#{'academyctl ' + name}) | {_cell(command.help.split(chr(10) * 2)[0])} |".replace(
            f"#academyctl {name}", f"#academyctl-{name.replace(' ', '-')}"
        )
        for page, commands in groups.items()
        for name, command in commands.items()
    ]
    parts = [
        MARK,
        "# Commands\n",
        "\n".join(["| command | |", "|---|---|", *rows]) + "\n",
        "## Options of every command\n",
        _table(_shared(ON_EVERY_LEAF)),
        "## Options of a command that writes\n",
        "It shows its plan first. On a terminal it asks; elsewhere it needs `--yes`, or ends with exit 2.\n",
        _table(_shared(ON_WRITES)),
        "## Completion\n",
        "`academyctl --install-completion` once, in bash, zsh or fish; in a new terminal Tab completes commands and "
        "options, and what stands behind them: stacks, roles, keys, checks, codes, containers, compute environments "
        "(these are asked of AWS, for two seconds at most).\n",
        "## Results\n",
        "The [exit codes](../../README.md#exit-codes) and the [JSON object](../../README.md#json) are the same for "
        "all; what a finding's code means stands in [codes](../codes.md).\n",
    ]
    return "\n".join(parts)


def _shared(options: Mapping[str, Any]) -> Iterator[Any]:
    """The options as the parser has them, in the order they are declared."""
    module, _ = GROUPS["ssm"]
    push = _commands("ssm", module)["ssm push"]
    by_name = {one.name: one for one in push.params}
    yield from (by_name[name] for name in options)


def _codes() -> str:
    table = "\n".join(f"| [`{code}`](#{_anchor(code)}) | {_cell(says)} |" for code, says in CODES.items())
    findings = [
        f"## {FAMILIES[family]}\n\n" + "\n".join(_article(one, FINDINGS[one], CODES[one]) for one in codes)
        for family, codes in _families(CODES).items()
    ]
    errors = "\n".join(_article(code, one, "") for code, one in sorted(FAILURES.items()))
    parts = [
        MARK,
        "# Codes\n",
        "What `findings[].code` and `error.code` say. `academyctl explain CODE` tells the same in a terminal.\n",
        "## Finding codes\n",
        f"| code | says |\n|---|---|\n{table}\n",
        *findings,
        f"## Errors\n\n`error.code`, when a command did not end well.\n\n{errors}",
    ]
    return "\n".join(parts)


def _families(codes: Iterable[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code in codes:
        found.setdefault(code.partition(".")[0], []).append(code)
    return found


def _anchor(code: str) -> str:
    """As GitHub makes it of the heading."""
    return code.replace(".", "")


def _article(code: str, article: Article, says: str) -> str:
    head = f"### {code}\n\n" + (f"*{_cell(says)}*\n\n" if says else "")
    repair = "".join(
        _commands_block(lines) if runs else "".join(f"{line}\n\n" for line in lines)
        for runs, lines in groupby(article.repair, key=is_command)
    )
    return f"{head}{article.what} {article.why}\n\n{repair}Source: {article.source}.\n"


def _commands_block(lines: Iterable[str]) -> str:
    return "```sh\n" + "\n".join(lines) + "\n```\n\n"


def main() -> None:
    """Writes what has changed; removes a page that is nobody's any more."""
    wanted = pages()
    for path, text in wanted.items():
        (DOCS / path).write_text(text, encoding="utf-8")
    for stray in (DOCS / "reference").glob("*.md"):
        if f"reference/{stray.name}" not in wanted:
            stray.unlink()


if __name__ == "__main__":
    main()
