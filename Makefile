# Jobalike. `make help` tells what there is; `make run` does everything that is needed.

MODE  ?= debug#  debug release asan tsan clang fuzz cover
BUILD ?= build
B     := $(BUILD)/$(MODE)
PORT  ?= 8080
JOBS  ?= $(shell nproc 2>/dev/null || echo 2)
PREFIX ?= /usr/local

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
PARALLEL = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS))
Q := $(if $(V),,@)

# What Debian calls what we need. configs/need.sh installs what is missing and is silent otherwise.
RUN_PKGS  := gcc make libc6-dev libwebsockets-dev libwebsockets-evlib-uv libuv1-dev libjansson-dev \
             libssl-dev libsqlite3-dev libhiredis-dev libinih-dev uthash-dev libutf8proc-dev \
             libseccomp-dev
TEST_PKGS := libcmocka-dev redis-tools nftables iproute2 e2fsprogs chromium fonts-noto-cjk openssl \
             sslscan testssl.sh nginx-light haproxy caddy
LINT_PKGS := clang clang-tidy clang-format shellcheck libclang-rt-14-dev
LONG_PKGS := gcovr

# --- compiling ---------------------------------------------------------------------------------

CC_debug   := gcc
CC_release := gcc
CC_asan    := gcc
CC_tsan    := gcc
CC_cover   := gcc
CC_clang   := clang
CC_fuzz    := clang
ifeq ($(origin CC),default)
CC := $(CC_$(MODE))
endif

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion \
        -Wno-sign-conversion -Wvla -Wundef $(if $(filter true,$(CI)),-Werror)
FLAGS_debug   := -O0 -g3
FLAGS_release := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fPIE \
                 $(if $(filter x86_64,$(shell uname -m)),-fcf-protection)
FLAGS_asan    := -O1 -g3 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FLAGS_tsan    := -O1 -g3 -fsanitize=thread -fno-omit-frame-pointer
FLAGS_clang   := -O1 -g -Werror
FLAGS_fuzz    := -O1 -g3 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
FLAGS_cover   := -O0 -g3 --coverage
LINK_release  := -pie -Wl,-z,relro,-z,now
LINK_asan     := -fsanitize=address,undefined
LINK_tsan     := -fsanitize=thread
LINK_fuzz     := -fsanitize=fuzzer,address,undefined
LINK_cover    := --coverage

COMPILE := $(CC) -std=c11 -D_GNU_SOURCE $(WARN) $(FLAGS_$(MODE)) -I. $(CPPFLAGS) $(CFLAGS)
LINK    := $(CC) $(LINK_$(MODE)) -Wl,--as-needed $(LDFLAGS)
LIBS    := -lwebsockets -luv -lsqlite3 -lhiredis -ljansson -lssl -lcrypto -lseccomp -lutf8proc -linih -lpthread

find_c = $(sort $(wildcard $(addsuffix /*.c,$(1))))
SRC_LIB := $(call find_c,server/base protocol protocol/gen server/core server/store server/hub)
SRC_NET := $(call find_c,server/net)
SRC_MAIN := $(call find_c,server)
SRC_CLI := $(call find_c,clients/cli)
SRC_SIGN := $(addprefix server/net/,base64.c keys.c ticket.c)# what the client needs of net: no sockets
SRC_TEST_LIB := $(call find_c,tests/lib)

# PLANTS=1 builds with the bugs of server/base/plant.h into a folder of its own, where only those files are
# compiled anew that know of them; CRASH=1 likewise with the points of server/base/crash.h.
ANEW := $(if $(PLANTS),plants,$(if $(CRASH),crash))
P := $(B)$(addprefix /,$(ANEW))
ANEW_SRC := $(if $(ANEW),$(shell grep -rl --include=*.c server/base/$(if $(PLANTS),plant,crash).h server protocol tests))
objects = $(foreach s,$(1:.c=.o),$(if $(filter $(s:.o=.c),$(ANEW_SRC)),$(P),$(B))/obj/$(s))

# Each folder of tests with C in it is one binary; each with scripts is run by node.
NO_SUITES := tests/lib/ tests/fuzz/ tests/load/ tests/node_modules/
C_SUITES  := $(patsubst tests/%/,%,$(filter-out $(NO_SUITES),$(sort $(dir $(wildcard tests/*/*.c)))))
JS_SUITES := $(patsubst tests/%/,%,$(filter-out $(NO_SUITES),\
             $(sort $(dir $(wildcard tests/*/run.mjs tests/*/*.test.mjs)))))
