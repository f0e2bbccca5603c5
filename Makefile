# Everything runs in .venv, made here from nothing but git, make and Python 3.11+.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test verify verify-template verify-emulator verify-seeds verify-pages verify-cold-start verify-requests verify-fuzz verify-faults verify-mutation smoke emulator flink-fidelity faults fuzz fuzz-requests mutation test-fast lint bench bench-drawn bench-open bench-whole bench-flink bench-docs package deploy destroy serve clean

demo: .venv/run
	$(BIN)/tidegate demo --report report.html

# Folders that take long stand beside each other: who has none left takes over half of what another
# has. Bytecode is kept, also where the environment says otherwise: a hundred processes are started.
test: .venv/dev
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -q -n 3 --dist worksteal

# The tests of the pure packages, but for slow ones, and how many lines of them there are.
test-fast: .venv/dev
	$(BIN)/python -m pytest -q -n 2 -m "not slow" tests/rules tests/scaling
	$(BIN)/python -m tests.pure

# What doesn't fit into `.ci/run`, in parts: three hours on two processors. PARTS has those that are
# wanted: template (as CDK, Terraform, checkov, cfn-lint and parliament take it), emulator (a stage
# on MiniStack), seeds (what `make test` plays a sample of), pages (in Chromium), cold-start, and the
# five that have targets of their own.
CHROMIUM ?= chromium
PARTS ?= template emulator seeds pages cold-start requests fuzz faults mutation
verify: $(PARTS:%=verify-%)

verify-template: .venv/dev .venv/cdk/made .venv/linters/made .venv/terraform/made
	TIDEGATE_CDK=$(CURDIR)/.venv/cdk/bin/python \
	  TIDEGATE_CHECKOV=$(CURDIR)/.venv/linters/bin/python \
	  TIDEGATE_TERRAFORM=$(CURDIR)/.venv/terraform \
	  $(BIN)/python -m pytest -q -n 0 tests/cdk tests/linters tests/terraform
	$(BIN)/python -m pytest -q -n 2 tests/tidegate/deployment

verify-emulator: .venv/dev .venv/emulator/made
	TIDEGATE_EMULATOR=$(CURDIR)/.venv/emulator/bin/python $(BIN)/python -m pytest -q -n 0 tests/emulator

verify-seeds: .venv/dev
	$(BIN)/python -m pytest -q -n 2 --dist worksteal --all-seeds -m "by_seed or sampled or hypothesis"

verify-pages: .venv/dev
	TIDEGATE_CHROMIUM=$(CHROMIUM) $(BIN)/python -m pytest -q -n 0 tests/tidegate/test_pages.py

verify-cold-start: .venv/dev
	$(BIN)/python -m benchmarks.cold_start

verify-requests: fuzz-requests
verify-fuzz: fuzz
verify-faults: faults
verify-mutation: mutation

# The shortest way through a stage on MiniStack: deployed, registered, asked, gone.
smoke: .venv/dev .venv/emulator/made
	TIDEGATE_EMULATOR=$(CURDIR)/.venv/emulator/bin/python \
	  $(BIN)/python -m pytest -q -n 0 tests/emulator/test_smoke.py

# An account on this machine, with MiniStack: says what to type in another shell, and goes on until
# Ctrl-C. OPTIONS: --port N, --region NAME.
emulator: .venv/dev .venv/emulator/made
	$(BIN)/python -m tests.emulator --python .venv/emulator/bin/python $(OPTIONS)

# The embedded world's Flink job beside a real Flink on this machine, and docs/flink-fidelity.md: a
# quarter of an hour; needs Java 17 with javac. OPTIONS: --case NAME, --page (of what
# was measured last).
flink-fidelity: .venv/dev .venv/flink/made
	$(BIN)/python -m benchmarks.flink_fidelity \
	  --jars .venv/flink/lib/python*/site-packages/pyflink/lib $(OPTIONS)

# Seeded schedules of overlapping callers and faults, and docs/faults.md: an hour. OPTIONS: --seed N,
# --count N, --boto3.
faults: .venv/dev
	$(BIN)/python -m tests.faults $(or $(OPTIONS),--whole)

# Mutated pipeline files and odd command lines: ten minutes. OPTIONS: --seed N, --files N, --lines N.
fuzz: .venv/dev
	$(BIN)/python -m tests.fuzz $(OPTIONS)

# Odd requests to the packaged zip, and their figures in docs/deployment.md: half an hour. OPTIONS:
# --seed N, --count N, --page.
fuzz-requests: .venv/dev
	$(BIN)/python -m tests.fuzz.endpoint $(or $(OPTIONS),--page)

# Mutants of what decides, each against its module's tests. OPTIONS: --seed N, --count N.
mutation: .venv/dev
	$(BIN)/python -m tests.mutation $(OPTIONS)

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Every controller on every load, healthy and with every fault: twenty minutes on two
# processors, --quick takes eight; leaves bench/index.html. OPTIONS: --quick, --seeds N,
# --trace FILE.csv, --traces DIR, --controllers a,b, --loads a,b.
bench: .venv/run
	$(BIN)/tidegate bench $(OPTIONS)

