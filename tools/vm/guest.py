# SPDX-License-Identifier: GPL-2.0-only
"""A Linux guest in an unmodified QEMU, that does what it is told.

To be imported by programs that run in the L1. A guest is driven by its console,
on which it takes commands (tools/vm/agent-init), and by QMP. Nothing here waits
for a time to pass: each wait is for an answer or an event, and has a limit. The
limits are in seconds of a machine that has nothing else to do (see Patience).
"""
import bisect
import json
import os
import pathlib
import re
import shlex
import shutil
import socket
import socketserver
import subprocess
import threading
import time

TOOLS = pathlib.Path(__file__).resolve().parent
DEBUGFS = pathlib.Path("/sys/kernel/debug/virqchip")
MODE = pathlib.Path("/sys/module/virqchip/parameters/mode")

# What the guest's kernel says when an interrupt is lost or comes too often: a
# regular expression for grep -E as for Python. Linux lists the CPU's faults that
# it does not have by names like spurious_..., which do not count.
COMPLAINTS = (
    "soft lockup|hard LOCKUP|detected stall|blocked for more than|nobody cared|"
    "lost interrupt|No irq handler|spurious|APIC error|NETDEV WATCHDOG|Kernel panic|"
    "BUG:|Oops|timed out|did not come online|[Ff]ailed to (boot|bring)")

# Take the counts at one time, and say only what is not 0: a character on the
# console costs a millisecond.
READ_INTERRUPTS = (
    "counts=$(cat /proc/interrupts); echo \"$counts\" | tr -s ' ' | awk "
    "'NR == 1 { n = NF; print } NR > 1 { for (i = 2; i < n + 2; i++) "
    "if ($i > 0) { print; break } }'")


class Failure(Exception):
    """Something that had to happen has not."""


class Patience:
    """How long to wait for what has to happen."""

    # Turns of a loop, and the seconds that they take where nothing else runs.
    WORK = 300000
    IDLE = 0.1
    # A machine is not believed to be slower than this.
    MOST = 4.0
    # How long before the end of all the last wait is over, to say what was waited
    # for: a program that is killed from outside cannot.
    RESERVE = 60

    def __init__(self):
        self.slowness = 1.0
        self.end = None
        self.reserve = self.RESERVE
        self.longest = (0, 0, "nothing")

    def end_in(self, seconds):
        """Let no wait go on beyond that."""
        self.end = time.monotonic() + seconds

    def left(self):
        """The seconds in which something may still be waited for."""
        if self.end is None:
            return float("inf")
        return max(self.end - self.reserve - time.monotonic(), 0)

    def measure(self):
        """Find out how slow the machine is. Return that."""
        begin = time.monotonic()
        for _ in range(self.WORK):
            pass
        took = time.monotonic() - begin
        self.slowness = min(max(took / self.IDLE, 1.0), self.MOST)
        return self.slowness

    def limit(self, seconds):
        """What a limit in seconds of an idle machine is on this one, now."""
        return min(seconds * self.slowness, self.left())

    def waited(self, begin, limit, what):
        """Remember the longest of all waits."""
        self.longest = max(self.longest, (time.monotonic() - begin, limit, what))


PATIENCE = Patience()


class Inbox:
    """What arrived, for one thread to write and others to wait for."""

    def __init__(self):
        self.condition = threading.Condition()
        self.closed = False
        self.trouble = None

    def wait(self, found, what, limit):
        """Return what found() returns, once that is something."""
        limit = PATIENCE.limit(limit)
        begin = time.monotonic()
        with self.condition:
            while True:
                result = found()
                if result is not None and result is not False:
                    PATIENCE.waited(begin, limit, what)
                    return result
                if self.trouble:
                    raise Failure(f"{self.trouble} while waiting for {what}")
                if self.closed:
                    raise Failure(f"QEMU ended while waiting for {what}")
                left = begin + limit - time.monotonic()
                if left <= 0:
                    raise Failure(f"no {what} within {limit:.0f} s")
                self.condition.wait(left)

    def fail(self, trouble):
        """What is waited for will not come."""
        with self.condition:
            self.trouble = trouble
            self.condition.notify_all()

    def close(self):
        """No more will come."""
        with self.condition:
            self.closed = True
            self.condition.notify_all()