NET_SUITES := $(sort $(patsubst tests/%/,%,$(dir $(shell grep -ls '"server/net/' tests/*/*.c))))
CLI_SUITES := $(sort $(patsubst tests/%/,%,$(dir $(shell grep -ls '"clients/cli/' tests/*/*.c))))
SUITES    := $(sort $(C_SUITES) $(JS_SUITES))
FUZZ_C    := $(sort $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c)))
FUZZ_JS   := $(sort $(patsubst tests/fuzz/%.mjs,%,$(wildcard tests/fuzz/*.mjs)))
SRC_TESTS := $(foreach s,$(C_SUITES),$(call find_c,tests/$(s)))

SERVER := $(P)/jobalike-server
CLI    := $(P)/jobalike

.PHONY: all server cli tests
all: server cli                          ## server and terminal client into build/debug (MODE= for another)
server: $(if $(wildcard server/main.c),$(SERVER))
cli: $(if $(SRC_CLI),$(CLI))
tests: $(addprefix $(P)/tests/,$(C_SUITES)) ## the test binaries, not run

$(SERVER): $(call objects,$(SRC_MAIN)) $(P)/lib/net.a $(P)/lib/jobalike.a $(B)/assets.o $(B)/assets_table.o
	$(Q)echo "  link  $@"; $(LINK) -o $@ $^ $(LIBS)
$(CLI): $(call objects,clients/cli/main.c) $(P)/lib/cli.a $(P)/lib/jobalike.a
	$(Q)echo "  link  $@"; $(LINK) -o $@ $^ $(LIBS)

# Archives, so that linking takes what is needed and nothing else.
$(P)/lib/jobalike.a: $(call objects,$(SRC_LIB))
$(P)/lib/net.a: $(call objects,$(SRC_NET))
$(P)/lib/cli.a: $(call objects,$(filter-out clients/cli/main.c,$(SRC_CLI)) $(SRC_SIGN))
$(P)/lib/tests.a: $(call objects,$(SRC_TEST_LIB))
$(P)/lib/empty.a: $(B)/empty_table.o
$(P)/lib/%.a: $(B)/flags
	$(Q)mkdir -p $(@D); rm -f $@; $(AR) rcs $@ $(filter %.o,$^)

# Tests carry an empty client: C is tested without node. (The last archive is only looked into for it.)
define c_suite
$(P)/tests/$(1): $(call objects,$(call find_c,tests/$(1))) $(P)/lib/tests.a \
		$(if $(filter $(1),$(CLI_SUITES)),$(P)/lib/cli.a) \
		$(if $(filter $(1),$(NET_SUITES)),$(P)/lib/net.a) $(P)/lib/jobalike.a $(P)/lib/empty.a
	$$(Q)echo "  link  $$@"; mkdir -p $$(@D); $$(LINK) -o $$@ $$^ $$(LIBS) -lcmocka -lm
endef
$(foreach s,$(C_SUITES),$(eval $(call c_suite,$(s))))

# Written only when what it says has changed: other flags compile everything anew, others do not.
$(B)/flags: FORCE
	$(Q)mkdir -p $(@D); echo '$(COMPILE) : $(LINK) $(LIBS)' | cmp -s - $@ || \
		echo '$(COMPILE) : $(LINK) $(LIBS)' >$@
.PHONY: FORCE

$(B)/obj/%.o: %.c $(B)/flags
	$(Q)echo "  cc    $<"; mkdir -p $(@D); $(COMPILE) -MMD -MP -c -o $@ $<

ifneq ($(ANEW),)
$(P)/obj/%.o: %.c $(B)/flags
	$(Q)echo "  cc    $< for $(ANEW)"; mkdir -p $(@D)
	$(Q)$(COMPILE) $(if $(PLANTS),-DPLANTS,-DCRASH_POINTS) -MMD -MP -c -o $@ $<
endif

ALL_SRC := $(SRC_MAIN) $(SRC_LIB) $(SRC_NET) $(SRC_CLI) $(SRC_TEST_LIB) $(SRC_TESTS) $(wildcard tests/fuzz/*.c)
-include $(patsubst %.o,%.d,$(call objects,$(ALL_SRC) $(call find_c,tests/load)))

# --- the web client ----------------------------------------------------------------------------

# A built client (a release has one in it) is taken as it is where there is no node.
HAVE_NODE := $(shell command -v node 2>/dev/null)
WEB_SRC  := $(shell find clients/web -name node_modules -prune -o -type f -print 2>/dev/null)
MANIFEST := $(if $(wildcard clients/web/build.mjs),$(BUILD)/web/manifest.txt,/dev/null)

.PHONY: client
client: $(MANIFEST)                      ## the web client into build/web

ifneq ($(HAVE_NODE)$(if $(wildcard $(MANIFEST)),,make),)
$(BUILD)/web/manifest.txt: $(WEB_SRC) $(wildcard protocol/gen/*.ts) clients/web/node_modules/.lock
	$(Q)echo "  web   $@"; OUT=$(BUILD)/web node clients/web/build.mjs && touch $@
endif

# npm ci deletes node_modules first: only when the lock is not the one that was installed.
%/node_modules/.lock: %/package-lock.json
	$(Q)sh configs/npm-ci.sh $* $(if $(filter tests,$*),dev)

$(B)/assets_table.c: $(MANIFEST) server/net/assets.sh
	$(Q)mkdir -p $(@D); sh server/net/assets.sh $(MANIFEST) $(B)/assets.S $@
$(B)/empty_table.c: server/net/assets.sh
	$(Q)mkdir -p $(@D); sh server/net/assets.sh /dev/null $(B)/empty.S $@
$(B)/%_table.o: $(B)/%_table.c server/net/assets.h $(B)/flags
	$(Q)$(COMPILE) -c -o $@ $<
$(B)/assets.o: $(B)/assets_table.c
	$(Q)$(CC) -c -o $@ $(B)/assets.S

# --- tests -------------------------------------------------------------------------------------

NPM_TESTS := $(if $(wildcard tests/package-lock.json),tests/node_modules/.lock)
$(foreach s,$(JS_SUITES),$(eval JS_NEEDS_$(s) := server cli clients/web/node_modules/.lock $(NPM_TESTS)))
# This one dies at every point of server/base/crash.h.
JS_NEEDS_cluster += crash-server
.PHONY: crash-server
crash-server: server
	$(Q)$(MAKE) -s --no-print-directory CRASH=1 server
# Bad bytes go to a server with sanitizers, what is timed to one as it is released.
JS_NEEDS_edge += edge-servers
.PHONY: edge-servers
edge-servers: $(MANIFEST)
	$(Q)$(MAKE) -s --no-print-directory MODE=asan server
	$(Q)$(MAKE) -s --no-print-directory MODE=release server
# The client's own parts, without a server; what its law compares with is written by these two.
JS_NEEDS_web := clients/web/node_modules/.lock $(NPM_TESTS) $(addprefix $(B)/tests/,$(filter vectors law,$(C_SUITES)))

FAST := $(if $(filter debug,$(MODE)),$(filter sim,$(C_SUITES)))

# A suite: its C binary, then its scripts. Each ends in one line, suite=NAME and its counts.
.PHONY: $(SUITES)
define suite
$(1): $(if $(filter $(1),$(C_SUITES)),$(P)/tests/$(1)) $(if $(filter $(1),$(JS_SUITES)),$(JS_NEEDS_$(1)))
	$(if $(filter $(1),$(C_SUITES)),$$(Q)$(P)/tests/$(1))
	$(if $(filter $(1),$(JS_SUITES)),$$(Q)JOBALIKE_BIN=$(B) sh tests/node-suite.sh $(1))
endef
$(foreach s,$(filter-out $(FAST),$(SUITES)),$(eval $(call suite,$(s))))

# What computes for minutes is run from an optimised build.
define fast_suite
$(1):
	$$(Q)$$(MAKE) -s --no-print-directory MODE=release $$(PARALLEL) $(BUILD)/release/tests/$(1)
	$$(Q)$(BUILD)/release/tests/$(1)
endef
$(foreach s,$(FAST),$(eval $(call fast_suite,$(s))))

have  = $(filter $(SUITES),$(1))
QUICK := $(call have,unit vectors law store)
# Those to which time does not matter run beside the others, which are about clocks and sockets.
BESIDE := $(call have,sim) $(if $(call have,sim),plants) clang lint asan tsan $(call have,torture) fuzz
FIRST := built layers gen-check fmt-check headers configs-check $(QUICK)
LAST  := $(call have,e2e)
FRONT := $(FIRST) $(filter-out $(QUICK) $(LAST) $(BESIDE),$(SUITES)) smoke $(LAST)

# Under address and undefined sanitizers: those that are run so once more, and those that the test runs so only
# (edge has such a server of its own).
WATCHED := $(QUICK) $(call have,sim terminal kill process)
UNDER_ASAN := $(call have,cluster e2e redis tls xss)

.PHONY: quick test long check built asan tsan clang plants cover fuzz load smoke configs-check
quick:                                   ## unit, vectors, law, store: under 20 seconds
	$(Q)tests/run.sh $(QUICK)
test:                                    ## everything that is claimed, at CI size; installs what it needs
	$(Q)sh configs/need.sh --node 18 $(RUN_PKGS) $(TEST_PKGS) $(LINT_PKGS)
	$(Q)$(WEB_TOOLS)
	$(Q)UNDER_ASAN="$(UNDER_ASAN)" tests/run.sh $(FRONT) -- $(BESIDE)
long:                                    ## the same, large: many seeds, 200 kills
	$(Q)LONG=1 $(MAKE) -s --no-print-directory test
check: test                              ## what is asked before a push: the same as test
built:                                   ## what suites start, made before two of them run side by side
	$(Q)$(MAKE) -s --no-print-directory server cli tests client $(NPM_TESTS)
	$(Q)$(MAKE) -s --no-print-directory crash-server edge-servers
	$(Q)$(MAKE) -s --no-print-directory MODE=release server cli $(BUILD)/release/load $(BUILD)/release/tests/sim
	$(Q)$(MAKE) -s --no-print-directory MODE=asan cli crash-server \
		$(addprefix $(BUILD)/asan/tests/,$(filter $(WATCHED) $(UNDER_ASAN),$(C_SUITES)))
asan:                                    ## parts, servers and clients under address+undefined sanitizers
	$(Q)$(MAKE) -s --no-print-directory MODE=asan $(PARALLEL) server cli \
		$(addprefix $(BUILD)/asan/tests/,$(filter $(WATCHED),$(C_SUITES)))
	$(Q)BUILD=$(BUILD) tests/under.sh asan $(WATCHED)
tsan:                                    ## store suite under the thread sanitizer
	$(Q)$(MAKE) -s --no-print-directory MODE=tsan $(PARALLEL) $(BUILD)/tsan/tests/store
	$(Q)BUILD=$(BUILD) tests/under.sh tsan $(call have,store)
clang:                                   ## everything compiles with clang too, without a warning
	$(Q)$(MAKE) -s --no-print-directory MODE=clang server cli tests
	@echo "suite=clang files=$(words $(ALL_SRC)) warnings=0"
plants:                                  ## the simulation finds each planted bug
	$(Q)tests/plants.sh
# make sim SEED=7 replays one run (TRACE=1 tells its log), SEEDS=500 takes so many, LONG=1 a million
# make e2e: the 60-person hour in Chromium
cover:                                   ## lines reached by quick, into build/cover/index.html
	$(Q)sh configs/need.sh gcovr
	$(Q)$(MAKE) -s --no-print-directory MODE=cover $(QUICK)
	$(Q)gcovr -r . -f server -f protocol --html-details build/cover/index.html --print-summary build/cover
fuzz:                                    ## every parser under libFuzzer, T= seconds each; F=command: that one
	$(Q)sh configs/need.sh clang libclang-rt-14-dev
	$(Q)$(MAKE) -s --no-print-directory MODE=fuzz $(PARALLEL) \
		$(addprefix $(BUILD)/fuzz/fuzz-,$(if $(F),$(filter $(F),$(FUZZ_C)),$(FUZZ_C)))
	$(Q)$(if $(filter-out $(FUZZ_C),$(or $(F),$(FUZZ_JS))),$(MAKE) -s --no-print-directory $(JS_NEEDS_web))
	$(Q)BUILD=$(BUILD) T=$(T) tests/fuzz.sh $(or $(F),$(FUZZ_C) $(FUZZ_JS))
# The targets that need more than the server's own archive.
$(BUILD)/fuzz/fuzz-reducer: $(addprefix $(B)/obj/tests/,law/check.o law/ask.o law/field.o lib/step.o)
$(BUILD)/fuzz/fuzz-redis: $(B)/obj/tests/lib/liar.o
$(BUILD)/fuzz/fuzz-stream: $(B)/obj/tests/lib/inside.o
$(BUILD)/fuzz/fuzz-csv: $(B)/lib/cli.a
.PRECIOUS: $(B)/obj/tests/%.o
$(B)/fuzz-%: $(B)/obj/tests/fuzz/%.o $(B)/lib/net.a $(B)/lib/jobalike.a $(B)/lib/empty.a
	$(Q)echo "  link  $@"; $(LINK) -o $@ $(filter %.o,$^) $(filter %cli.a,$^) \
		$(B)/lib/net.a $(B)/lib/jobalike.a $(B)/lib/empty.a $(LIBS)
# make load CASE=fan,rooms RUNS=5 SECONDS=8: some of tests/load/cases, more and longer runs
# make load PEER=all: the README's table; PEER=ws,socketio,nchan,nats,mosquitto,mqtt: some of them, installed when asked
load:                                    ## what a delivery costs beside a bare send() loop: one page, kept in build/load.jsonl
	$(Q)sh configs/need.sh valgrind redis-tools openssl
	$(Q)$(MAKE) -s --no-print-directory MODE=release $(PARALLEL) server $(BUILD)/release/load
	$(Q)JOBALIKE_BIN=$(BUILD)/release node tests/load/run.mjs
smoke:                                   ## the load test, small: nothing missing, doubled or out of order
	$(Q)SMOKE=1 $(MAKE) -s --no-print-directory load
$(P)/load: $(call objects,$(call find_c,tests/load)) $(P)/lib/net.a $(P)/lib/jobalike.a
	$(Q)echo "  link  $@"; $(LINK) -o $@ $^ $(LIBS)

configs-check: server
	$(Q)for file in configs/*.ini; do $(SERVER) --check-config --config $$file >/dev/null || exit 1; done
	@echo "suite=configs files=$(words $(wildcard configs/*.ini)) wrong=0"

# --- what is generated, how it reads -----------------------------------------------------------

OUR_C  := $(sort $(filter-out protocol/gen/%,$(wildcard $(addsuffix /*.[ch],server server/* protocol clients/cli tests/*))))
LINT_C := $(filter %.c,$(OUR_C))
WEB_TOOLS := sh configs/npm-ci.sh clients/web dev

.PHONY: gen gen-check fmt fmt-check lint layers headers reference hooks
gen:                                     ## protocol/gen and its reference from protocol/*.json
	$(Q)node protocol/generate.mjs
gen-check:                               ## prove that gen leaves no difference
	$(Q)node protocol/generate.mjs --check
	@echo "suite=gen-check files=$$(ls protocol/gen | wc -l) stale=0"
fmt:                                     ## clang-format and biome, in place
	$(Q)clang-format -i $(OUR_C)
	$(Q)$(WEB_TOOLS) && cd clients/web && npx biome format --write .
fmt-check:
	$(Q)clang-format --dry-run -Werror $(OUR_C)
	$(Q)$(WEB_TOOLS) && cd clients/web && npx biome format .
	@echo "suite=fmt files=$(words $(OUR_C)) wrong=0"
# (The analyzer loses its way in uthash's hash function; any other will do for it.)
lint:                                    ## clang-tidy, shellcheck, tsc, biome
	$(Q)status=0; shellcheck .ci/run .githooks/pre-commit $(wildcard configs/*.sh tests/*.sh server/net/*.sh) || status=1; \
	$(WEB_TOOLS); (cd clients/web && npx tsc --noEmit) || status=1; \
	(cd clients/web && npx biome lint .) || status=1; \
	tests/lint.sh -std=c11 -D_GNU_SOURCE '-DHASH_FUNCTION(key,len,hash)=((hash)=(len))' -I. -- $(LINT_C) || status=1; \
	exit $$status
layers: $(call objects,$(filter server/core/% protocol/%,$(SRC_LIB))) ## arrows between folders, purity of core
	$(Q)tests/layers.sh $(B)/obj
headers:                                 ## each header compiles alone
	$(Q)sh tests/headers.sh $(COMPILE)
reference: server                        ## configs/reference.ini from the table of options
	$(Q)$(SERVER) --default-config >$(BUILD)/reference.ini && mv $(BUILD)/reference.ini configs/reference.ini
hooks:                                   ## check staged files before each commit
	git config core.hooksPath .githooks

# --- using it ----------------------------------------------------------------------------------

RELEASE := $(BUILD)/release

.PHONY: run packages sbom install clean help
packages:                                ## what building needs, and nothing else
	$(Q)sh configs/need.sh --node 18 $(RUN_PKGS)
run:                                     ## set up, build, start on 127.0.0.1:8080 (PORT= for another, TLS=1, INSTANCES=3)
	$(Q)sh configs/need.sh $(if $(HAVE_NODE)$(if $(wildcard $(MANIFEST)),,make),--node 18) $(RUN_PKGS) \
		$(if $(TLS),openssl) $(if $(INSTANCES),redis-tools)
	$(Q)$(MAKE) -s --no-print-directory MODE=release $(PARALLEL) server cli
	$(Q)$(if $(TLS),sh configs/certificate.sh var/tls)
	$(Q)exec $(if $(INSTANCES),configs/several.sh $(INSTANCES) $(PORT) $(RELEASE) var/several,\
		$(RELEASE)/jobalike-server --config configs/embedded.ini --listen.port=$(PORT) \
		$(if $(TLS),--tls.certificate=var/tls/certificate.pem --tls.key=var/tls/key.pem) $(ARGS))
sbom:                                    ## what it is made of: packages of the system and of npm, with versions
	$(Q)dpkg-query -W -f '$${Package} $${Version} system\n' $(RUN_PKGS)
	$(Q)node -e 'for (const at of ["clients/web", "tests"]) for (const [name, p] of Object.entries(JSON.parse(require("fs").readFileSync(at + "/package-lock.json")).packages)) if (name) console.log(name.replace(/.*node_modules\//, ""), p.version, at)'
install:                                 ## the two binaries and the sample configuration, below PREFIX=/usr/local
	$(MAKE) -s --no-print-directory MODE=release $(PARALLEL) server cli
	install -Dm755 -t $(DESTDIR)$(PREFIX)/bin $(RELEASE)/jobalike-server $(RELEASE)/jobalike
	install -Dm644 -t $(DESTDIR)$(PREFIX)/share/doc/jobalike configs/reference.ini configs/embedded.ini configs/cluster.ini \
		configs/redis.conf configs/SECURITY.md configs/jobalike.service configs/nginx.conf configs/Caddyfile configs/haproxy.cfg
clean:                                   ## remove what was built (var/ and node_modules/ stay)
	rm -rf $(BUILD)
help:                                    ## this list
	@awk -F '## ' '/^[a-z][a-z-]*:.*## / { split($$1, t, ":"); printf "  make %-10s %s\n", t[1], $$2 }' Makefile
	@echo "  suites, each by its name: $(SUITES)"
