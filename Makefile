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
Q := $(if $(V),,@)

# What Debian calls what we need. configs/need.sh installs what is missing and is silent otherwise.
RUN_PKGS  := gcc make libc6-dev libwebsockets-dev libwebsockets-evlib-uv libuv1-dev libjansson-dev \
             libssl-dev libsqlite3-dev libinih-dev uthash-dev libutf8proc-dev
TEST_PKGS := libcmocka-dev chromium fonts-noto-cjk
LINT_PKGS := clang clang-tidy clang-format shellcheck
LONG_PKGS := libclang-rt-14-dev gcovr

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
FLAGS_release := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fPIE
FLAGS_asan    := -O1 -g3 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FLAGS_tsan    := -O1 -g3 -fsanitize=thread -fno-omit-frame-pointer
FLAGS_clang   := -O1 -g
FLAGS_fuzz    := -O1 -g3 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
FLAGS_cover   := -O0 -g3 --coverage
LINK_release  := -pie -Wl,-z,relro,-z,now
LINK_asan     := -fsanitize=address,undefined
LINK_tsan     := -fsanitize=thread
LINK_fuzz     := -fsanitize=fuzzer,address,undefined
LINK_cover    := --coverage

COMPILE := $(CC) -std=c11 -D_GNU_SOURCE $(WARN) $(FLAGS_$(MODE)) -I. $(CPPFLAGS) $(CFLAGS)
LINK    := $(CC) $(LINK_$(MODE)) -Wl,--as-needed $(LDFLAGS)
LIBS    := -lwebsockets -luv -lsqlite3 -ljansson -lcrypto -lutf8proc -linih -lpthread

find_c = $(sort $(wildcard $(addsuffix /*.c,$(1))))
SRC_LIB := $(call find_c,server/base protocol protocol/gen server/core server/store server/hub)
SRC_NET := $(call find_c,server/net)
SRC_CLI := $(call find_c,clients/cli)
SRC_TEST_LIB := $(call find_c,tests/lib)
objects = $(patsubst %.c,$(B)/obj/%.o,$(1))

# Each folder of tests with C in it is one binary; each with scripts is run by node.
NO_SUITES := tests/lib/ tests/fuzz/ tests/load/ tests/node_modules/
C_SUITES  := $(patsubst tests/%/,%,$(filter-out $(NO_SUITES),$(sort $(dir $(wildcard tests/*/*.c)))))
JS_SUITES := $(patsubst tests/%/,%,$(filter-out $(NO_SUITES),\
             $(sort $(dir $(wildcard tests/*/run.mjs tests/*/*.test.mjs)))))
SUITES    := $(sort $(C_SUITES) $(JS_SUITES))
SRC_TESTS := $(foreach s,$(C_SUITES),$(call find_c,tests/$(s)))

SERVER := $(B)/jobalike-server
CLI    := $(B)/jobalike

.PHONY: all server cli tests
all: server cli                          ## server and terminal client into build/debug (MODE= for another)
server: $(if $(wildcard server/main.c),$(SERVER))
cli: $(if $(SRC_CLI),$(CLI))
tests: $(addprefix $(B)/tests/,$(C_SUITES)) ## the test binaries, not run

$(SERVER): $(B)/obj/server/main.o $(B)/lib/net.a $(B)/lib/jobalike.a $(B)/assets.o $(B)/assets_table.o
	$(Q)echo "  link  $@"; $(LINK) -o $@ $^ $(LIBS)
$(CLI): $(call objects,$(SRC_CLI)) $(B)/lib/jobalike.a
	$(Q)echo "  link  $@"; $(LINK) -o $@ $^ $(LIBS)

# Archives, so that linking takes what is needed and nothing else.
$(B)/lib/jobalike.a: $(call objects,$(SRC_LIB))
$(B)/lib/net.a: $(call objects,$(SRC_NET))
$(B)/lib/tests.a: $(call objects,$(SRC_TEST_LIB))
$(B)/lib/%.a: $(B)/flags
	$(Q)mkdir -p $(@D); rm -f $@; $(AR) rcs $@ $(filter %.o,$^)

