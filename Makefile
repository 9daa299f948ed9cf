PYTHON ?= python3
PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin
SYSTEM := PYTHON=$(PYTHON) .ci/system-packages

.DEFAULT_GOAL := help
.PHONY: help app test check bench campaign clean

help:  ## What one can do here
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## */\t/' | expand -t 12

app: $(VENV)/.app  ## Install what is missing, load the demo data, open the explorer on http://127.0.0.1:8501
	@$(SYSTEM) java || echo "Without Java the explorer works; profiling does not."
	$(BIN)/python -m perfmodel demo
	$(BIN)/streamlit run app.py --server.port $(PORT)

test: $(VENV)/.dev  ## All tests: real Spark executors, a real database, a real browser
	@$(SYSTEM) java chromium
	$(BIN)/python -m pytest

check: $(VENV)/.dev  ## Lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.dev  ## Side-by-side measurements, each printing a ratio
	@for script in benchmarks/*.py; do echo "== $$script"; PYTHONPATH=. $(BIN)/python $$script || exit 1; done

campaign: $(VENV)/.app  ## Measure the demo campaign again on this machine (about half an hour); resumes
	@$(SYSTEM) java
	$(BIN)/python -m runner profile --application resnet50 --executors 1 --cores 1,2 --memory 1g \
	    --images-per-partition 50 --sampling-rates 1,10,100 --synthetic 2000 --repeats 3 --campaign demo-1-executor
	$(BIN)/python -m runner profile --application resnet50 --executors 2 --cores 1 --memory 1g \
	    --images-per-partition 50 --sampling-rates 1,10,100 --synthetic 2000 --repeats 3 --campaign demo-2-executors

clean:  ## Remove the virtual environment and caches; run logs and models stay
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache

# The environment is made once, and renewed when the requirements change.
$(BIN)/python:
	@$(SYSTEM) venv
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Sparkcast needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.app: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install -r requirements-dev.txt
	@touch $@ $(VENV)/.app