def connect(path, process, limit=60):
    """Connect to QEMU's socket, as soon as it is there."""
    end = time.monotonic() + PATIENCE.limit(limit)
    while True:
        sock = socket.socket(socket.AF_UNIX)
        try:
            sock.connect(str(path))
            return sock
        except OSError as error:
            sock.close()
            if process.poll() is not None or time.monotonic() > end:
                raise Failure(f"cannot connect to QEMU: {error}") from error
            # Both errors mean that QEMU has not come so far.
            time.sleep(0.05)


class Console(Inbox):
    """The guest's serial line."""

    def __init__(self, sock):
        super().__init__()
        self.sock = sock
        self.text = ""
        self.number = 0
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        """Take in all that the guest writes."""
        while True:
            try:
                data = self.sock.recv(65536)
            except OSError:
                data = b""
            if not data:
                self.close()
                return
            with self.condition:
                self.text += data.decode("utf-8", "replace").replace("\r", "")
                self.condition.notify_all()

    def adopt(self, other, limit=60):
        """Go on where the console of a guest stopped that has moved here."""
        with other.condition:
            other.condition.wait_for(lambda: other.closed, PATIENCE.limit(limit))
        with self.condition:
            self.text = other.text + self.text
            self.number = other.number
            self.condition.notify_all()

    def expect(self, pattern, limit, start=0):
        """Wait for a pattern in what comes after offset start."""
        return self.wait(lambda: re.compile(pattern, re.M).search(self.text, start),
                         f"'{pattern}' on the console", limit)

    def begin(self, command):
        """Give the guest a command. Return what finish() takes."""
        with self.condition:
            self.number += 1
            token = (self.number, len(self.text), command)
        self.sock.sendall(f"{self.number} {command}\n".encode())
        return token

    def finish(self, token, limit):
        """Wait for a command. Return its output and exit status."""
        number, start, command = token
        match = self.wait(
            lambda: re.compile(rf"AGENT-DONE {number} (\d+)").search(self.text, start),
            f"end of the guest's command '{command}'", limit)
        return self.text[start:match.start()], int(match[1])


class Qmp(Inbox):
    """QEMU's machine protocol."""

    def __init__(self, sock, log, console):
        super().__init__()
        self.sock = sock
        self.log = log
        self.console = console
        # The guest may reset itself or power off.
        self.may_end = False
        self.answers = {}
        self.events = []
        self.number = 0
        threading.Thread(target=self.read, daemon=True).start()
        self.call("qmp_capabilities")

    def read(self):
        """Take in answers and events."""
        try:
            with self.sock.makefile("r", encoding="utf-8") as lines:
                for line in lines:
                    self.take(json.loads(line))
        except (OSError, ValueError):
            pass
        self.close()

    def take(self, message):
        """One message."""
        with self.condition:
            if "event" in message:
                self.events.append(message)
                self.log.write(f"{message}\n")
                self.log.flush()
                if (message["event"] == "SHUTDOWN" and message["data"]["guest"]
                        and not self.may_end):
                    self.console.fail("the guest has reset itself")
            elif "id" in message:
                self.answers[message["id"]] = message
            self.condition.notify_all()

    def call(self, command, limit=60, **arguments):
        """Do a command and return its result."""
        with self.condition:
            self.number += 1
            number = self.number
        request = {"execute": command, "arguments": arguments, "id": number}
        self.sock.sendall((json.dumps(request) + "\n").encode())
        answer = self.wait(lambda: self.answers.pop(number, None),
                           f"answer to {command}", limit)
        if "error" in answer:
            raise Failure(f"{command}: {answer['error']['desc']}")
        return answer["return"]

    def monitor(self, line, limit):
        """A command for people. Those say what is wrong, or nothing."""
        return self.call("human-monitor-command", limit, **{"command-line": line})

    def mark(self):
        """Where the events stand now."""
        with self.condition:
            return len(self.events)

    def event(self, name, mark, limit, **data):
        """Wait for an event after mark, with this data."""
        def found():
            for event in self.events[mark:]:
                if event["event"] == name and all(
                        event.get("data", {}).get(key) == value
                        for key, value in data.items()):
                    return event
            return None
        return self.wait(found, f"event {name} {data or ''}", limit)


