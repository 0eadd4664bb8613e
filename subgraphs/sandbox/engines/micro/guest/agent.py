"""Runs the one job of a virtual machine, as its first process.

Talks with the host in frames over one serial port, or with --streams over stdin and stdout: four bytes of length (big endian), one of type, the payload.
From the host: J the job (JSON), F a file, I a part of stdin, G go, T typed input, W a window's size (JSON), P paths of
files to send (JSON), C "what is your clock?". To the host: R ready, S started, O and X output, Z how it ended (JSON), L
some of the files that were left (JSON), E no more of them, F a file, D done, C the clock.
"""

import ctypes
import errno
import fcntl
import json
import os
import resource
import select
import signal
import stat
import struct
import sys
import termios
import time

# The serial port, opened by init.sh so that there is no file of it for anybody.
PORT = 3
CGROUPS = "/run/cgroup"
USER = 1000
CHUNK = 32768
# What a program leaves behind is looked through no further than this.
MOST_ENTRIES = 20000
MOST_FILE = 5 << 20
# What was typed and the program has not taken, before the host has to wait.
MOST_TYPED = 65536
RNDADDENTROPY = 0x40085203
RNDRESEEDCRNG = 0x5207
MS_NOSUID, MS_NODEV, MS_REMOUNT = 2, 4, 32
PR_SET_NO_NEW_PRIVS = 38

libc = ctypes.CDLL(None, use_errno=True)


class Port:
    def __init__(self, source, target):
        self.fd = source
        self.target = target
        for fd in (source, target):
            os.set_inheritable(fd, False)
        self.buffer = bytearray()

    def send(self, kind, payload=b""):
        rest = memoryview(struct.pack(">IB", len(payload), ord(kind)) + payload)
        while rest:
            rest = rest[os.write(self.target, rest[:CHUNK]):]

    def take(self):
        """A frame that is there already, or None."""
        if len(self.buffer) < 5:
            return None
        length, kind = struct.unpack_from(">IB", self.buffer)
        if len(self.buffer) < 5 + length:
            return None
        payload = bytes(self.buffer[5:5 + length])
        del self.buffer[:5 + length]
        return chr(kind), payload

    def read(self):
        data = os.read(self.fd, 65536)
        if not data and self.fd != PORT:
            # The host has closed the stream.
            sys.exit(0)
        if not data:
            # Nobody listens on the host yet.
            time.sleep(0.01)
        self.buffer += data

    def next(self):
        while True:
            frame = self.take()
            if frame is not None:
                return frame
            self.read()


def write_file(path, text):
    with open(path, "w") as file:
        file.write(text)


def read_number(path, key=None):
    try:
        with open(path) as file:
            for line in file:
                if key is None:
                    return int(line)
                name, _, value = line.partition(" ")
                if name == key:
                    return int(value)
    except OSError:
        pass
    return 0


def resize_disk(path, size):
    if libc.mount(b"none", path.encode(), None, MS_REMOUNT | MS_NOSUID | MS_NODEV, b"size=%d" % size) != 0:
        raise OSError(ctypes.get_errno(), "mount", path)


def set_clock_and_chance(job):
    time.clock_settime_ns(time.CLOCK_REALTIME, int(job["nowMs"]) * 1_000_000)
    entropy = bytes.fromhex(job["entropy"])
    fd = os.open("/dev/urandom", os.O_WRONLY | os.O_CLOEXEC)
    fcntl.ioctl(fd, RNDADDENTROPY, struct.pack("ii", len(entropy) * 8, len(entropy)) + entropy)
    fcntl.ioctl(fd, RNDRESEEDCRNG)
    os.close(fd)


