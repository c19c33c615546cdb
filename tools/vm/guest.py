# SPDX-License-Identifier: GPL-2.0-only
"""A Linux guest in an unmodified QEMU, that does what it is told.

To be imported by programs that run in the L1. A guest is driven by its console,
on which it takes commands (tools/vm/agent-init), and by QMP. Nothing here waits
for a time to pass: each wait is for an answer or an event, and has a limit.
"""
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


class Inbox:
    """What arrived, for one thread to write and others to wait for."""

    def __init__(self):
        self.condition = threading.Condition()
        self.closed = False

    def wait(self, found, what, limit):
        """Return what found() returns, once that is something."""
        end = time.monotonic() + limit
        with self.condition:
            while True:
                result = found()
                if result is not None and result is not False:
                    return result
                if self.closed:
                    raise Failure(f"QEMU ended while waiting for {what}")
                left = end - time.monotonic()
                if left <= 0:
                    raise Failure(f"no {what} within {limit} s")
                self.condition.wait(left)

    def close(self):
        """No more will come."""
        with self.condition:
            self.closed = True
            self.condition.notify_all()


def connect(path, process, limit=60):
    """Connect to QEMU's socket, as soon as it is there."""
    end = time.monotonic() + limit
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
            other.condition.wait_for(lambda: other.closed, limit)
        with self.condition:
            self.text = other.text + self.text
            self.number = other.number
            self.condition.notify_all()

    def expect(self, pattern, limit, start=0):
        """Wait for a pattern in what comes after offset start."""
        return self.wait(lambda: re.compile(pattern).search(self.text, start),
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

    def __init__(self, sock, log):
        super().__init__()
        self.sock = sock
        self.log = log
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
            elif "id" in message:
                self.answers[message["id"]] = message
            self.condition.notify_all()

    def call(self, command, limit=120, **arguments):
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

    def monitor(self, line, limit=300):
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


class Machine:
    """What of a guest is the same for all: files, programs, the network."""

    def __init__(self, work, results, newer_qemu):
        self.work = pathlib.Path(work)
        self.results = pathlib.Path(results)
        self.newer_qemu = newer_qemu
        self.echo = Echo()
        self.number = 0
        output = subprocess.run([TOOLS / "agent-initramfs"], check=True,
                                stdout=subprocess.PIPE, text=True).stdout
        self.kernel, self.bzimage, self.initramfs = output.split()
        for disk in ("disk0", "disk1"):
            with open(self.work / disk, "wb") as file:
                file.truncate(4 << 20)

    def program(self, name):
        """The start of QEMU's command line, and its environment."""
        if name == "installed":
            return ["qemu-system-x86_64"], dict(os.environ)
        lib = f"{self.newer_qemu}/usr/lib/x86_64-linux-gnu"
        return ([f"{self.newer_qemu}/usr/bin/qemu-system-x86_64"],
                dict(os.environ, LD_LIBRARY_PATH=lib))


class Guest:
    """One QEMU process with a guest in it."""

    # pylint: disable=too-many-arguments,too-many-instance-attributes

    def __init__(self, machine, name, device="/dev/virqchip", qemu="installed",
                 board="pc", smp=2, cpu="host", append="", intx=False,
                 extra=(), incoming=False, memory=192):
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
        words = self.command(qemu, board, smp, cpu, append, intx, memory)
        if incoming:
            words += ["-incoming", "defer"]
        self.process = self.start(qemu, words + list(extra))
        self.vm = DEBUGFS / f"vm-{self.process.pid}"
        try:
            self.console = Console(connect(self.sockets / "console", self.process))
            self.qmp = Qmp(connect(self.sockets / "qmp", self.process), self.log)
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
                   "random.trust_cpu=on watchdog_thresh=60 "
                   "rcupdate.rcu_cpu_stall_timeout=120 " + append)
        accel = "kvm" if qemu == "installed" else f"kvm,device={self.device}"
        bus = "device" if board.startswith("microvm") else "pci"
        vectors = ",vectors=0" if intx else ""
        words = [
            "-M", f"{board},kernel-irqchip=on", "-accel", accel, "-cpu", cpu,
            "-smp", str(smp), "-m", str(memory), "-nodefaults", "-display", "none",
            "-kernel", machine.kernel, "-initrd", machine.initramfs,
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

    # ---- what the guest does ----

    def await_up(self, limit=240, start=0):
        """The guest has booted and takes commands."""
        return self.console.expect("AGENT-UP after .* s\n", limit, start)

    def run(self, command, limit=120, status=0):
        """Do a command in the guest, and return its output."""
        output, got = self.console.finish(self.console.begin(command), limit)
        if got != status:
            raise Failure(f"the guest's command '{command}' ended with status {got}: "
                          + output.strip()[-300:])
        return output

    def load_command(self, rounds, net=True):
        """The command for traffic of all kinds."""
        port = self.machine.echo.server_address[1]
        words = f"guest-load run {rounds} /dev/vda /dev/vdb"
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

    def power_off(self, limit=120):
        """An orderly end."""
        mark = self.qmp.mark()
        self.console.begin("poweroff -f")
        self.qmp.event("SHUTDOWN", mark, limit)
        self.await_end(limit)

    def await_end(self, limit=120):
        """QEMU ends by itself, with status 0."""
        try:
            status = self.process.wait(limit)
        except subprocess.TimeoutExpired:
            raise Failure(f"QEMU did not end within {limit} s") from None
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
        """Keep all that may tell why the guest does not go on."""
        place = self.dir / "trouble"
        self.save(place)
        with open(place / "threads", "w", encoding="utf-8") as out:
            for task in pathlib.Path(f"/proc/{self.process.pid}/task").glob("*"):
                for file in ("comm", "wchan", "stack", "syscall"):
                    try:
                        out.write(f"{task.name} {file}: {(task / file).read_text()}\n")
                    except OSError:
                        pass
        for line in ("info status", "info registers -a", "info lapic", "info pic"):
            try:
                text = self.qmp.monitor(line, 10)
            except (Failure, OSError) as error:
                text = str(error)
            with open(place / "monitor", "a", encoding="utf-8") as out:
                out.write(f"# {line}\n{text}\n")

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