class Echo(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Sends back what it gets: the other end of the guests' network."""

    daemon_threads = True

    class Handler(socketserver.BaseRequestHandler):
        """One connection."""

        def handle(self):
            while True:
                data = self.request.recv(65536)
                if not data:
                    return
                self.request.sendall(data)

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """Guests that are killed break their connections."""


def make_qcow2(path, size=64 << 20):
    """An empty disk image that can hold snapshots (QEMU's docs/interop/qcow2)."""
    cluster = 1 << 16
    header = b"QFI\xfb" + b"".join(
        value.to_bytes(length, "big") for value, length in (
            (3, 4), (0, 8), (0, 4),		# version, no backing file
            (16, 4), (size, 8), (0, 4),		# cluster bits, size, no cipher
            (1, 4), (3 * cluster, 8),		# L1 table: entries, offset
            (cluster, 8), (1, 4),		# refcount table: offset, clusters
            (0, 4), (0, 8),			# snapshots
            (0, 8), (0, 8), (0, 8),		# features
            (4, 4), (104, 4)))			# 16-bit refcounts, header size
    refcounts = (2 * cluster).to_bytes(8, "big")
    with open(path, "wb") as file:
        file.write(header.ljust(cluster, b"\0") + refcounts.ljust(cluster, b"\0"))
        file.write((b"\0\1" * 4).ljust(cluster, b"\0"))
        file.write(bytes(cluster))


class Kernel:
    """The files of a guest's kernel."""

    def __init__(self, vmlinux, bzimage, initramfs):
        self.vmlinux = vmlinux
        self.bzimage = bzimage
        self.initramfs = initramfs
        self.root, _, self.release = vmlinux.partition("/boot/vmlinux-")

    def symbols(self):
        """Addresses and names in it: those of the kernel that runs here, if it is
        the same. Neither moves itself at its start."""
        if self.release != os.uname().release:
            return []
        with open("/proc/kallsyms", encoding="utf-8") as file:
            rows = (line.split() for line in file)
            return sorted((int(row[0], 16), row[2]) for row in rows if len(row) == 3)


class Machine:
    """What of a guest is the same for all: files, programs, the network."""

    def __init__(self, work, results, newer_qemu):
        self.work = pathlib.Path(work)
        self.results = pathlib.Path(results)
        self.newer_qemu = newer_qemu
        self.echo = Echo()
        self.number = 0
        self.kernels = {}
        for disk in ("disk0", "disk1"):
            with open(self.work / disk, "wb") as file:
                file.truncate(4 << 20)

    def kernel(self, number):
        """The files of a guest's kernel."""
        if number not in self.kernels:
            result = subprocess.run([TOOLS / "agent-initramfs", number], check=False,
                                    stdout=subprocess.PIPE, text=True)
            if result.returncode:
                raise Failure(f"tools/vm/agent-initramfs {number} failed")
            self.kernels[number] = Kernel(*result.stdout.split())
        return self.kernels[number]

    def program(self, name):
        """The start of QEMU's command line, and its environment."""
        if name == "installed":
            return ["qemu-system-x86_64"], dict(os.environ)
        lib = f"{self.newer_qemu}/usr/lib/x86_64-linux-gnu"
        return ([f"{self.newer_qemu}/usr/bin/qemu-system-x86_64"],
                dict(os.environ, LD_LIBRARY_PATH=lib))


def in_short(place, seconds):
    """What of debugfs, copied twice with some seconds between, may tell why a guest
    does not go on."""
    if not (place / "counters").exists():
        return []
    old, new = ((path / "counters").read_text(encoding="utf-8").splitlines()
                for path in (place / "before", place))
    said = [f"virqchip's counters that moved within {seconds:.0f} s:"]
    said += [line for line in new if line not in old]
    for name, telling in (("lapic*", r"apic_id|irr|isr|nmi|timer=|PPR|LVT_TIMER"),
                          ("ioapic", r"lines=|remote_irr=1|send_pending=1|deferred=1"),
                          ("pic", r"(master|slave) +irr"), ("lines", r".*level=1")):
        for path in sorted(place.glob(name)):
            said += [f"{path.name}: {line}" for line in
                     path.read_text(encoding="utf-8").splitlines()
                     if re.match(r"(pin=.* )?(" + telling + ")", line)]
    return said


def registers_in_short(text, symbols):
    """Where each CPU is, from the monitor's registers."""
    said = []
    for cpu in text.split("CPU#")[1:]:
        found = re.search(r"RIP=(\w+) RFL=(\w+).*HLT=(\d)", cpu)
        if found:
            address, flags = int(found[1], 16), int(found[2], 16)
            near = bisect.bisect(symbols, (address, "~")) - 1
            name = symbols[near][1] if near >= 0 else "?"
            said.append(f"CPU {cpu.split()[0]}: at {address:#x} ({name}) "
                        f"IF={flags >> 9 & 1} halted={found[3]}")
    return said


class Guest:
    """One QEMU process with a guest in it."""

    # pylint: disable=too-many-arguments,too-many-instance-attributes

    def __init__(self, machine, name, device="/dev/virqchip", qemu="installed",
                 board="pc", irqchip="on", kernel="6.1", smp=2, cpu="host", append="",
                 intx=False, extra=(), incoming=False, memory=192, mode="full"):
        machine.number += 1
        self.machine = machine
        self.device = device
        self.name = f"{machine.number:02d}-{name}"
        # In memory: each character of the console is a write.
        self.dir = machine.work / self.name
        self.dir.mkdir()
        self.sockets = machine.work / f"guest{machine.number}"
        self.sockets.mkdir()
        self.log = open(self.dir / "qemu.log", "w", encoding="utf-8")
        self.kernel = machine.kernel(kernel)
        words = self.command(qemu, f"{board},kernel-irqchip={irqchip}", smp, cpu, append,
                             intx, memory)
        if incoming:
            words += ["-incoming", "defer"]
        MODE.write_text(mode, encoding="ascii")
        # For people: whose interrupt controllers it has.
        self.irqchip = device + (" in split mode" if mode == "split" else "")
        self.process = self.start(qemu, words + list(extra))
        self.vm = DEBUGFS / f"vm-{self.process.pid}"
        try:
            self.console = Console(connect(self.sockets / "console", self.process))
            self.qmp = Qmp(connect(self.sockets / "qmp", self.process), self.log,
                           self.console)
            if device == "/dev/virqchip":
                self.check_mode(mode)
        except (Failure, OSError) as error:
            self.process.kill()
            self.process.wait()
            self.log.close()
            said = (self.dir / "qemu.log").read_text(encoding="utf-8")
            raise Failure(f"{error}: {said.splitlines()[-1]}") from error

    def command(self, qemu, board, smp, cpu, append, intx, memory):
        """QEMU's arguments."""
        machine = self.machine
        cmdline = ("console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable "
                   "random.trust_cpu=on watchdog_thresh=60 sysrq_always_enabled "
                   "rcupdate.rcu_cpu_stall_timeout=120 " + append)
        accel = "kvm" if qemu == "installed" else f"kvm,device={self.device}"
        bus = "device" if board.startswith("microvm") else "pci"
        vectors = ",vectors=0" if intx else ""
        words = [
            # A guest that resets itself stays as it is, to be looked at.
            "-action", "reboot=shutdown,shutdown=pause",
            "-M", board, "-accel", accel, "-cpu", cpu,
            "-smp", str(smp), "-m", str(memory), "-nodefaults", "-display", "none",
            "-kernel", self.kernel.vmlinux, "-initrd", self.kernel.initramfs,
            "-append", cmdline,
            "-chardev", f"socket,id=console,path={self.sockets}/console,server=on,"
                        f"wait=off,logfile={self.dir}/console",
            "-serial", "chardev:console",
            "-qmp", f"unix:{self.sockets}/qmp,server=on,wait=off",
            "-netdev", "user,id=net",
            "-device", f"virtio-net-{bus},netdev=net{vectors}"
                       + (",romfile=" if bus == "pci" else ""),
        ]
        for disk in ("disk0", "disk1"):
            words += ["-drive", f"if=none,id={disk},format=raw,readonly=on,"
                                f"file={machine.work}/{disk}",
                      "-device", f"virtio-blk-{bus},drive={disk}{vectors}"]
        return words

    def start(self, qemu, words):
        """QEMU, with the device in the place of /dev/kvm if need be."""
        program, environment = self.machine.program(qemu)
        if qemu == "installed":
            program = ["unshare", "-m", "sh", "-c",
                       f"mount --bind {self.device} /dev/kvm && exec \"$@\"",
                       "sh"] + program
        self.log.write(shlex.join(program + words) + "\n")
        self.log.flush()
        # pylint: disable=consider-using-with # it lives on
        return subprocess.Popen(program + words, env=environment,
                                stdin=subprocess.DEVNULL,
                                stdout=self.log, stderr=subprocess.STDOUT)

    def check_mode(self, mode):
        """The VM is virqchip's, in that mode: without a local APIC of ours in split."""
        # Answered only when the machine is complete.
        self.qmp.call("query-status")
        if (self.vm / "lapic0").exists() != (mode == "full"):
            raise Failure(f"{self.vm} is not in {mode} mode")

    # ---- what the guest does ----

    def await_up(self, limit, start=0):
        """The guest has booted and takes commands."""
        return self.console.expect("AGENT-UP after .* s$", limit, start)

    def run(self, command, limit=60, status=0):
        """Do a command in the guest, and return its output."""
        output, got = self.console.finish(self.console.begin(command), limit)
        if got != status:
            raise Failure(f"the guest's command '{command}' ended with status {got}: "
                          + output.strip()[-300:])
        return output

    def load_command(self, rounds, limit, net=True):
        """The command for traffic of all kinds, which gives up after so long."""
        port = self.machine.echo.server_address[1]
        words = (f"guest-load run {rounds} {PATIENCE.limit(limit):.0f} "
                 "/dev/vda /dev/vdb")
        return words + (f" 10.0.2.2:{port}" if net else "")

    def net_up(self):
        """Switch the network on, by hand."""
        self.run("ip link set eth0 up && ip addr add 10.0.2.15/24 dev eth0")

    def interrupts(self, name):
        """Let the guest count its interrupts, between two looks at ours."""
        place = self.dir / name
        self.save(place / "before")
        output = self.run(READ_INTERRUPTS)
        self.save(place)
        (place / "interrupts").write_text(output, encoding="utf-8")
        (place / "release").write_text(self.kernel.release, encoding="utf-8")
        return place

    def check_log(self):
        """The guest's kernel has nothing to complain of."""
        # All of the log would take longer than the rest of a test.
        bad = self.run(f"dmesg | grep -E '{COMPLAINTS}' | grep -v spurious_ | tail -n 5")
        bad += "".join(line for line in self.console.text.splitlines(True)
                       if line.startswith("AGENT-FAILED")
                       or line.startswith("[") and re.search(COMPLAINTS, line))
        if bad.strip():
            raise Failure("the guest complains: " + bad.strip())

    def let_end(self, **action):
        """What QEMU does from now on when the guest ends."""
        self.qmp.call("set-action", **action)
        self.qmp.may_end = True

    def power_off(self, limit=60):
        """An orderly end."""
        self.let_end(shutdown="poweroff")
        mark = self.qmp.mark()
        self.console.begin("poweroff -f")
        self.qmp.event("SHUTDOWN", mark, limit)
        self.await_end(limit)

    def await_end(self, limit=60):
        """QEMU ends by itself, with status 0."""
        limit = PATIENCE.limit(limit)
        try:
            status = self.process.wait(limit)
        except subprocess.TimeoutExpired:
            raise Failure(f"QEMU did not end within {limit:.0f} s") from None
        if status:
            raise Failure(f"QEMU ended with status {status}")
        if self.vm.exists():
            raise Failure(f"{self.vm} is still there after QEMU's end")

    # ---- what we see of it ----

    def save(self, place):
        """Copy what debugfs shows of the VM."""
        place.mkdir(parents=True, exist_ok=True)
        if self.vm.is_dir():
            for file in self.vm.iterdir():
                (place / file.name).write_bytes(file.read_bytes())

    def counter(self, pattern):
        """The number that a pattern finds in our counters, or 0."""
        text = (self.vm / "counters").read_text(encoding="utf-8")
        match = re.search(pattern, text, re.M)
        return int(match[1]) if match else 0

    def diagnose(self):
        """Keep all that may tell why the guest does not go on. Return the most
        telling of it, line by line."""
        place = self.dir / "trouble"
        begin = time.monotonic()
        self.save(place / "before")
        said = self.ask_monitor(place)
        threads = self.threads(place)
        self.save(place)
        seconds = time.monotonic() - begin
        return ([f"{self.name}: QEMU {self.process.pid} on {self.device}"]
                + in_short(place, seconds) + said + threads + self.ask_kernel())

    def ask_monitor(self, place):
        """What QEMU says of its guest."""
        said = []
        with open(place / "monitor", "w", encoding="utf-8") as out:
            for line in ("info status", "info migrate", "info registers -a",
                         "info lapic", "info pic"):
                try:
                    text = self.qmp.monitor(line, 10)
                except (Failure, OSError) as error:
                    return said + [f"monitor, {line}: {error}"]
                out.write(f"# {line}\n{text}\n")
                if line == "info registers -a":
                    said += registers_in_short(text, self.kernel.symbols())
                elif line in ("info status", "info migrate"):
                    said += [row for row in text.split("\n") if "tatus" in row]
        return said

    def threads(self, place):
        """Where QEMU's threads are."""
        said = []
        with open(place / "threads", "w", encoding="utf-8") as out:
            for task in pathlib.Path(f"/proc/{self.process.pid}/task").glob("*"):
                fact = {}
                for file in ("comm", "wchan", "syscall", "stack"):
                    try:
                        fact[file] = (task / file).read_text(encoding="utf-8").strip()
                    except OSError as error:
                        fact[file] = error.strerror
                    out.write(f"{task.name} {file}: {fact[file]}\n")
                frames = re.findall(r"\] (\w+)\+", fact["stack"])
                said.append(f"thread {task.name} {fact['comm']}: "
                            + (" < ".join(frames[:8]) or "runs"))
        return said

    def ask_kernel(self):
        """What the guest's kernel says of its CPUs and its blocked tasks, if its
        serial line's interrupt reaches it."""
        start = len(self.console.text)
        try:
            # One at a time: a second break would swallow the key of the first.
            for key, answer in ((b"9", "Loglevel set"), (b"l", "Show backtrace"),
                                (b"w", "Show Blocked"), (b"h", "HELP")):
                self.qmp.call("chardev-send-break", 10, id="console")
                self.console.sock.sendall(key)
                self.console.expect(f"sysrq: {answer}", 10, start)
        except (Failure, OSError) as error:
            return [f"the guest's kernel does not answer: {error}"]
        finally:
            said = self.console.text[start:].splitlines()
        return [f"guest: {line}" for line in said]

    def kill(self):
        """The end of it, in any case."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.log.close()
        for end in (self.console, self.qmp):
            end.sock.close()
        kept = self.machine.results / self.name
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(self.dir, kept)
