"""The `scoring-engine` command: has the command asked for run and turns whatever goes wrong into a line for a person.

Exit codes: 0 done, 1 invalid input, 2 wrong usage, 130 stopped by Ctrl-C, 141 the reader of the output went away.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from scoring_engine import process
from scoring_engine.cli.language import language, listen
from scoring_engine.messages import Message


def main(args: Sequence[str] | None = None) -> int:
    """Runs the command line `args` and returns the exit code; without `args` that of the process, which ends with it."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # it was closed before the process began: nobody wants what is said there
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  (to the end)
        if isinstance(stream, TextIOWrapper):  # a terminal or pipe in another encoding cannot show every name
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if args is None and not _goes_on():
        process.take()
    # numpy's linear algebra, which nothing here uses, would start a thread a processor as soon as numpy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # pyarrow's own allocators keep what was freed; the system's gives it back, which parts of Parquet one after the other need.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    if process.is_own():
        # A replay makes many objects that live to its end; looking for dead cycles among them at every turn finds nothing.
        gc.set_threshold(200_000, 20, 100)
    code = _said(sys.argv[1:] if args is None else list(args))
    if args is None:
        _end(code)
    return code


def _said(args: Sequence[str]) -> int:
    """Runs a command line and says what goes wrong."""
    listen(args)
    try:
        code = _run(args)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        print(Message("stopped").say(language()), file=sys.stderr)
        return 130
    except BrokenPipeError:
        # What is still in the buffer must go somewhere when Python closes the stream at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception as error:
        if os.environ.get("SCORING_ENGINE_DEBUG"):
            raise
        from scoring_engine.cli.failure import explain

        sys.stdout.flush()
        print(explain(error, language()), file=sys.stderr)
        return 1


def _run(args: Sequence[str]) -> int:
    from scoring_engine.cli import plain

    asked = plain.read(args)
    if asked is not None:
        from scoring_engine.cli import bulk

        return bulk.replay(*asked, lang=language())
    from scoring_engine.cli import group

    code = group.run(args)
    return code if isinstance(code, int) else 0


def _end(code: int) -> None:
    """Ends the process at once: Python would take apart object by object what the system takes back as a whole, and take longer for it
    than for a small replay. Nothing where the process goes on, or where somebody looks on who may want to say what he saw."""
    if not _goes_on() and not _watched():
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):  # the reader is gone, the stream closed, or there is none
                stream.flush()
        os._exit(code)


def _goes_on() -> bool:
    """Whether the process has more to do than the command: other threads, or somebody who will look at it when it is done."""
    threads = sys.modules.get("threading")
    return (threads is not None and threads.active_count() > 1) or bool(sys.flags.inspect or sys.flags.interactive)


def _watched() -> bool:
    """Whether a profiler, a debugger or the like looks on."""
    tools = getattr(sys, "monitoring", None)  # from Python 3.12; those that use it are not seen by the older ways
    watching = tools is not None and any(tools.get_tool(number) is not None for number in range(6))
    return watching or sys.getprofile() is not None or sys.gettrace() is not None
