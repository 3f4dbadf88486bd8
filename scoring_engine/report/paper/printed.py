"""Pages as PDF, set by typst from templates that read plain data; the same data gives the same bytes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from scoring_engine.events.errors import InputError
from scoring_engine.messages import Message

HERE = os.path.dirname(__file__)
CHINESE = (
    "Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC", "Songti SC", "SimSun", "FandolSong",
    "Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei",
)  # fmt: skip
"""Fonts with Chinese characters that machines have, the one for paper first."""


def save(template: str, content: Mapping[str, Any], path: str, lang: str) -> str:
    """Set the content into the template `summary` or `certificates` and write the PDF; returns its path.

    Raises:
        InputError: no font with Chinese characters is installed.
        ModuleNotFoundError: typst is not installed.
    """
    import typst

    families = set(typst.Fonts().families())
    fonts = [name for name in CHINESE if name in families]
    if not fonts:
        raise InputError(
            Message(
                "no font with Chinese characters was found, and without one the pages would be empty; install Noto Serif CJK, or print "
                "the pages of report from a browser"
            )
        )
    data = json.dumps({**content, "fonts": fonts, "lang": lang}, ensure_ascii=False)
    made = typst.compile(os.path.join(HERE, f"{template}.typ"), sys_inputs={"data": data}, timestamp=0)
    part = f"{path}.{os.getpid()}.part"
    try:
        with open(part, "wb") as file:
            file.write(made)
        os.replace(part, path)
    except BaseException:
        if os.path.exists(part):
            os.unlink(part)
        raise
    return path
