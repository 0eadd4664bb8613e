import { readFileSync } from 'node:fs';
import type { Job } from '#subgraphs/sandbox/engines/engine.ts';
import { endsAs, says, type Abuse, type Seen } from './abuse.ts';

const MIB = 1024 ** 2;

const FILES = readFileSync(new URL('../../harness/wasm/files.wasm', import.meta.url));

/** Has files.wasm read (`-`) and write (`+`) at these places. */
const files = (...args: readonly string[]): Partial<Job> => ({
  args,
  program: { kind: 'module', path: 'files.wasm', invoke: null },
  files: [{ path: 'files.wasm', bytes: FILES }],
});

const command = (body: string, more = ''): string =>
  `(module ${more} (memory (export "memory") 1) (func (export "_start") ${body}))`;

const complains =
  (text: string) =>
  ({ result, stderr }: Seen): boolean =>
    result.status === 'FAILED' && result.exitCode === 1 && stderr.includes(text);

const isSmall = ({ result }: Seen): boolean => (result.peakMemoryBytes ?? 0) < 160 * MIB;

const WRITE = '(import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))';
/** A kilobyte of zeros, to stdout. */
const PRINT =
  '(i32.store (i32.const 4) (i32.const 1024)) (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))';

/** Modules that take more than they may have, and reach for more than WASI gives. */
export const MODULES: readonly Abuse[] = [
  {
    name: 'an endless loop',
    language: 'module',
    attack: { code: command('(loop $l br $l)'), limits: { wallMs: 500 }, holds: endsAs('TIMED_OUT') },
    twin: {
      code: command(
        '(local $n i32) (loop $l (br_if $l (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 1000000))))',
      ),
      holds: endsAs('SUCCEEDED'),
    },
  },
  {
    name: 'an endless loop, by its time on the processor',
    language: 'module',
    attack: { code: command('(loop $l br $l)'), limits: { cpuMs: 300 }, holds: endsAs('CPU_EXCEEDED') },
  },
  {
    name: 'an endless loop in a function that is called',
    language: 'module',
    attack: {
      code: '(module (func (export "f") (loop $l br $l)))',
      job: { program: { kind: 'module', path: 'main.txt', invoke: { function: 'f', args: [] } } },
      limits: { wallMs: 500 },
      holds: endsAs('TIMED_OUT'),
    },
    twin: {
      code: '(module (func (export "f") (param i32) (result i32) local.get 0))',
      job: { program: { kind: 'module', path: 'main.txt', invoke: { function: 'f', args: [-7] } } },
      holds: says('-7'),
    },
  },
  {
    name: 'memory without end',
    language: 'module',
    attack: {
      code: command(
        '(loop $l (br_if $l (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) (memory.fill (i32.const 0) (i32.const 1) (i32.mul (memory.size) (i32.const 65536))) unreachable',
      ),
      limits: { memoryBytes: 64 * MIB },
      holds: (seen) => seen.result.exitCode === 134 && isSmall(seen),
    },
    twin: {
      code: command('(if (i32.eq (memory.grow (i32.const 160)) (i32.const -1)) (then unreachable))'),
      holds: endsAs('SUCCEEDED'),
    },
  },
  {
    name: 'a memory that begins with all that there is',
    language: 'module',
    attack: {
      code: '(module (memory (export "memory") 65536) (func (export "_start")))',
      holds: complains('it needs 4294967296 bytes of memory'),
    },
  },
  {
    name: 'tables instead of memory',
    language: 'module',
    attack: {
      code: `(module (memory (export "memory") 1) ${'(table 0 funcref) '.repeat(40)} (func (export "_start") ${Array.from({ length: 40 }, (_, n) => `(drop (table.grow ${n} (ref.null func) (i32.const 9000000)))`).join(' ')} (loop $l br $l)))`,
      limits: { memoryBytes: 64 * MIB },
      holds: endsAs('MEMORY_EXCEEDED', 'SIGNALED', 'FAILED'),
    },
  },
  {
    name: 'calls without end',
    language: 'module',
    attack: {
      code: '(module (memory (export "memory") 1) (func $f (export "_start") call $f))',
      holds: ({ result, stderr }) => result.exitCode === 134 && stderr.includes('call stack'),
    },
  },
  {
    name: 'a flood on stdout',
    language: 'module',
    attack: {
      code: command(`(loop $l ${PRINT} br $l)`, WRITE),
      limits: { outputBytes: 65_536 },
      holds: ({ result, stdout }) =>
        result.status === 'OUTPUT_EXCEEDED' && stdout.length === 65_536 && result.truncated.stdout,
    },
    twin: {
      code: command(PRINT, WRITE),
      holds: ({ result, stdout }) => result.status === 'SUCCEEDED' && stdout.length === 1024,
    },
  },
  ...['proc_fork', 'proc_exec', 'proc_spawn', 'thread_spawn', 'sock_open'].map((name): Abuse => ({
    name: `what others have added to WASI: ${name}`,
    language: 'module',
    attack: {
      code: command('', `(import "wasix_32v1" "${name}" (func))`),
      holds: complains(`it asks for wasix_32v1.${name}`),
    },
  })),
  {
    name: 'a memory from outside, which nobody has bounded',
    language: 'module',
    attack: {
      code: '(module (import "env" "memory" (memory 1)) (func (export "_start")))',
      holds: complains('it asks for env.memory'),
    },
  },
  {
    name: 'files of its host and of the jail',
    language: 'module',
    attack: {
      code: '',
      job: files(
        '-/etc/passwd',
        '-../../etc/passwd',
        '-/proc/self/environ',
        '-/app/package.json',
        '-/opt/node/bin/node',
      ),
      holds: ({ stdout }) => stdout.match(/ no$/gmu)?.length === 5,
    },
    twin: {
      code: '',
      job: { ...files('+/workspace/b.txt', '-/workspace/b.txt', '+/tmp/c'), collect: ['*.txt'] },
      holds: ({ stdout, result }) =>
        stdout.match(/ written$/gmu)?.length === 3 && String(result.files[0]?.bytes) === 'written',
    },
  },
  {
    name: 'a trap, on those who come after',
    language: 'module',
    attack: { code: command('unreachable'), holds: ({ stderr }) => stderr === 'main.txt: unreachable\n' },
    twin: { code: command(PRINT, WRITE), holds: endsAs('SUCCEEDED') },
  },
  {
    name: 'a module that is none',
    language: 'module',
    attack: {
      code: '\0asm\x01\0\0\0\x05\xff\xff\xff\xff\xff\xff',
      holds: complains('main.txt: it is cut off, or a number'),
    },
  },
];

