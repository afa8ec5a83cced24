"""Asking the process that decodes pictures (child.py)."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

logger = logging.getLogger(__name__)

SECONDS = 20


class Unreadable(Exception):
    """The picture could not be decoded, or not in time."""


@dataclass(frozen=True)
class Reading:
    """`codes` is None without a reader of codes, `text` None without one of words."""

    hash: str
    codes: list[str] | None
    text: str | None


def read(path: str) -> Reading:
    """What is in the picture at `path`. Raises Unreadable."""
    answer = _ask("read", path)
    return Reading(answer["hash"], answer["codes"], answer["text"])


def differences(path: str, others: Sequence[str]) -> list[int | None]:
    """How much each of `others` differs from `path` where it differs most: 0–255, None for one that can't be read.
    Raises Unreadable when `path` can't."""
    return list(_ask("compare", path, *others)["differences"])


def _ask(*words: str) -> dict[str, Any]:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "billing.domain.reading.child", *words],
            cwd=settings.BASE_DIR,
            # No secret of ours goes along.
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "OMP_THREAD_LIMIT": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        logger.warning("reading a proof took longer than %s s", SECONDS)
        raise Unreadable from error
    if done.returncode != 0:
        # The last line names the exception; what was in the picture is not part of it.
        logger.warning("reading a proof failed: %s", done.stderr.decode("utf-8", "replace").strip()[-200:])
        raise Unreadable
    return dict(json.loads(done.stdout))