def make_file(payload):
    (length,) = struct.unpack_from(">H", payload)
    path = payload[2:2 + length].decode()
    folder = "/workspace"
    for part in path.split("/")[:-1]:
        folder += "/" + part
        if not os.path.isdir(folder):
            os.mkdir(folder, 0o755)
            os.chown(folder, USER, USER)
    fd = os.open("/workspace/" + path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
    with open(fd, "wb") as file:
        file.write(payload[2 + length:])
    os.chown("/workspace/" + path, USER, USER)


class Group:
    """The control group of one job."""

    count = 0

    def __init__(self, limits):
        Group.count += 1
        self.path = "%s/job%d" % (CGROUPS, Group.count)
        os.mkdir(self.path)
        write_file(self.path + "/memory.max", str(limits["memoryBytes"]))
        write_file(self.path + "/memory.oom.group", "1")
        write_file(self.path + "/pids.max", str(limits["processes"]))

    def cpu_ms(self):
        return read_number(self.path + "/cpu.stat", "usage_usec") / 1000

    def peak(self):
        return read_number(self.path + "/memory.peak")

    def ran_out(self):
        return read_number(self.path + "/memory.events", "oom_kill") > 0

    def end(self):
        write_file(self.path + "/cgroup.kill", "1")

    def kill(self):
        """Ends all processes of the job and waits until they are gone. The program itself must be reaped by now."""
        self.end()
        while read_number(self.path + "/cgroup.events", "populated"):
            reap()
            time.sleep(0.002)

    def remove(self):
        os.rmdir(self.path)


def reap():
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def become_program(job, group, streams, controls_terminal):
    """In the child, until it is the program."""
    os.setsid()
    for target, fd in enumerate(streams):
        os.dup2(fd, target, inheritable=True)
    if controls_terminal:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    write_file(group.path + "/cgroup.procs", "0")
    limits = job["limits"]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits["diskBytes"], limits["diskBytes"]))
    # Beside the group: what one user may have is counted apart.
    resource.setrlimit(resource.RLIMIT_NPROC, (limits["processes"], limits["processes"]))
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    os.umask(0o022)
    os.chdir("/workspace")
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    os.execve(job["argv"][0], job["argv"], job["env"])


def set_size(fd, size):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", size["rows"], size["columns"], 0, 0))


class Program:
    """The started program and the ends of its streams: `sources` maps what to read to the type of its frames."""

    def __init__(self, job, group, stdin):
        terminal = job["terminal"]
        self.master = None
        self.typed = bytearray()
        if terminal:
            self.master, slave = os.openpty()
            os.set_blocking(self.master, False)
            os.fchown(slave, USER, USER)
            set_size(slave, terminal)
            given = (slave, slave, slave)
            self.sources = {self.master: "O"}
            close = {slave}
        else:
            out, out_end = os.pipe()
            err, err_end = os.pipe()
            # Opened anew, so that it is read from its beginning and cannot be written to.
            given = (os.open("/proc/self/fd/%d" % stdin, os.O_RDONLY | os.O_CLOEXEC), out_end, err_end)
            for end in given[1:]:
                # /dev/stdout and /dev/stderr are opened by the program itself.
                os.fchown(end, USER, USER)
            self.sources = {out: "O", err: "X"}
            close = set(given)
        self.pid = os.fork()
        if self.pid == 0:
            try:
                become_program(job, group, given, bool(terminal))
            except BaseException as error:
                os.write(2, ("the program did not start: %s\n" % error).encode())
            os._exit(127)
        for fd in close:
            os.close(fd)

    def write(self):
        """Types as much as the terminal takes: a program that shows a lot takes nothing until that is read."""
        try:
            del self.typed[:os.write(self.master, self.typed)]
        except BlockingIOError:
            pass
        except OSError:
            self.typed.clear()


def forward(port, program, fd):
    """Sends what a stream has; True at its end."""
    try:
        data = os.read(fd, CHUNK)
    except BlockingIOError:
        return False
    except OSError as error:
        # A terminal that nobody holds any more answers so.
        if error.errno != errno.EIO:
            raise
        data = b""
    if data:
        port.send(program.sources[fd], data)
        return False
    del program.sources[fd]
    os.close(fd)
    return True


def listen(port, program):
    port.read()
    while (frame := port.take()) is not None:
        kind, payload = frame
        if program.master is None:
            continue
        if kind == "T":
            program.typed += payload
        elif kind == "W":
            set_size(program.master, json.loads(payload))


def supervise(port, program, group, cpu_limit_ms):
    """Until the program ends; its wait status, and whether it was ended for its use of the processor."""
    pidfd = os.pidfd_open(program.pid)
    poll = select.poll()
    for fd in (pidfd, port.fd, *program.sources):
        poll.register(fd, select.POLLIN)
    exceeded = False
    try:
        while True:
            # One processor: it cannot be used up sooner than this.
            left = cpu_limit_ms - group.cpu_ms()
            if left <= 0:
                exceeded = True
                group.end()
            if program.master in program.sources:
                poll.modify(program.master, select.POLLIN | (select.POLLOUT if program.typed else 0))
                poll.modify(port.fd, select.POLLIN if len(program.typed) < MOST_TYPED else 0)
            ended = False
            for fd, events in poll.poll(10 if exceeded else max(10, left)):
                if fd == pidfd:
                    ended = True
                elif fd == port.fd:
                    listen(port, program)
                elif fd in program.sources:
                    if events & select.POLLOUT:
                        program.write()
                    if events & ~select.POLLOUT and forward(port, program, fd):
                        poll.unregister(fd)
            if ended:
                return os.waitpid(program.pid, 0)[1], exceeded
    finally:
        os.close(pidfd)


