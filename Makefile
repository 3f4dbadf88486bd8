# The two commands: `make demo` runs the main job, `make test` proves that it is right. Each makes its own virtual
# environment. Another interpreter or folder: `make test PYTHON=python3.13 VENV=.venv-3.13`.

VENV ?= .venv
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)

# A change of pyproject.toml names another marker, so an old environment is brought up to date by itself.
STAMP := $(shell cksum < pyproject.toml | cut -d ' ' -f 1)
RUN := $(VENV)/.run-$(STAMP)
DEV := $(VENV)/.dev-$(STAMP)
BENCH := $(VENV)/.bench-$(STAMP)
BIN := $(VENV)/bin
REQUIREMENTS = $(BIN)/python -c 'import sys, tomllib; project = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
	found = project["dependencies"] + sum((project["optional-dependencies"][extra] for extra in sys.argv[1:]), []); \
	print(*(r for r in found if not r.startswith("durable-rules")), sep="\n")'
DURABLE = $(shell sed -n 's/^ *"\(durable-rules[^"]*\)".*/\1/p' pyproject.toml)
NO_DURABLE = durable-rules could not be built here (it is published as source only and needs a C compiler). Decisions run on the columnar evaluator alone; the tests of the durable-rules engine are skipped.

.PHONY: demo test lint check bench catalogue docs clean

demo: bytecode
	@$(BIN)/scoring-engine demo

test: lint bytecode
	$(BIN)/python -m pytest -n auto -ra

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: bytecode $(BENCH)
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/scale.py
	$(BIN)/python benchmarks/ledger.py
	$(BIN)/python benchmarks/live.py
	$(BIN)/python benchmarks/cases.py

catalogue: $(DEV)
	$(BIN)/python -m scoring_engine.locale.update

docs: $(DEV)
	$(BIN)/python docs/build.py

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache

# durable-rules is tried by itself, so that a machine without a C compiler gets everything else; the package is
# installed in place and without its dependencies for the same reason.
$(RUN):
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or later with venv was found; name one: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(REQUIREMENTS) > $(VENV)/requirements.txt
	$(BIN)/python -m pip install -qq --disable-pip-version-check -r $(VENV)/requirements.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check "$(DURABLE)" > $(VENV)/durable.log 2>&1 \
		|| { echo "NOTE: $(NO_DURABLE) The build's own words: $(VENV)/durable.log" >&2; }
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --editable .
	@touch $@

# Bytecode as an ordinary install has it, even where the environment tells Python not to write any: start-up depends on it.
.PHONY: bytecode
bytecode: $(RUN)
	@$(BIN)/python -m compileall -q scoring_engine

$(DEV): $(RUN)
	$(REQUIREMENTS) serve postgres parquet cluster dev > $(VENV)/requirements.txt
	$(BIN)/python -m pip install -qq --disable-pip-version-check -r $(VENV)/requirements.txt
	@touch $@

$(BENCH): $(RUN)
	$(REQUIREMENTS) serve parquet bench > $(VENV)/requirements.txt
	$(BIN)/python -m pip install -qq --disable-pip-version-check -r $(VENV)/requirements.txt
	@touch $@
