# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154,SC2317 # shared with lib.sh and run
# The machine of tools/vm/run: QEMU, which emulates SVM. Sourced by run.
#
# It shares the host's root, read-only, and the results directory with the L1.

qemu_start()
{
	local init=$vm_tools/l1-init boot_modules=(virtio_pci 9pnet_virtio 9p overlay)
	local accel=tcg,thread=multi icount_args=() initramfs tsc_khz tsc_program cmdline

	initramfs=$vm_kernel_dir/l1-$(vm_hash "$init" "${boot_modules[*]}").cpio
	vm_build_initramfs "$initramfs" "$init" "${boot_modules[@]}"
	if $one_thread || $icount; then
		accel=tcg,thread=single
	fi
	if $icount; then
		icount_args=(-icount "shift=0,sleep=off")
	fi

	# The L1 is told how fast its time stamp counter is, for on a busy host it
	# would measure nonsense. Counting instructions, the counter counts
	# nanoseconds.
	tsc_khz=1000000
	if ! $icount; then
		tsc_program=$(own_program tsc-khz) || exit
		tsc_khz=$("$tsc_program")
	fi

	# An oops ends the L1, and so does the NMI that asks a hanging one where it
	# is. Stalls are reported late, for emulation on a busy host is slow, and
	# real ones end in the time limit anyway.
	cmdline="console=ttyS0 loglevel=7 unknown_nmi_panic panic_print=0x41 \
tsc_early_khz=$tsc_khz $l1_cmdline"

	mkfifo "$scratch"/monitor.{in,out}
	progress "booting Linux $vm_release, $smp CPUs, $mem MiB"
	"$vm_qemu" -M pc -accel "$accel" -cpu max -smp "$smp" -m "$mem" \
		"${icount_args[@]}" -nodefaults -display none -no-reboot \
		-kernel "$vm_vmlinux" -initrd "$initramfs" -append "$cmdline" \
		-serial "file:$results/console.log" \
		-fsdev local,id=host,path=/,security_model=none,readonly=on,multidevs=remap \
		-device virtio-9p-pci,fsdev=host,mount_tag=host \
		-fsdev local,id=results,path="$results",security_model=none,multidevs=remap \
		-device virtio-9p-pci,fsdev=results,mount_tag=results \
		-chardev "pipe,id=monitor,path=$scratch/monitor" -mon monitor \
		</dev/null >"$results/.machine" 2>&1 &
	machine=$!
}

# Let an L1 that hangs say where: an NMI makes its kernel print where its CPUs and
# its tasks are, and end.
qemu_diagnose()
{
	local tries=0

	# shellcheck disable=SC2016 # for the inner shell
	timeout 20 sh -c 'echo nmi >"$0"' "$scratch/monitor.in" || return 0
	while kill -0 "$machine" 2>/dev/null && [ $tries -lt 100 ]; do
		sleep 0.2
		tries=$((tries + 1))
	done
	vm_say "where its tasks were is in $results/console.log"
}

qemu_end()
{
	local status=0

	wait "$machine" 2>/dev/null || status=$?
	machine_ended="QEMU's exit status $status"
}
