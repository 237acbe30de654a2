"""One HTML page that needs nothing else: no file, no script, no request to any host. What it shows is data, escaped."""

from html import escape

from academyctl.render.plain import printable

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
STYLE = """
:root { color-scheme: light dark;
  --paper: #f5f6f8; --card: #ffffff; --ink: #1a2230; --soft: #5b6677; --line: #dfe4ea; --code: #eef1f5;
  --good: #14804a; --good-bg: #e3f5eb; --bad: #b3261e; --bad-bg: #fdeae8; --warn: #8a5a00; --warn-bg: #fff3d6;
  --dim: #6b7583; --dim-bg: #eceff3; --accent: #2f5fd0; }
@media (prefers-color-scheme: dark) { :root {
  --paper: #10151d; --card: #182029; --ink: #e6ebf2; --soft: #9aa7b8; --line: #2b3643; --code: #222c38;
  --good: #5fd39a; --good-bg: #12352a; --bad: #ff8f86; --bad-bg: #421d1c; --warn: #f2c063; --warn-bg: #3b2d10;
  --dim: #93a0b0; --dim-bg: #25303c; --accent: #86a8ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); line-height: 1.5; font-size: 15px;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 18px; margin: 36px 0 12px; letter-spacing: -0.01em; }
h3 { font-size: 14px; margin: 0 0 8px; color: var(--soft); font-weight: 600; }
p { margin: 0; }
code, .mono { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace; font-size: 13px;
  overflow-wrap: anywhere; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 16px 18px;
  margin: 0 0 12px; overflow-wrap: anywhere; break-inside: avoid; }
.head { display: flex; flex-wrap: wrap; gap: 14px 24px; align-items: center; border-left: 6px solid var(--dim); }
.head .said { flex: 1 1 300px; min-width: 0; }
.head.good { border-left-color: var(--good); } .head.bad { border-left-color: var(--bad); }
.head.warn { border-left-color: var(--warn); }
.soft { color: var(--soft); } .small { font-size: 13px; }
.pills { display: flex; flex-wrap: wrap; gap: 6px; }
.pill { display: inline-block; border-radius: 999px; padding: 2px 10px; font-size: 12.5px; font-weight: 600;
  white-space: nowrap; background: var(--dim-bg); color: var(--dim); }
.pill.good { background: var(--good-bg); color: var(--good); }
.pill.bad { background: var(--bad-bg); color: var(--bad); }
.pill.warn { background: var(--warn-bg); color: var(--warn); }
.remedy { display: block; background: var(--code); border-radius: 8px; padding: 9px 12px; margin: 0 0 12px; }
ul { list-style: none; margin: 0; padding: 0; }
li + li { margin-top: 10px; }
li .pill { margin-right: 4px; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
th, td { text-align: left; padding: 7px 8px; border-top: 1px solid var(--line); vertical-align: top;
  overflow-wrap: anywhere; }
thead th { border-top: 0; font-size: 12.5px; color: var(--soft); font-weight: 600; }
tr { break-inside: avoid; } .tall { break-inside: auto; }
.side { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 12px;
  align-items: start; }
.side .card { margin: 0; }
.cell { width: 24%; } td.mono { font-size: 12.5px; }
.sign { font-weight: 700; display: inline-block; width: 1.3em; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); } .dim { color: var(--dim); }
.head.good, .head.bad, .head.warn { color: var(--ink); }
.checks td:first-child { width: 2.4em; } .checks col.c { width: 2.4em; } .checks col.t { width: 5em; }
.checks .id { color: var(--soft); }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--ink); font-family: inherit; } svg .soft { fill: var(--soft); } svg .strong { font-weight: 600; }
svg .good { fill: var(--good); } svg .bad { fill: var(--bad); } svg .warn { fill: var(--warn); }
svg .dim { fill: var(--dim); }
svg rect { fill: var(--card); stroke: var(--line); stroke-width: 1.5; }
svg rect.good { stroke: var(--good); fill: var(--good-bg); } svg rect.bad { stroke: var(--bad); fill: var(--bad-bg); }
svg rect.warn { stroke: var(--warn); fill: var(--warn-bg); } svg rect.dim { stroke: var(--line); fill: var(--dim-bg); }
svg path { fill: none; stroke: var(--soft); stroke-width: 1.5; } svg path.faint { stroke-dasharray: 4 4; }
.narrow { display: none; }
@media (max-width: 700px) {
  main { padding: 16px 12px 40px; } h1 { font-size: 22px; } .card { padding: 13px 14px; }
  .wide { display: none; } .narrow { display: block; }
  .checks .time, .checks col.t { display: none; } }
@media print { :root { color-scheme: light;
  --paper: #ffffff; --card: #ffffff; --ink: #000000; --soft: #444444; --line: #bbbbbb; --code: #f2f2f2;
  --good: #0b6b3a; --good-bg: #ffffff; --bad: #a01010; --bad-bg: #ffffff; --warn: #704800; --warn-bg: #ffffff;
  --dim: #555555; --dim-bg: #ffffff; }
  body { font-size: 11pt; } main { max-width: none; padding: 0; } h2 { break-after: avoid; }
  .pill { border: 1px solid currentColor; } .card { border-radius: 4px; } }
"""


def page(title: str, *sections: str) -> str:
    """`title` is text, the sections are HTML already."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{text(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(section for section in sections if section)
        + "\n</main>\n</body>\n</html>\n"
    )


def text(told: str) -> str:
    """Data as HTML, in text and in attributes: it is read as it stands; control characters are shown."""
    return escape(printable(told), quote=True)


def pill(told: str, style: str = "") -> str:
    return f'<span class="pill {style}">{text(told)}</span>'
