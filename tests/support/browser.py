"""A page in headless Chromium: what it measures there, how it looks, how it prints."""

import json
import struct
import subprocess
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from typing import Any

from tests.support.parts import require

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    # Whoever asks for a host that is not this page gets nobody.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-proxy-server",
)
FRAME = """<!doctype html><body><div id="told"></div><script>
const told = [];
addEventListener("load", () => {
  for (const frame of document.querySelectorAll("iframe")) {
    const page = frame.contentDocument, all = [...page.body.querySelectorAll("*")];
    const seen = all.filter(one => one.getClientRects().length);
    told.push({
      width: frame.clientWidth,
      scroll: page.documentElement.scrollWidth,
      wide: seen.filter(one => one.getBoundingClientRect().right > frame.clientWidth + 1).map(one => one.outerHTML),
      small: seen.filter(one => parseFloat(frame.contentWindow.getComputedStyle(one).fontSize) < 11).length,
      asked: frame.contentWindow.performance.getEntriesByType("resource").map(one => one.name),
      tags: [...new Set(all.map(one => one.localName))].sort(),
      text: page.body.innerText,
    });
  }
  document.getElementById("told").textContent = JSON.stringify(told);
});
</script>"""


@dataclass(frozen=True)
class Browser:
    """`folder` takes its profile and its files."""

    folder: Path

    def measured(self, page: str, *widths: int) -> list[dict[str, Any]]:
        """The page in a frame of each width: what overflows, what is asked for, what is read."""
        frames = "".join(
            f'<iframe srcdoc="{escape(page)}" style="border:0;width:{width}px;height:900px"></iframe>'
            for width in widths
        )
        dom = self._run("measure", FRAME + frames, "--dump-dom")
        text = dom.partition('<div id="told">')[2].partition("</div>")[0]
        assert text, dom[:2000]
        return list(json.loads(unescape(text)))

    def screenshot(self, page: str, width: int, height: int = 1600) -> tuple[int, int, int]:
        """(width, height, bytes) of the picture."""
        picture = self.folder / f"{width}.png"
        self._run(f"shot-{width}", page, f"--window-size={width},{height}", f"--screenshot={picture}")
        shot = picture.read_bytes()
        return (*struct.unpack(">II", shot[16:24]), len(shot))

    def printed(self, page: str) -> bytes:
        paper = self.folder / "page.pdf"
        self._run("print", page, "--no-pdf-header-footer", f"--print-to-pdf={paper}")
        return paper.read_bytes()

    def _run(self, name: str, page: str, *flags: str) -> str:
        source = self.folder / f"{name}.html"
        source.write_text(page, encoding="utf-8")
        chromium = require("chromium", "the report is looked at in it")
        profile = f"--user-data-dir={self.folder / name}"
        done = subprocess.run(
            [chromium, *FLAGS, profile, *flags, source.as_uri()], capture_output=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr.decode()[-2000:]
        return done.stdout.decode()
