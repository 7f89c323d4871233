# Every command of this repository. Each installs what it needs and says so; see CONTRIBUTING.md.

.PHONY: help run test bench lint docs fuzz tsan asan crash histories simulate teeth outside newcomer ci

help: ## Lists the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Builds and starts the lab: what a cache does for a slow source (FILE=Config/strata.yaml)
	@.ci/lab $(FILE)

test: ## Builds and runs every test, and the package that uses Strata from outside
	@.ci/test "$(ONLY)"

bench: ## Builds and runs the benchmarks in release (ONLY=prefix)
	@ONLY="$(ONLY)" .ci/bench

lint: ## Checks the format of every Swift file
	@.ci/lint

docs: ## Builds the reference of the public API into .build/docs
	@.ci/docs

fuzz: ## Fuzzes every parser (TIME=60 seconds each, ONLY=FuzzYAML)
	@ONLY="$(ONLY)" .ci/fuzz $(TIME)

tsan: ## Runs the tests under the thread sanitizer (ONLY=Suite)
	@.ci/sanitize thread "$(ONLY)"

asan: ## Runs the tests under the address sanitizer (ONLY=Suite)
	@.ci/sanitize address "$(ONLY)"

crash: ## Kills writers at random moments and looks for what was lost (KILLS=1000)
	@.ci/product CrashTool $(KILLS)

histories: ## Checks recorded histories of the memory store for linearizability (COUNT=100000)
	@STRATA_HISTORIES=$(or $(COUNT),100000) .ci/test HistoryTests

simulate: ## Runs many nodes in virtual time against the promises (SEEDS=5000)
	@.ci/product Simulate $(SEEDS)

teeth: ## Plants known bugs, one at a time, and shows which test catches each (ONLY=name)
	@.ci/teeth "$(ONLY)"

outside: ## Builds and tests the package that uses Strata from outside
	@.ci/outside

newcomer: ## Copies the README's first screen and the guide's stage into an empty package and runs them
	@.ci/newcomer

ci: ## Everything that a change must pass
	@.ci/run
