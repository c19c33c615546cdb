// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hold an empty VM of /dev/kvm, with a vCPU that has no local APIC, until killed.
 *
 * With its first VM and its last, KVM has the scheduler's code patched (a static
 * key, for the preempt notifiers), and so it has its own with the first vCPU that
 * has no local APIC. Tests that make one VM after the other have that done
 * hundreds of times, and QEMU's emulation with a thread per CPU is not up to it:
 * seen with 7.2 and, less often, with 10.0, a CPU goes on meeting the breakpoint
 * that stood there while the code was changed, when the kernel knows of none.
 */
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

int main(void)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int vm = kvm < 0 ? -1 : ioctl(kvm, KVM_CREATE_VM, 0);

	if (vm < 0 || ioctl(vm, KVM_CREATE_VCPU, 0) < 0) {
		perror("hold-vm: /dev/kvm");
		return 1;
	}
	/* Tells the one who started it that the VM is there. */
	puts("ready");
	/* Who waits for the end of the job's output does not wait for this. */
	fclose(stdout);
	fclose(stderr);
	for (;;)
		pause();
}
