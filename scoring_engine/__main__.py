"""`python -m scoring_engine` is `scoring-engine`."""

import sys

from scoring_engine.cli.main import main

sys.exit(main())
