import { endsAs, says, type Abuse } from './abuse.ts';

const CALLS = (calls: Readonly<Record<string, string>>): string => `
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for name, args in {${Object.entries(calls)
  .map(([name, args]) => `"${name}": (${args})`)
  .join(', ')}}.items():
    ctypes.set_errno(0)
    answer = libc.syscall(*args)
    print(name, "done" if answer >= 0 else ctypes.get_errno() in (1, 38))
`;

const ALL_REFUSED = (names: readonly string[]) => says(names.map((name) => `${name} True`).join('\n'));

/** Numbers of x86-64; on other processors they are other calls, and the row is for those who have it. */
const FORBIDDEN = {
  ptrace: '101, 0, 0, 0, 0',
  process_vm_readv: '310, 1, 0, 0, 0, 0, 0',
  mount: '165, 0, 0, 0, 0, 0',
  setns: '308, 0, 0',
  unshare: '272, 0x10000000',
  bpf: '321, 0, 0, 0',
  userfaultfd: '323, 0',
  io_uring_setup: '425, 1, 0',
  clone3: '435, 0, 0',
  keyctl: '250, 0, -3, 1',
  shmget: '29, 0, 4096, 0o1600',
  memfd_create: '319, b"x", 0',
  perf_event_open: '298, 0, 0, 0, 0, 0',
  open_by_handle_at: '304, 0, 0, 0',
  init_module: '175, 0, 0, 0',
  kexec_load: '246, 0, 0, 0, 0',
  settimeofday: '164, 0, 0',
};

/** Reaching into the kernel and into other processes. */
export const KERNEL: readonly Abuse[] = [
  {
    name: 'system calls that a program does not need',
    language: 'python',
    attack: { code: CALLS(FORBIDDEN), holds: ALL_REFUSED(Object.keys(FORBIDDEN)) },
    twin: {
      code: 'import threading\nt = threading.Thread(target=lambda: print("threads"))\nt.start()\nt.join()',
      holds: says('threads'),
    },
  },
  {
    name: 'namespaces of its own',
    language: 'bash',
    attack: {
      code: 'for c in "unshare -U" "unshare -Ur" "unshare -m" "chroot /" "nsenter -t 1 -m" "mount -t tmpfs x"; do $c true 2> /dev/null && echo "$c"; done; echo end',
      holds: says('end'),
    },
  },
  {
    name: 'system calls of another processor mode',
    language: 'python',
    attack: {
      // int 0x80 with getpid
      code: 'import ctypes, mmap\nm = mmap.mmap(-1, 4096, prot=7)\nm.write(b"\\x53\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\x5b\\xc3")\nprint(ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(m)))())',
      holds: ({ result }) =>
        result.status === 'SIGNALED' && (result.signal === 'SIGSYS' || result.signal === 'SIGSEGV'),
    },
  },
  {
    name: 'the memory and the descriptors of process 1, which bears no limits',
    language: 'python',
    attack: {
      code: `
import os
def tries(what, call):
    try: print(what, call())
    except OSError: pass
tries("memory", lambda: open("/proc/1/mem", "r+b"))
tries("maps", lambda: len(open("/proc/1/maps").read()))
tries("environment", lambda: open("/proc/1/environ").read())
tries("descriptors", lambda: os.listdir("/proc/1/fd"))
tries("root", lambda: os.listdir("/proc/1/root"))
print("end")`,
      holds: says('end'),
    },
    twin: { code: 'print(open("/proc/self/mem", "r+b").writable())', holds: says('True') },
  },
  {
    name: 'typing into a terminal',
    language: 'python',
    attack: {
      code: 'import fcntl, os, termios\nm, s = os.openpty()\ntry:\n    fcntl.ioctl(s, termios.TIOCSTI, b"x")\n    print("typed")\nexcept OSError as e: print(e.errno)\ntry: os.open("/dev/tty", os.O_RDWR)\nexcept OSError: print("none")',
      holds: says('1\nnone'),
    },
    twin: {
      code: 'import os\nm, s = os.openpty()\nos.write(s, b"shown")\nprint(os.read(m, 9).decode())',
      holds: says('shown'),
    },
  },
  {
    name: 'another user',
    language: 'bash',
    attack: {
      code: 'id -u; su -c id 2> /dev/null; mknod d b 8 0 2> /dev/null && echo made; grep -E "NoNewPrivs|CapEff" /proc/self/status | tr -d "\\t"',
      holds: says('65534\nCapEff:0000000000000000\nNoNewPrivs:1'),
    },
  },
  {
    name: 'the settings of the kernel',
    language: 'bash',
    attack: {
      code: 'for f in /proc/sys/kernel/core_pattern /proc/sys/vm/drop_caches /proc/sysrq-trigger /proc/sys/kernel/hostname /sys/power/state; do (echo x > $f) 2> /dev/null && test -s $f && echo "wrote $f"; done; echo end',
      holds: says('end'),
    },
  },
  {
    name: 'the programs of the host',
    language: 'bash',
    attack: {
      code: '(echo x > /usr/bin/evil) 2> /dev/null && echo wrote; (echo x >> /opt/node/bin/node) 2> /dev/null && echo wrote; (echo x > /etc/passwd) 2> /dev/null && echo wrote; rm -rf /usr/bin/env 2> /dev/null; test -e /usr/bin/env && echo end',
      holds: says('end'),
    },
  },
  {
    name: 'a core of its memory on the host',
    language: 'bash',
    attack: { code: 'ulimit -c unlimited 2> /dev/null; kill -SEGV $$', holds: endsAs('SIGNALED') },
  },
];
