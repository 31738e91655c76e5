# Two commands set everything up:  make lab  ·  make test.  The rest: make help
#
# Each makes .venv first and fills it from requirements.txt; while that file and pyproject.toml
# stay as they are, no later call touches the network.

PYTHON ?= python3
ARGS ?=
WORKERS ?= 2

VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/installed

# One worker's output after another's: `make -j` must not mix them.
.NOTPARALLEL:
.PHONY: help lab playground test lint format execute exercises slides book bench figures lock clean distclean FORCE

help:  ## this list
	@echo "make lab                  set up, then JupyterLab on the lectures; ARGS=\"--port 8899\""
	@echo "make playground           build, train and watch a small network in the browser"
	@echo "make test                 set up, then lint, tests, every lecture compared with its outputs"
	@echo "make lint                 ruff (rules and format), mypy, the notebooks' house rules"
	@echo "make format               let ruff mend and format what it can"
	@echo "make execute              run the lectures and write them back clean; ARGS=lectures/01*"
	@echo "make exercises            make the students' notebooks from lectures/solutions; ARGS=01"
	@echo "make slides               the lectures as slides in dist/slides; ARGS=\"04 --pdf\""
	@echo "make book                 the course as a website in dist/book; ARGS=--pdf adds a PDF"
	@echo "make bench                how fast the training loop is, side by side with others"
	@echo "make figures              take the README's pictures out of the executed lectures"
	@echo "make lock                 resolve requirements.txt anew (needs uv)"
	@echo "make clean                remove caches and builds;  make distclean: .venv as well"
	@echo "Another Python:           make lab PYTHON=python3.12"

# The environment is also made anew when its Python has gone, when the folder was moved (the
# package is installed from where it lies), or when the command line names another Python.
VERSION := import sys; print(sys.version)
define STALE
if ! "$(PY)" -c "" >/dev/null 2>&1; then echo FORCE; \
elif [ -f "$(STAMP)" ] && [ "$$(cat "$(STAMP)")" != "$$(pwd -P)" ]; then echo FORCE; \
elif [ "$(origin PYTHON)" = "command line" ] && \
  [ "$$("$(PYTHON)" -c "$(VERSION)" 2>&1)" != "$$("$(PY)" -c "$(VERSION)")" ]; then echo FORCE; fi
endef

FORCE:

$(STAMP): requirements.txt pyproject.toml $(shell $(STALE))
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "No '$(PYTHON)' here. Install Python 3.11 or newer, or name yours:"; \
	  echo "  make $(or $(MAKECMDGOALS),lab) PYTHON=/path/to/python3"; exit 1; }
	@"$(PYTHON)" -c "import sys; sys.exit(sys.version_info < (3, 11))" || { \
	  echo "The course needs Python 3.11 or newer; '$(PYTHON)' is $$("$(PYTHON)" --version 2>&1)."; \
	  echo "Install a newer one, or name yours: make $(or $(MAKECMDGOALS),lab) PYTHON=python3.12"; \
	  exit 1; }
	@"$(PYTHON)" -c "import ensurepip, venv" 2>/dev/null || { \
	  echo "'$(PYTHON)' lacks the venv module. On Debian and Ubuntu: sudo apt install python3-venv"; \
	  exit 1; }
	@rm -f "$(STAMP)"
	@echo "Making $(VENV) with $$("$(PYTHON)" --version) and filling it from requirements.txt: a few minutes, once."
	@if [ "$$("$(PYTHON)" -c "$(VERSION)")" = "$$("$(PY)" -c "$(VERSION)" 2>/dev/null)" ] \
	  && "$(PY)" -m pip --version >/dev/null 2>&1; \
	  then :; else "$(PYTHON)" -m venv --clear "$(VENV)"; fi
	PIP_USER=0 "$(PY)" -m pip install --disable-pip-version-check -r requirements.txt
	@pwd -P > "$(STAMP)"

# A student's JupyterLab: nbgrader's panels stay out of the way, and nobody is asked about news.
# make lab PANELS=nbgrader shows them; then JUPYTER_CONFIG_PATH is what it was.
PANELS ?=
QUIET = JUPYTER_CONFIG_PATH="$(CURDIR)/course_utils/notebooks/lab$${JUPYTER_CONFIG_PATH:+:$$JUPYTER_CONFIG_PATH}"

lab: $(STAMP)
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" JUPYTER_PREFER_ENV_PATH=1 $(if $(PANELS),,$(QUIET)) \
	  "$(PY)" -m jupyterlab lectures $(ARGS)

playground: $(STAMP)
	"$(PY)" -m course_utils playground $(ARGS)

# Every part runs, whatever the parts before it said; the last lines tell how it ended.
RULES = "$(PY)" -m ruff check .
FORMAT = "$(PY)" -m ruff format --check .
TYPES = "$(PY)" -m mypy
HOUSE = "$(PY)" -m course_utils lint
define LINT
echo "== ruff: rules"; $(RULES) || failed="$$failed rules"; \
echo "== ruff: format"; $(FORMAT) || failed="$$failed format"; \
echo "== mypy: types"; $(TYPES) || failed="$$failed types"; \
echo "== the notebooks' house rules"; $(HOUSE) || failed="$$failed house-rules"
endef
VERDICT = if [ -z "$$failed" ]; then echo "make $@: OK"; \
  else echo "make $@: FAILED in$$failed"; exit 1; fi

test: $(STAMP)
	@failed=""; $(LINT); \
	echo "== pytest: the tests, and every lecture against its stored outputs"; \
	"$(PY)" -m pytest -n $(WORKERS) --dist loadscope $(ARGS) || failed="$$failed pytest"; \
	$(VERDICT)

lint: $(STAMP)
	@failed=""; $(LINT); $(VERDICT)

format: $(STAMP)
	"$(PY)" -m ruff check --fix .
	"$(PY)" -m ruff format .

execute: $(STAMP)
	"$(PY)" -m course_utils execute $(ARGS)

exercises: $(STAMP)
	"$(PY)" -m course_utils exercises $(ARGS)

slides: $(STAMP)
	"$(PY)" -m course_utils slides $(ARGS)

book: $(STAMP)
	"$(PY)" -m course_utils book $(ARGS)

bench: $(STAMP)
	"$(PY)" tests/benchmarks $(ARGS)

figures: $(STAMP)
	"$(PY)" .github/figures/extract.py

# Known-good versions stay unless named: make lock ARGS="--upgrade-package pandas"
lock:
	@command -v uv >/dev/null || { echo "make lock needs uv (pip install uv)."; exit 1; }
	@sed -n '/^#/p' requirements.txt > requirements.tmp
	@sed '/^-e/d' requirements.txt > requirements.lock
	uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 \
	  --extra dev --no-header --no-annotate \
	  $(ARGS) -o requirements.lock pyproject.toml
	@grep -vE '^(nvidia|cuda)-|^triton==' requirements.lock >> requirements.tmp
	@echo "-e .[dev]" >> requirements.tmp
	@mv requirements.tmp requirements.txt && rm requirements.lock

clean:
	find . -name .venv -prune -o -type d \( -name __pycache__ -o -name .ipynb_checkpoints \) -exec rm -rf {} +
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache

distclean: clean
	rm -rf "$(VENV)"
