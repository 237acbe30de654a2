"""The codes of `env scan`: what the code reads against what the roles declare."""

from academyctl.model.explain.article import Article

AST = "the syntax tree of the scanned files; nothing is run"
SCAN = "academyctl env scan . -o json  # data.references: every place, with file and line"

CODE = {
    "scan.undeclared": Article(
        what="The code reads an env key that its role does not declare.",
        why="Nothing puts the key into the parameter, so the first read fails or takes a default that nobody chose. "
        "It works on the laptop of whoever has it in a .env.",
        repair=(
            SCAN,
            "Declare it in roles/ROLE.yaml under `keys` (or `runtime`, if the platform sets it), then push its value.",
        ),
        source=AST,
    ),
    "scan.unreferenced": Article(
        what="A role declares a key that no module reads that its entry points import.",
        why="A required key that nobody reads blocks a push for nothing, and a secret that nobody needs is one more "
        "to lose. It may also be read in a way that cannot be seen (a name put together at run time).",
        repair=(SCAN, "Remove it from roles/ROLE.yaml, or name the module that reads it in `entrypoints`."),
        source=AST,
    ),
    "scan.dynamic": Article(
        what="The code reads an env key whose name is known only when it runs.",
        why="The scan cannot tell which key that is: look once whether all names it can have are declared.",
        repair=("Read the place that is named; declare the names it can have, or write the name out.",),
        source=AST,
    ),
    "scan.unparsed": Article(
        what="A file is no Python that this Python can parse.",
        why="What it reads is unknown, so the answer for its role would be wrong.",
        repair=("python -m py_compile FILE", "Leave it out of the PATHs if it is no source (a template)."),
        source=AST,
    ),
    "scan.undefined-setting": Article(
        what="The code reads settings.NAME, and no settings module defines NAME.",
        why="Django raises AttributeError at that line, when it is first run: often in an error path, at night.",
        repair=("Define it in the settings module, or correct the name.", SCAN),
        source="Django documentation, Django settings",
    ),
}
