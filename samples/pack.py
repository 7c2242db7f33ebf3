"""`python -m samples.pack OUT`: pack every sample folder into OUT/<name>.tar.gz."""

from __future__ import annotations

import sys
from pathlib import Path

from bundle.writer import pack

HERE = Path(__file__).parent


def folders() -> tuple[Path, ...]:
    """Every sample: the folders that hold a bundle.json."""
    return tuple(sorted(path.parent for path in HERE.glob("*/bundle.json")))


def main(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for folder in folders():
        path = out / f"{folder.name}.tar.gz"
        path.unlink(missing_ok=True)
        pack(folder, path)
        print(f"{path}  {path.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
