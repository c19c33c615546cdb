# SPDX-License-Identifier: GPL-2.0-only
# For people: "make help". What the kernel's build reads is in Kbuild.

KDIR ?= /lib/modules/$(shell uname -r)/build
DOCS_BUILD ?= build/docs

all: module

module: kdir-exists
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

modules_install: kdir-exists
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules_install

kdir-exists:
	@test -e $(KDIR)/Makefile || { \
	  echo "There are no kernel headers in $(KDIR)." >&2; \
	  echo "Install the headers of the kernel that is to load the module" >&2; \
	  echo "(on Debian: apt-get install linux-headers-amd64), or name" >&2; \
	  echo "their directory: make KDIR=/usr/src/linux-headers-..." >&2; \
	  exit 1; }

# Works without the headers too: then only what does not need them is cleaned.
clean:
	$(if $(wildcard $(KDIR)/Makefile),$(MAKE) -C $(KDIR) M=$(CURDIR) clean)
	find . -path ./.git -prune -o -type f \
	  \( -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' \
	     -o -name '.*.cmd' -o -name modules.order -o -name Module.symvers \) \
	  -exec rm -f {} +
	for dir in tools/harness tools/lab tools/bench tools/virqctl tools/selftests \
	           tools/selftests/kvm; do \
	  test ! -e $$dir/Makefile || $(MAKE) -C $$dir clean || exit; \
	done
	rm -rf build

kunit:
	tools/kunit.sh

harness:
	tools/deps.sh build
	$(MAKE) -C tools/harness check

virqctl:
	tools/deps.sh virqctl
	$(MAKE) -C tools/virqctl

virqctl_install:
	$(MAKE) -C tools/virqctl install

lab:
	tools/deps.sh build
	$(MAKE) -C tools/lab

selftests:
	tools/deps.sh build virqctl
	$(MAKE) -C tools/selftests
	$(MAKE) -C tools/selftests/kvm

bench:
	tools/bench/run.sh

demo:
	tools/demo.sh

check:
	tools/check.sh

check-all:
	tools/check.sh --all

lint:
	tools/lint.sh

docs:
	tools/deps.sh docs
	sphinx-build -q -W --keep-going -b html Documentation $(DOCS_BUILD)
	@echo "$(DOCS_BUILD)/index.html"

help:
	@echo 'What most people want (as root, on Debian 12):'
	@echo '  make demo             run real guests with virqchip as their interrupt'
	@echo '                        controller, and show how their interrupts flowed'
	@echo '  make check            run the tests, in under 30 minutes'
	@echo '  make check-all        run those too that take longer'
	@echo
	@echo 'The module:'
	@echo '  make                  build virqchip.ko for the running kernel'
	@echo '  make KDIR=DIR         build it for the kernel whose headers are in DIR'
	@echo '  make modules_install  install it, so that "modprobe virqchip" finds it'
	@echo '  make virqctl          build virqctl, the command for people'
	@echo '  make virqctl_install  install it, with its manual page, below PREFIX'
	@echo '                        (/usr/local)'
	@echo '  make clean            remove all that was built'
	@echo
	@echo 'Single tests and tools:'
	@echo '  make harness          the chips in a process, with sanitizers'
	@echo '  make kunit            the KUnit suites in a kernel'
	@echo '  make selftests        build the tests of the ioctls'
	@echo '  make lab              build the small VMM and its guests'
	@echo '  make bench            count instructions per operation of a guest'
	@echo '  make lint             sparse, checkpatch, kernel-doc and the like'
	@echo '  make docs             build Documentation/ into $(DOCS_BUILD)'
	@echo
	@echo 'Each installs the Debian packages that it needs (tools/deps.sh), except'
	@echo 'for plain make. Downloads and kernel builds are kept in the directory'
	@echo 'virqchip of $$XDG_CACHE_HOME (~/.cache).'

.PHONY: all module modules_install kdir-exists clean kunit harness lab \
	virqctl virqctl_install selftests bench demo check check-all lint docs help
