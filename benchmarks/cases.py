"""How long a replay of each real competition takes, against importing what it stands on; at most four times that.

    python benchmarks/cases.py [RUNS]

The folder of the cases is `$SCORING_ENGINE_CASES`, or `shared/cases` beside the checkout.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from startup import BASE
from timing import engine, interleaved, report

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.cases.logs import ALL, CASES


def main(runs: int) -> bool:
    if not CASES.is_dir():
        print(f"no folder {CASES}: nothing to measure")
        return True
    with TemporaryDirectory() as home:
        commands = {BASE: [sys.executable, "-c", BASE]}
        for name, build in ALL.items():
            folder = Path(home) / name
            folder.mkdir()
            case = build(folder)
            commands[name] = engine("replay", case.log, "--ruleset", case.rulebook, "--format", "csv")
        return report(interleaved(commands, runs), BASE, dict.fromkeys(ALL, 4.0))


if __name__ == "__main__":
    sys.exit(not main(int(sys.argv[1]) if sys.argv[1:] else 11))
