"""`python -m scripts.pictures`: take the picture of the report that the README shows, docs/images/report.png.

Input    the sample `demo`.  Output  the first screen of its report, 1280 x 800 in 128 colours, light.
Needs    chromium, headless.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs/images/report.png"
SIZE = (1280, 800)
COLOURS = 128
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--blink-settings=preferredColorScheme=1",  # light
)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="picture-") as folder:
        report, screen = Path(folder) / "report", Path(folder) / "screen.png"
        command = [sys.executable, "-c", "from analyzer.cli import main; main()", "report", str(ROOT / "samples/demo")]
        done = subprocess.run([*command, "-o", str(report), "--no-pdf"], check=False, stdout=subprocess.DEVNULL)
        if done.returncode != 1:
            sys.exit("The sample `demo` was not judged as it should be: it has findings.")
        photograph(report / "report.html", screen)
        shrink(screen, PICTURE)


def photograph(page: Path, to: Path) -> None:
    """What a window of 1280 x 800 shows of the page."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit("No chromium is here; install the package chromium.")
    size = f"--window-size={SIZE[0]},{SIZE[1]}"
    profile = f"--user-data-dir={to.parent / 'profile'}"
    command = [browser, *OPTIONS, size, profile, f"--screenshot={to}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def shrink(screen: Path, to: Path) -> None:
    to.parent.mkdir(exist_ok=True)
    with Image.open(screen) as picture:
        cut = picture.convert("RGB").crop((0, 0, *SIZE))
        cut.quantize(COLOURS, dither=Image.Dither.NONE).save(to, optimize=True)


if __name__ == "__main__":
    main()
