# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154,SC2317 # shared with lib.sh and run
# The machine of tools/vm/run --intel: Bochs, which emulates VMX. Sourced by run.
#
# Bochs shares no files with its guest, so all that the L1 is to have is packed into
# an initramfs, and what comes out goes by serial lines into files:
#
#   COM1  $results/console.log  the kernel's console
#   COM2  $results/output       what the job writes
#   COM3  $results/.started     anything, when the job starts
#   COM4  $scratch/results.tar  the files in $VQC_RESULTS, at the end

bochs_ips=100000000

bochs_find()
{
	bochs_program=$(command -v bochs) || vm_die "no bochs; run tools/deps.sh intel"
	for bochs_needs in script xorriso objcopy; do
		command -v $bochs_needs >/dev/null ||
			vm_die "no $bochs_needs; run tools/deps.sh intel"
	done
}

# Make $1, the current kernel as a bzImage that needs no unpacking: the setup code
# of Debian's, then bochs-boot.S and the segments.
bochs_build_kernel()
{
	local output=$1 work=$scratch/kernel sects

	mkdir -p "$work"
	objcopy -O binary -R .bss -R .brk -R .init.scratch \
		"$vm_vmlinux" "$work/segments" || return
	truncate -s %4096 "$work/segments"
	gcc -nostdlib -static -Wl,-Ttext=0x100000 -Wl,--build-id=none \
		-D BYTES="$(stat -c %s "$work/segments")" \
		-o "$work/stub.elf" "$vm_tools/bochs-boot.S" || return
	objcopy -O binary -j .text "$work/stub.elf" "$work/stub" || return

	sects=$(od -An -tu1 -j $((0x1f1)) -N 1 "$vm_bzimage" | tr -d ' ')
	head -c $(((sects + 1) * 512)) "$vm_bzimage" >"$work/setup"
	# relocatable_kernel: it is not.
	printf '\0' | dd of="$work/setup" bs=1 seek=$((0x234)) conv=notrunc status=none
	cat "$work/setup" "$work/stub" "$work/segments" >"$work/bzimage" || return
	mv "$work/bzimage" "$output"
	rm -r "$work"
}

# Print what has to be in the L1 for the files and directories "$@": these, and the
# shared libraries of the programs among them.
bochs_list_files()
{
	local file

	printf '%s\n' "$@"
	find -L "$@" -type f -perm /111 | while read -r file; do
		ldd "$file" 2>/dev/null | grep -o '/[^ ]*' || true
	done | sort -u
}

# Put the modules "$@" and all that they need into the directory $1.
bochs_pack_modules()
{
	local root=$1 to=$1/lib/modules/$vm_release file
	shift

	mkdir -p "$to"
	vm_module_files "$module_root" "$@" >"$scratch/modules" || return
	while read -r file; do
		vm_unpack_module "$file" "$to" >/dev/null
	done <"$scratch/modules"
	cp "$vm_modules_dir"/modules.{order,builtin*} "$to/"
	depmod -b "$root" "$vm_release"
}