define c_suite
$(B)/tests/$(1): $(call objects,$(call find_c,tests/$(1))) $(B)/lib/tests.a $(B)/lib/net.a \
		$(B)/lib/jobalike.a $(B)/assets.o $(B)/assets_table.o
	$$(Q)echo "  link  $$@"; mkdir -p $$(@D); $$(LINK) -o $$@ $$(filter-out %/assets%.o,$$^) \
		$$(filter %/assets%.o,$$^) $$(LIBS) -lcmocka
endef
$(foreach s,$(C_SUITES),$(eval $(call c_suite,$(s))))

# Written only when what it says has changed: other flags compile everything anew, others do not.
$(B)/flags: FORCE
	$(Q)mkdir -p $(@D); echo '$(COMPILE) : $(LINK) $(LIBS)' | cmp -s - $@ || \
		echo '$(COMPILE) : $(LINK) $(LIBS)' >$@
.PHONY: FORCE

$(B)/obj/%.o: %.c $(B)/flags
	$(Q)echo "  cc    $<"; mkdir -p $(@D); $(COMPILE) -MMD -MP -c -o $@ $<

ALL_SRC := $(wildcard server/main.c) $(SRC_LIB) $(SRC_NET) $(SRC_CLI) $(SRC_TEST_LIB) $(SRC_TESTS)
-include $(patsubst %.c,$(B)/obj/%.d,$(ALL_SRC))

# --- the web client ----------------------------------------------------------------------------

# A built client (a release has one in it) is taken as it is where there is no node.
WEB_SRC  := $(shell find clients/web -name node_modules -prune -o -type f -print 2>/dev/null)
MANIFEST := $(if $(wildcard clients/web/build.mjs),$(BUILD)/web/manifest.txt,/dev/null)

.PHONY: web
web: $(MANIFEST)                         ## the web client into build/web

$(BUILD)/web/manifest.txt: $(WEB_SRC) $(wildcard protocol/gen/*.ts) clients/web/node_modules/.lock
	$(Q)echo "  web   $@"; OUT=$(BUILD)/web node clients/web/build.mjs && touch $@

# npm ci deletes node_modules first: only when the lock is not the one that was installed.
%/node_modules/.lock: %/package-lock.json
	$(Q)sh configs/npm-ci.sh $*

$(B)/assets_table.c: $(MANIFEST) server/net/assets.sh
	$(Q)mkdir -p $(@D); sh server/net/assets.sh $(MANIFEST) $(B)/assets.S $@
$(B)/assets_table.o: $(B)/assets_table.c server/net/assets.h $(B)/flags
	$(Q)$(COMPILE) -c -o $@ $<
$(B)/assets.o: $(B)/assets_table.c
	$(Q)$(CC) -c -o $@ $(B)/assets.S

# --- tests -------------------------------------------------------------------------------------

# A suite: its C binary, then its scripts. Each ends in one line, suite=NAME and its counts.
.PHONY: $(SUITES)
define suite
$(1): $(if $(filter $(1),$(C_SUITES)),$(B)/tests/$(1)) $(if $(filter $(1),$(JS_SUITES)),server cli $(NPM_TESTS))
	$(if $(filter $(1),$(C_SUITES)),$$(Q)$(B)/tests/$(1))
	$(if $(filter $(1),$(JS_SUITES)),$$(Q)JOBALIKE_BIN=$(B) sh tests/node-suite.sh $(1))
endef
$(foreach s,$(SUITES),$(eval $(call suite,$(s))))

.PHONY: clean help
clean:                                   ## remove what was built (var/ stays)
	rm -rf $(BUILD)
help:                                    ## this list
	@awk -F ':.*## ' '/^[a-z][a-z -]*:.*## / { printf "  %-14s %s\n", $$1, $$2 }' Makefile
