"""The catalogues of translations, one folder a language, and the tool that keeps them in step with the package."""

import os

CATALOGUE = "scoring_engine"
FOLDER = os.path.dirname(os.path.abspath(__file__))
