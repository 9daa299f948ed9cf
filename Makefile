PYTHON ?= python3
PORT ?= 8501
REPEATS ?= 3
PART ?=
JOBS ?= 2
EXAMPLES ?= 5000
FROM ?= 0
VENV := .venv
BIN := $(VENV)/bin
SYSTEM := PYTHON=$(PYTHON) .ci/system-packages

.DEFAULT_GOAL := help
.PHONY: help app test thorough faults check bench campaign trainings chaos fuzz screenshots clean

help:  ## What one can do here
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## */\t/' | expand -t 12

app: $(VENV)/.app  ## Install what is missing, load the demo data, open the explorer on http://127.0.0.1:8501
	@$(SYSTEM) java || echo "Without Java the explorer works; profiling does not."
	$(BIN)/python -m perfmodel demo
	$(BIN)/streamlit run serve.py --server.port $(PORT)

# A module stays in one process, because its fixtures start Spark; in this order the quick ones come last and fill up.
SHARED := -n $(JOBS) --dist loadfile --no-loadscope-reorder

test: $(VENV)/.dev  ## The tests of every part: real Spark executors, a real database, a real browser
	@$(SYSTEM) java chromium
	$(BIN)/python -m pytest $(SHARED)

thorough: $(VENV)/.dev  ## The longer tests: every view of every page, more clusters and commands, work that is killed
	@$(SYSTEM) java chromium
	$(BIN)/python -m pytest $(SHARED) -m "thorough and not slow"

faults: $(VENV)/.dev  ## More real faults, on real executors: what the other tests show once, in its other forms
	@$(SYSTEM) java
	$(BIN)/python -m pytest -m slow

check: $(VENV)/.dev  ## Lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Not accuracy: it takes hours, and data sets that are not part of the project (docs/accuracy.md).
BENCHMARKS := search ingest concurrency scale ui runner_overhead training tuning

bench: $(VENV)/.dev  ## Side-by-side measurements, each printing a ratio
	@for name in $(BENCHMARKS); do echo "== $$name"; $(BIN)/python -m benchmarks.$$name || exit 1; done

campaign: $(VENV)/.app  ## Measure the demo campaign on this machine: three CNNs, hours; resumes. PART="--for 30m" is a slice each
	@$(SYSTEM) java
	@for application in resnet50 xception inception_v4; do \
	    $(BIN)/python -m runner profile --application $$application --executors 1,2 --total-cores 1,2 --memory 1g,2g \
	        --images-per-partition 25,50,100 --sampling-rates 1,10,100 --synthetic 400 --repeats $(REPEATS) \
	        --campaign measured-$$application $(PART) || exit 1; \
	done

# Of one kind of training (the driver's arm, five epochs) there are enough to fit models; the other arms are compared at one batch.
trainings: $(VENV)/.app  ## Measure the demo trainings on this machine: half an hour; resumes. PART="--for 5m" is a slice each
	@$(SYSTEM) java
	@train() { $(BIN)/python -m runner train --images 10000 --epochs 5 --learning-rate 0.05 "$$@" $(PART) || exit 1; }; \
	two="--executors 1,2 --total-cores 1,2" one="--executors 1 --cores 1,2"; \
	train --campaign measured-trainings $$two --arm driver --batch 250,500,1000 --sampling-rates 10,30,100; \
	train --campaign measured-trainings-repeats $$two --arm driver --batch 500 --repeats 2; \
	train --campaign measured-trainings-barrier $$two --arm barrier --repeats 2; \
	train --campaign measured-trainings-one-process $$one --arm one-process --repeats 2; \
	train --campaign measured-trainings-numpy --executors 1 --cores 2 --arm numpy

chaos: $(VENV)/.dev  ## Kill -9 any process of a campaign a hundred times and check what is left; resumes
	@$(SYSTEM) java
	$(BIN)/python -m tests.runner.chaos

fuzz: $(VENV)/.dev  ## Spoil 5,000 uploads and check that each is taken whole or refused. EXAMPLES=N; FROM=SLICE resumes
	$(BIN)/python -m tests.store.fuzz --examples $(EXAMPLES) --from $(FROM)

screenshots: $(VENV)/.dev  ## Take the README's pictures again, from the real app on a fresh home
	@$(SYSTEM) chromium
	$(BIN)/python -m tests.e2e.screenshots

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