# Write the archive with the job's world, which l1-init finds in /mnt/root, to $1.
bochs_pack_root()
{
	local root=$scratch/packed/mnt/root dir file names=() files=()

	mkdir -p "$root"/usr/{bin,sbin,lib,lib64} "$root"/{tmp,root,etc,results}
	for dir in bin sbin lib lib64; do
		ln -s "usr/$dir" "$root/$dir"
	done
	for file in "${pack_files[@]}" /bin/bash /bin/grep /usr/bin/awk \
		/usr/bin/tail /bin/busybox; do
		files+=("$(realpath -s "$file")")
	done
	bochs_list_files "${files[@]}" | sed 's,^/,,' |
		tar -C / -ch -T - | tar -C "$root" -x --keep-directory-symlink || return
	mkdir -p "$root$PWD"
	names=(kvm-intel)
	for file in "${ko_files[@]}"; do
		dir=${file##*/}
		names+=("${dir%.ko}")
	done
	bochs_pack_modules "$root" "${names[@]}" || return
	cp "$results/.job" "$root/results/"
	(cd "$scratch/packed" && find . | sort | cpio -o -H newc --quiet -R 0:0) >"$1"
}

bochs_write_config()
{
	local share=/usr/share

	cat <<-EOF
	display_library: term
	cpu: model=corei7_skylake_x, count=1, ips=$bochs_ips, reset_on_triple_fault=0, ignore_bad_msrs=1
	memory: guest=$mem, host=$mem
	clock: sync=none, time0=1700000000
	romimage: file=$share/bochs/BIOS-bochs-latest
	vgaromimage: file=$share/vgabios/vgabios.bin
	ata0-master: type=cdrom, path=$scratch/cd.iso, status=inserted
	boot: cdrom
	com1: enabled=1, mode=file, dev=$results/console.log
	com2: enabled=1, mode=file, dev=$results/output
	com3: enabled=1, mode=file, dev=$results/.started
	com4: enabled=1, mode=file, dev=$scratch/results.tar
	panic: action=fatal
	error: action=ignore
	log: $scratch/bochs.log
	EOF
}

# Make the CD that the L1 boots from.
bochs_make_cd()
{
	local kernel initramfs cd=$scratch/cd

	kernel=$vm_kernel_dir/bochs-$(vm_hash "$vm_tools/bochs-boot.S" \
		"$(declare -f bochs_build_kernel)")
	[ -f "$kernel" ] || bochs_build_kernel "$kernel" || vm_die "cannot build $kernel"
	initramfs=$vm_kernel_dir/bochs-$(vm_hash "$vm_tools/l1-init").cpio
	vm_build_initramfs "$initramfs" "$vm_tools/l1-init"
	mkdir -p "$cd"
	bochs_pack_root "$cd/packed" || vm_die "cannot pack the L1's files"
	cat "$initramfs" "$cd/packed" >"$cd/initrd"
	rm "$cd/packed"
	cp --reflink=auto "$kernel" "$cd/kernel"
	cp /usr/lib/ISOLINUX/isolinux.bin /usr/lib/syslinux/modules/bios/ldlinux.c32 "$cd/"
	# Told how fast its time stamp counter is, the L1's clock is right, and KVM has
	# the preemption timer. The sizes that Bochs tells of packed XSAVE areas are
	# wrong, of which Linux would warn.
	cat >"$cd/isolinux.cfg" <<-EOF
	default /kernel initrd=/initrd console=ttyS0,115200 loglevel=5 nokaslr clearcpuid=xsavec,xsaves tsc_early_khz=$((bochs_ips / 1000)) $l1_cmdline
	EOF
	xorriso -as mkisofs -quiet -o "$scratch/cd.iso" -b isolinux.bin -c boot.cat \
		-no-emul-boot -boot-load-size 4 -boot-info-table "$cd" \
		>"$scratch/xorriso.log" 2>&1 ||
		{ cat "$scratch/xorriso.log" >&2; vm_die "cannot make a CD"; }
	rm -r "$cd" "$scratch/packed"
}

# Start Bochs and set machine to its process id. It insists on a terminal, and on
# being told to go on by its debugger.
bochs_start()
{
	local tries=0

	bochs_make_cd
	bochs_write_config >"$scratch/bochsrc"
	echo c >"$scratch/go"
	progress "booting Linux $vm_release in Bochs, $mem MiB"
	# shellcheck disable=SC2016 # for the inner shell
	BOCHS=$bochs_program DIR=$scratch setsid script -qec \
		'echo $$ >"$DIR/pid"; exec "$BOCHS" -q -f "$DIR/bochsrc" -rc "$DIR/go"' \
		/dev/null </dev/null >"$results/.machine" 2>&1 &
	terminal=$!
	until [ -s "$scratch/pid" ]; do
		[ $tries -lt 100 ] || vm_die "Bochs does not start"
		sleep 0.1
		tries=$((tries + 1))
	done
	machine=$(cat "$scratch/pid")
	bochs_drain_screen &
}

# Bochs shows its screen on a second terminal, and stops for good when that is full:
# read it, until Bochs ends.
bochs_drain_screen()
{
	local screen=

	until [ -n "$screen" ]; do
		kill -0 "$machine" 2>/dev/null || return 0
		sleep 0.1
		screen=$(sed -n 's,^Bochs connected to screen "\(/dev/pts/[0-9]*\)".*,\1,p' \
			"$results/.machine")
	done
	exec cat "$screen" >/dev/null 2>&1
}

# There is no way to ask a hanging L1 where it hangs.
bochs_diagnose()
{
	:
}

# After the end of Bochs: fetch the results, and say how it ended.
bochs_end()
{
	local word

	wait "$terminal" || true
	[ ! -s "$scratch/results.tar" ] ||
		tar -C "$results" -xf "$scratch/results.tar" 2>/dev/null || true
	# Power-off is a panic to it, as every other end.
	word=$(cat "$results/.machine" "$scratch/bochs.log" 2>/dev/null |
		sed -n 's/.*>>PANIC<< //p' | tr -d '\r' | tail -n 1)
	machine_ended="Bochs: ${word:-ended without a word}"
}