/** The same in the languages that are WebAssembly. */
export const LANGUAGES: readonly Abuse[] = [
  {
    name: 'an endless loop',
    language: 'python',
    attack: { code: 'while 1: pass', limits: { wallMs: 700 }, holds: endsAs('TIMED_OUT') },
    twin: { code: 'print(sum(range(100000)))', holds: says('4999950000') },
  },
  {
    name: 'sleeping',
    language: 'python',
    attack: { code: 'import time\ntime.sleep(60)', limits: { wallMs: 300 }, holds: endsAs('TIMED_OUT') },
    twin: { code: 'import time\ntime.sleep(0.01)\nprint("awake")', holds: says('awake') },
  },
  {
    name: 'memory',
    language: 'python',
    attack: {
      code: 'x = []\nwhile 1: x.append(bytearray(1 << 20))',
      limits: { memoryBytes: 64 * MIB },
      holds: (seen) => seen.result.status === 'MEMORY_EXCEEDED' && isSmall(seen),
    },
    twin: { code: 'x = bytearray(100 << 20)\nprint(len(x) >> 20)', holds: says('100') },
  },
  {
    name: 'a full disk',
    language: 'python',
    attack: {
      code: 'f = open("f", "wb")\nwhile 1: f.write(b"x" * (1 << 20))',
      limits: { diskBytes: 8 * MIB },
      holds: endsAs('DISK_EXCEEDED'),
    },
    twin: {
      code: 'open("out.bin", "wb").write(b"x" * (1 << 20))',
      job: { collect: ['*.bin'] },
      holds: ({ result }) => result.files[0]?.bytes.length === 1 << 20,
    },
  },
  {
    name: 'a million empty files',
    language: 'python',
    attack: {
      code: 'n = 0\nwhile 1:\n    open(f"f{n}", "w").close()\n    n += 1',
      limits: { wallMs: 15_000, cpuMs: 15_000 },
      holds: endsAs('DISK_EXCEEDED', 'MEMORY_EXCEEDED'),
    },
  },
  {
    name: 'a flood on stderr',
    language: 'python',
    attack: {
      code: 'import sys\nwhile 1: sys.stderr.write("y" * 1000)',
      limits: { outputBytes: 65_536 },
      holds: ({ result, stderr }) => result.status === 'OUTPUT_EXCEEDED' && stderr.length === 65_536,
    },
  },
  {
    name: 'processes, threads and sockets',
    language: 'python',
    attack: {
      code: `
import os, socket, subprocess, threading
def tries(what, call):
    try:
        call()
        print(what, "works")
    except Exception: pass
tries("fork", lambda: os.fork())
tries("exec", lambda: os.execv("/opt/node/bin/node", ["node"]))
tries("spawn", lambda: subprocess.run(["/usr/bin/id"]))
tries("shell", lambda: os.system("id"))
tries("thread", lambda: threading.Thread(target=print).start())
tries("socket", lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM).connect(("127.0.0.1", 80)))
tries("kill", lambda: os.kill(1, 9))
print("end")`,
      holds: says('end'),
    },
  },
  {
    name: 'files of its host and of the jail',
    language: 'python',
    attack: {
      code: `
import os
def tries(path, mode):
    try: print(path, open(path, mode).read() if mode == "r" else open(path, mode).write("x"))
    except OSError: pass
for path in ("/etc/passwd", "../../etc/passwd", "/workspace/../etc/passwd", "/proc/self/environ", "/app/host/main.ts", "/opt/node/bin/node"): tries(path, "r")
for path in ("/python/lib/python3.11/os.py", "/python/lib/python3.11/x.py", "/app/x", "/x"): tries(path, "w")
for target in ("/etc/passwd", "../etc/passwd", "../proc/self/mem", "../app/host/main.ts"):
    try:
        os.symlink(target, "l")
        tries("l", "r")
    except OSError: pass
    try: os.unlink("l")
    except OSError: pass
print("end")`,
      holds: says('end'),
    },
    twin: {
      code: 'import os\nopen("a", "w").write("hi")\nos.rename("a", "b")\nprint(open("b").read(), os.getcwd())',
      holds: says('hi /workspace'),
    },
  },
  {
    // To who reads only the names, the second link stays in the working folder; the kernel follows the first.
    name: "the memory of its host, by links that lead out through one another's names",
    language: 'python',
    attack: {
      code: `
import os
def tries(what, call):
    try: print(what, call())
    except OSError: pass
tries("dot", lambda: os.symlink(".", "/workspace/x"))
tries("out", lambda: os.symlink("x/x/x/../../../proc", "/workspace/out"))
tries("environ", lambda: open("/workspace/out/self/environ").read())
tries("memory", lambda: os.open("/workspace/out/self/mem", os.O_RDWR))
tries("process 1", lambda: os.open("/workspace/out/1/mem", os.O_RDWR))
print("end")`,
      holds: says('end'),
    },
  },
  {
    name: 'secrets of the service',
    language: 'python',
    attack: {
      code: 'import os, sys\nprint(dict(os.environ), sys.argv)',
      holds: ({ stdout }) => !stdout.includes(process.cwd()),
    },
    twin: { code: 'import os\nprint(os.environ["GIVEN"])', job: { env: { GIVEN: 'mine' } }, holds: says('mine') },
  },
  {
    name: 'files and changes for the execution after it',
    language: 'python',
    attack: {
      code: 'import builtins, os\nos.makedirs("/tmp/left/deep")\nopen("/tmp/left/deep/f", "w").close()\nopen("left", "w").close()\nbuiltins.left = 1\nos.environ["LEFT"] = "1"\nprint("left")',
      holds: says('left'),
    },
    twin: {
      code: 'import builtins, os\nprint(os.listdir("/tmp"), os.listdir("/workspace"), hasattr(builtins, "left"), "LEFT" in os.environ)',
      holds: says("[] ['main.txt'] False False"),
    },
  },
  {
    name: 'every descriptor, and none left for who comes after',
    language: 'python',
    attack: {
      code: 'import os\nn = 0\ntry:\n    while 1:\n        os.open("/tmp/f", os.O_RDWR | os.O_CREAT)\n        n += 1\nexcept OSError as e: print(n < 2000)',
      holds: says('True'),
    },
    twin: {
      code: 'l = [open(f"/tmp/{n}", "w") for n in range(500)]\nprint(len(l))',
      holds: says('500'),
    },
  },
  {
    name: 'closing its streams, and those of who comes after',
    language: 'python',
    attack: {
      code: 'import os\nfor fd in (0, 1, 3, 4, 5, 6): os.close(fd)\nos.write(2, b"closed")',
      holds: ({ result, stderr }) => result.status === 'SUCCEEDED' && stderr === 'closed',
    },
    twin: {
      code: 'import sys\nprint(len(sys.stdin.read()))',
      job: { stdin: Buffer.from('typed') },
      holds: says('5'),
    },
  },
  {
    name: 'calls without end',
    language: 'python',
    attack: {
      code: 'import sys\nsys.setrecursionlimit(10**6)\ndef f(): f()\nf()',
      holds: endsAs('FAILED', 'MEMORY_EXCEEDED', 'TIMED_OUT', 'CPU_EXCEEDED'),
    },
    twin: { code: 'def f(n): return n and f(n - 1)\nprint(f(400))', holds: says('0') },
  },
  {
    name: 'an endless loop, by its time on the processor',
    language: 'javascript',
    attack: { code: 'for (;;);', limits: { cpuMs: 300 }, holds: endsAs('CPU_EXCEEDED') },
    twin: { code: 'let n = 0; for (let i = 0; i < 1000; i++) n += i; console.log(n);', holds: says('499500') },
  },
  {
    name: 'an expression that takes for ever',
    language: 'javascript',
    attack: { code: '/^(a+)+$/.test("a".repeat(40) + "b")', limits: { wallMs: 700 }, holds: endsAs('TIMED_OUT') },
  },
  {
    name: 'memory',
    language: 'javascript',
    attack: {
      code: 'const all = []; for (;;) all.push(new Uint8Array(1 << 20).fill(1));',
      limits: { memoryBytes: 64 * MIB },
      holds: (seen) => seen.result.status === 'MEMORY_EXCEEDED' && isSmall(seen),
    },
    twin: { code: 'console.log(new Uint8Array(20 << 20).fill(1).length >> 20)', holds: says('20') },
  },
  {
    name: 'programs and files of its host',
    language: 'javascript',
    attack: {
      code: `
import * as std from 'std';
for (const path of ['/etc/passwd', '../../etc/passwd', '/app/host/main.ts', '/proc/self/environ']) {
  if (std.loadFile(path) !== null) console.log('read', path);
}
for (const path of ['/javascript/main.js', '/app/x']) {
  const file = std.open(path, 'w');
  if (file) console.log('wrote', path);
}
try { if (std.popen('id', 'r')) console.log('ran'); } catch {}
console.log('end');`,
      holds: says('end'),
    },
    twin: {
      code: "import * as std from 'std';\nconst f = std.open('a.txt', 'w');\nf.puts('kept');\nf.close();\nconsole.log(std.loadFile('/workspace/a.txt'));",
      job: { collect: ['*.txt'] },
      holds: ({ result, stdout }) =>
        stdout === 'kept\n' && result.files.some(({ path, bytes }) => path === 'a.txt' && String(bytes) === 'kept'),
    },
  },
];