def drain(port, program):
    """Everybody who could write is dead: what is left is in the pipes."""
    for fd in list(program.sources):
        os.set_blocking(fd, True)
        while fd in program.sources:
            forward(port, program, fd)


def is_full(path):
    left = os.statvfs(path)
    return left.f_bavail == 0 or left.f_favail == 0


def list_files(port):
    """Tells of the regular files that were left behind, so that the host can choose."""
    entries = 0
    part = []
    for folder, folders, names in os.walk("/workspace"):
        entries += len(folders) + len(names)
        if entries > MOST_ENTRIES:
            break
        for name in sorted(names):
            path = os.path.join(folder, name)
            about = os.lstat(path)
            if stat.S_ISREG(about.st_mode) and about.st_nlink == 1 and path.isprintable():
                part.append((path[len("/workspace/"):], about.st_size))
            if len(part) == 200:
                port.send("L", json.dumps(part).encode())
                part = []
    port.send("L", json.dumps(part).encode())
    port.send("E", json.dumps({"complete": entries <= MOST_ENTRIES}).encode())


def send_files(port, paths):
    for path in paths:
        name = path.encode()
        with open("/workspace/" + path, "rb") as file:
            port.send("F", struct.pack(">H", len(name)) + name + file.read(MOST_FILE))


def run(port, job, stdin):
    limits = job["limits"]
    for path in ("/workspace", "/tmp"):
        resize_disk(path, limits["diskBytes"])
    group = Group(limits)
    began = time.monotonic()
    program = Program(job, group, stdin)
    port.send("S")
    status, exceeded = supervise(port, program, group, limits["cpuMs"])
    wall_ms = (time.monotonic() - began) * 1000
    full = is_full("/workspace") or is_full("/tmp")
    group.kill()
    reap()
    drain(port, program)
    ended = {
        "exitCode": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        "wallMs": wall_ms,
        "cpuMs": group.cpu_ms(),
        "peakMemoryBytes": group.peak(),
        "memoryExceeded": group.ran_out(),
        "cpuExceeded": exceeded,
        "diskFull": full,
    }
    port.send("Z", json.dumps(ended).encode())
    if job["collect"]:
        list_files(port)
        frame = port.next()
        while frame[0] != "P":
            # Typed too late.
            frame = port.next()
        send_files(port, json.loads(frame[1]))
    port.send("D")
    group.remove()


def mount(kind, path, data):
    if libc.mount(kind, path.encode(), kind, MS_NOSUID | MS_NODEV, data) != 0:
        raise OSError(ctypes.get_errno(), "mount", path)


def make_folders():
    """What init.sh makes, in a machine that something else has booted."""
    mount(b"tmpfs", "/run", b"mode=700,size=8m")
    mount(b"tmpfs", "/workspace", b"mode=755,size=64m")
    mount(b"tmpfs", "/tmp", b"mode=1777,size=64m")
    os.mkdir(CGROUPS)
    mount(b"cgroup2", CGROUPS, None)


def main():
    os.environ["PATH"] = "/usr/bin:/bin"
    speaks_over_streams = sys.argv[1:] == ["--streams"]
    if speaks_over_streams:
        make_folders()
    write_file(CGROUPS + "/cgroup.subtree_control", "+memory +pids +cpu")
    os.chown("/workspace", USER, USER)
    port = Port(0, 1) if speaks_over_streams else Port(PORT, PORT)
    port.send("R")
    job = None
    stdin = None
    while True:
        kind, payload = port.next()
        if kind == "C":
            port.send("C", struct.pack(">Q", time.monotonic_ns()))
        elif kind == "J":
            job = json.loads(payload)
            set_clock_and_chance(job)
            stdin = os.memfd_create("stdin", os.MFD_CLOEXEC)
        elif kind == "F":
            make_file(payload)
        elif kind == "I":
            os.write(stdin, payload)
        elif kind == "G":
            run(port, job, stdin)
            os.close(stdin)


main()