# Loads that a seed draws: 10 minutes. Which seed is written here before any of its runs is made. One
# whose figures led to a change is spent; the next is the day of the change, and which one of that day.
DRAW := 202611281
bench-drawn: .venv/run
	$(BIN)/tidegate bench --draw $(DRAW) --out bench/drawn

# Every load alone and beside readers and a writer that the file does not name, by six seeds: 24
# minutes.
bench-open: .venv/run
	$(BIN)/tidegate bench --open --seeds 6 --out bench/open

# Every shared trace from end to end, against the two nearest peers: a quarter of an hour.
WHOLE := elb_request_count nasa_http_rate nyc_taxi tweets_amzn twitter_rate
bench-whole: .venv/run
	for trace in $(WHOLE); do $(BIN)/tidegate bench --trace ../shared/traces/$$trace.csv \
	  --peak 1500 --controllers tidegate,target-tracking,hpa-keda --out bench/whole/$$trace \
	  || exit 1; done

# Flink jobs by Tidegate, by the policies of AWS's article, and left alone: twenty minutes on two
# processors; leaves docs/flink-policies.md. OPTIONS: --seeds N.
bench-flink: .venv/dev
	$(BIN)/python -m benchmarks.flink_policies $(OPTIONS)

# The figures of the last `make bench`, and of `make bench-whole`, into README.md and docs/.
bench-docs: .venv/run
	$(BIN)/python -m benchmarks.publish_benchmark bench

# Needs CONFIG=pipelines.yaml; leaves build/deploy for CloudFormation, or with FORMAT=terraform for
# Terraform. OPTIONS: --configuration SOURCE, --private VPC_ENDPOINT, --tracing, --kms-key ARN,
# --web-acl ARN, --permissions-boundary ARN, --tag KEY=VALUE, --prefix NAMES, --snap-start,
# --granted-tag KEY=VALUE, --subnet ID, --security-group ID.
FORMAT ?= cloudformation
package: .venv/dev
	$(if $(CONFIG),,$(error make package needs CONFIG=pipelines.yaml))
	$(BIN)/python -m tidegate.deployment.package $(CONFIG) build --format $(FORMAT) $(OPTIONS)

# Needs STAGE and OPERATOR=arn:aws:iam::ACCOUNT:role/NAME[,...]; shows what would change, asks, and
# deploys what `make package` left. OPTIONS: --yes, --dry-run.
deploy: .venv/dev
	$(if $(and $(STAGE),$(OPERATOR)),,$(error make deploy needs STAGE=... and OPERATOR=ROLE_ARN))
	$(BIN)/python -m tidegate.deployment.deploy up $(STAGE) build/deploy \
	  --operator '$(OPERATOR)' $(OPTIONS)

# Needs STAGE; shows what would go, asks, and takes registrations, stack and bucket away. Says what
# is left. OPTIONS: --yes, --dry-run.
destroy: .venv/dev
	$(if $(STAGE),,$(error make destroy needs STAGE=...))
	$(BIN)/python -m tidegate.deployment.deploy down $(STAGE) $(OPTIONS)

# The endpoint on http://127.0.0.1:8000 (or PORT) before the embedded world.
PORT ?= 8000
serve: .venv/dev
	PYTHONPATH=chalice_app PORT=$(PORT) $(BIN)/python -m tidegate.serve

# Environments of their own: MiniStack, CDK (which needs node), checkov, Terraform's parser and Flink
# want other versions than Tidegate.
OWN = $(BIN)/python -m venv .venv/$(1) && .venv/$(1)/bin/python -m pip install -q \
	  --disable-pip-version-check -r $(2) && touch .venv/$(1)/made
.venv/emulator/made: .venv/bin/python tests/emulator/requirements.txt
	$(call OWN,emulator,tests/emulator/requirements.txt)

.venv/cdk/made: .venv/bin/python tests/cdk/requirements.txt
	$(call OWN,cdk,tests/cdk/requirements.txt)

.venv/linters/made: .venv/bin/python tests/linters/requirements.txt
	$(call OWN,linters,tests/linters/requirements.txt)

# And the AWS provider's schema, as two wheels that are read and not installed.
.venv/terraform/made: .venv/bin/python $(wildcard tests/terraform/*.txt)
	$(call OWN,terraform,tests/terraform/requirements.txt)
	for each in lowest newest; do \
	  .venv/terraform/bin/python -m pip download -q --disable-pip-version-check --no-deps \
	    -d .venv/terraform/$$each -r tests/terraform/$$each.txt || { rm $@; exit 1; }; done

.venv/flink/made: .venv/bin/python tests/simulator/kinds/flink_application/fidelity/requirements.txt
	$(call OWN,flink,tests/simulator/kinds/flink_application/fidelity/requirements.txt)

# Of build/deploy what `make package` leaves: Terraform's state may be there too.
clean:
	rm -rf .venv bench report.html build/app
	cd build/deploy 2> /dev/null && rm -f deployment.zip template.json tidegate.tf.json sbom.cdx.json || true
	rmdir build/deploy build 2> /dev/null || true

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Tidegate needs Python 3.11 or newer: make demo PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/run: .venv/bin/python pyproject.toml constraints.txt
	@echo "Making the environment (a minute, once)"
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/dev: .venv/run
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
