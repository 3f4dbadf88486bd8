"""Folders that go when they are no longer needed; `shutil`, which can do more, takes longer to import than they to be removed."""

from __future__ import annotations

import os


def remove(folder: str) -> None:
    """Removes a folder and all that is in it; nothing where there is none.

    Raises:
        OSError: something in it cannot be removed.
    """
    for inner, folders, files in os.walk(folder, topdown=False):
        for name in files:
            os.unlink(os.path.join(inner, name))
        for name in folders:
            os.rmdir(os.path.join(inner, name))
    if os.path.isdir(folder):
        os.rmdir(folder)
