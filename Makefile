# Needs git, make and Python 3.11 or newer; everything else is installed into .venv.
# VENV=... puts it elsewhere, PYTHON=... chooses the interpreter.

VENV ?= .venv
# The constraints were resolved on 3.11, so it is tried first.
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
PINNED := -c constraints.txt
# Only pip and what it installs from; our own pins hold for the build backend too.
INSTALL = $(PIP) install $(PINNED) --build-constraint constraints.txt

# The pyright wheel carries pyright; this keeps it from asking for a newer one.
export PYRIGHT_PYTHON_IGNORE_WARNINGS = 1

# The examples are taken from the pages that the manual was built of, where it was; their commands
# and pictures take most of the time.
SPHINX = $(BIN)/python -m sphinx -n -W --keep-going -q -d docs/_build/doctrees

.DELETE_ON_ERROR:
.PHONY: help demo test golden lint format types docs docs-test bench validate mutation changes check clean

help:  ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

demo: $(VENV)/.iopkit  ## patient and program to plan, calendar and picture, in demo-output/
	@$(BIN)/python examples/demo.py

# How many examples Hypothesis tries: first 4, brief 10, quick 30.
PROFILE ?= first

test: $(VENV)/.test  ## all tests and doctests
	HYPOTHESIS_PROFILE=$(PROFILE) $(BIN)/python -m pytest -n 2

golden: $(VENV)/.test  ## keep documents and schemas of new formats, and what is printed now
	IOPKIT_WRITE_GOLDEN=1 $(BIN)/python -m pytest -q tests/documents/test_formats.py
	$(BIN)/python tests/test_golden.py

lint: $(VENV)/.lint  ## style, formatting and the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

format: $(VENV)/.lint  ## format and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(VENV)/.lint $(VENV)/.test  ## mypy and pyright, both strict
	$(BIN)/mypy
	$(BIN)/pyright --project pyproject.toml --pythonpath $(BIN)/python

# -E: a page that was read before would not repeat its warnings, nor run its commands.
docs: $(VENV)/.docs  ## the manual, in docs/_build/html; warnings are errors
	$(SPHINX) -E -b html docs docs/_build/html

docs-test: $(VENV)/.docs  ## the examples in the manual
	$(SPHINX) -b doctest docs docs/_build/doctest
	@sed -n '/^Doctest summary/,$$p' docs/_build/doctest/output.txt

bench: $(VENV)/.bench  ## medians and ratios against other libraries
	$(BIN)/python benchmarks/run.py

validate: $(VENV)/.test  ## how often limits hold the truth, in 1,000 tiny studies
	@$(BIN)/python benchmarks/coverage.py | tee docs/explanation/validation-figures.txt

mutation: $(VENV)/.test $(VENV)/.mutation  ## whether tests notice mistakes in eligibility and placement
	HYPOTHESIS_PROFILE=mutation $(BIN)/mutmut run $(MUTANTS)
	$(BIN)/mutmut results | sed '/: not checked$$/d'

changes: $(VENV)/.changelog  ## the changelog entry as it would be released
	$(BIN)/towncrier build --draft

check: PROFILE = quick
check: lint types docs docs-test changes test  ## everything but the benchmarks and mutants

clean:  ## remove .venv and everything generated
	rm -rf .venv build dist demo-output docs/_build docs/_generated .hypothesis .coverage .coverage.*
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache mutants
	find . -path './.*' -prune -o -name __pycache__ -prune -exec rm -rf {} +

# One stamp for each step of the setup: repeated only when what it was made from has changed.

$(VENV)/.pip: constraints.txt
ifeq ($(PYTHON),)
	@echo "Python 3.11 or newer is needed and was not found: apt-get install python3" >&2; exit 1
endif
	@if [ -x $(BIN)/pip ]; then :; \
	elif $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		$(PYTHON) -m venv --clear $(VENV); \
	elif $(PYTHON) -m pip --version >/dev/null 2>&1; then \
		$(PYTHON) -m venv --clear --without-pip $(VENV) \
		&& $(PYTHON) -m pip --quiet --python $(BIN)/python install $(PINNED) pip; \
	else \
		echo "Python cannot make a virtual environment here: apt-get install python3-venv" >&2; exit 1; \
	fi
	@$(PIP) install --upgrade $(PINNED) pip
	@touch $@

$(VENV)/.iopkit: $(VENV)/.pip pyproject.toml
	@echo "Installing iopkit into $(VENV)"
	@$(INSTALL) -e '.[all]'
	@touch $@

$(addprefix $(VENV)/.,test lint docs bench mutation changelog): $(VENV)/.%: $(VENV)/.iopkit
	@echo "Installing the $* tools into $(VENV)"
	@$(INSTALL) --group $*
	@touch $@
