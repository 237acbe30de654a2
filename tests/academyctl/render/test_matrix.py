"""The env matrix as a drawing: one file, no request, names as they are."""

from xml.etree import ElementTree

from academyctl.model.report import Cell, Matrix
from academyctl.render.matrix import matrix_page, matrix_svg

HOSTILE = '<script>alert("x")</script>'
MATRIX = Matrix(
    role="api",
    sources=("file", "SSM"),
    rows=(
        ("SECRET_KEY", (Cell(state="SET"), Cell(state="MISSING", why="required"))),
        (HOSTILE, (None, Cell(state="FOREIGN", why=f"belongs to {HOSTILE}"))),
    ),
)
SVG = "{http://www.w3.org/2000/svg}"


def test_every_key_and_every_state_is_drawn() -> None:
    drawn = ElementTree.fromstring(matrix_svg([MATRIX, MATRIX]))
    words = ["".join(text.itertext()).strip() for text in drawn.iter(f"{SVG}text")]
    assert words[: len(words) // 2] == words[len(words) // 2 :]
    assert words[:7] == ["api", "file", "SSM", "SECRET_KEY", "✓ set", "✗ not setrequired", HOSTILE]
    assert words[7] == f"? foreignbelongs to {HOSTILE}"


def test_nothing_lies_outside_the_drawing() -> None:
    drawn = ElementTree.fromstring(matrix_svg([MATRIX]))
    _, _, width, height = map(float, drawn.attrib["viewBox"].split())
    places = [(float(text.attrib["x"]), float(text.attrib["y"])) for text in drawn.iter(f"{SVG}text")]
    assert max(x for x, _ in places) < width
    assert max(y for _, y in places) < height


def test_neither_form_asks_any_host_for_anything() -> None:
    for form in (matrix_svg([MATRIX]), matrix_page("production", [MATRIX])):
        assert "<script" not in form
        assert "url(" not in form
        assert "http" not in form.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "")
