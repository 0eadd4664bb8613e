import { endsAs, says, type Abuse } from './abuse.ts';

const FORKS = `
import os, time
n = 0
while n < 500:
    try:
        if os.fork() == 0:
            time.sleep(9)
            os._exit(0)
        n += 1
    except OSError:
        break
print(n)
`;

/** Taking more than the limits give. */
export const RESOURCES: readonly Abuse[] = [
  {
    name: 'a fork bomb in Bash',
    language: 'bash',
    attack: {
      code: ':(){ :|:& };:; sleep 9',
      limits: { wallMs: 1_500 },
      holds: ({ result }) => result.status !== 'SUCCEEDED' && result.status !== 'ENGINE_FAILED',
    },
    twin: { code: 'for i in 1 2 3 4 5; do sleep 0 & done; wait; echo done', holds: says('done') },
  },
  {
    name: 'more processes than there may be',
    language: 'python',
    attack: { code: FORKS, holds: ({ stdout }) => Number(stdout) > 10 && Number(stdout) <= 64 },
    twin: {
      code: 'import multiprocessing as m\nif __name__ == "__main__":\n    with m.Pool(2) as pool: print(pool.map(abs, [-1, 2]))',
      holds: says('[1, 2]'),
    },
  },
  {
    name: 'memory in one process',
    language: 'python',
    attack: { code: 'x = []\nwhile 1: x.append(bytearray(1 << 20))', holds: endsAs('MEMORY_EXCEEDED') },
    twin: { code: 'x = bytearray(100 << 20)\nprint(len(x) >> 20)', holds: says('100') },
  },
  {
    name: 'memory in many processes',
    language: 'python',
    attack: {
      code: 'import os, time\nfor i in range(20):\n    if os.fork() == 0: break\nx = bytearray(40 << 20)\nfor i in range(0, len(x), 4096): x[i] = 1\ntime.sleep(9)',
      holds: endsAs('MEMORY_EXCEEDED'),
    },
  },
  {
    name: 'memory outside of the heap of Node.js',
    language: 'node',
    attack: {
      code: 'const a = []; for (;;) a.push(new Uint8Array(1 << 20).fill(1))',
      holds: endsAs('MEMORY_EXCEEDED'),
    },
    twin: { code: 'console.log(Buffer.alloc(50 << 20, 1).length >> 20)', holds: says('50') },
  },
  {
    name: 'the heap of Node.js',
    language: 'node',
    attack: { code: 'const a = []; for (;;) a.push({ a: [1, 2, 3] })', holds: endsAs('MEMORY_EXCEEDED') },
  },
  {
    name: 'every folder that takes files',
    language: 'python',
    attack: {
      code: `
for folder in ("/workspace", "/tmp", "/dev/shm", "/dev", "/", "/usr", "/run", "/etc"):
    n = 0
    try:
        for k in range(200):
            with open(f"{folder}/f{k}", "wb") as f: f.write(b"x" * (1 << 20))
            n += 1
    except OSError:
        pass
    print(n, end=" ")
`,
      holds: ({ stdout }) => {
        const [workspace = 99, temporary = 99, shared = 99, ...others] = stdout.trim().split(' ').map(Number);
        return (
          workspace <= 32 && temporary <= 32 && shared <= 16 && others.length === 5 && others.every((n) => n === 0)
        );
      },
    },
    twin: {
      code: 'open("out.bin", "wb").write(b"x" * (1 << 20))',
      job: { collect: ['*.bin'] },
      holds: ({ result }) => result.files[0]?.bytes.length === 1 << 20,
    },
  },
  {
    name: 'a full disk',
    language: 'bash',
    attack: { code: 'head -c 100000000 /dev/zero > f', holds: endsAs('DISK_EXCEEDED') },
  },
  {
    name: 'a gigabyte reserved at once',
    language: 'python',
    attack: {
      code: 'import os\nf = os.open("f", os.O_CREAT | os.O_RDWR)\nos.posix_fallocate(f, 0, 1 << 30)',
      holds: endsAs('FAILED', 'DISK_EXCEEDED'),
    },
    twin: {
      code: 'import os\nf = os.open("f", os.O_CREAT | os.O_RDWR)\nos.posix_fallocate(f, 0, 1 << 20)\nprint(os.fstat(f).st_size)',
      holds: says('1048576'),
    },
  },
  {
    name: 'a file with a hole of a terabyte',
    language: 'bash',
    attack: { code: 'exec truncate -s 1T f', holds: endsAs('DISK_EXCEEDED') },
    twin: { code: 'truncate -s 1M f && stat -c %s f', holds: says('1048576') },
  },
  {
    name: 'a million empty files',
    language: 'python',
    attack: {
      code: 'n = 0\nwhile 1:\n    open(f"f{n}", "w").close()\n    n += 1',
      limits: { wallMs: 20_000, cpuMs: 20_000 },
      holds: endsAs('DISK_EXCEEDED', 'MEMORY_EXCEEDED'),
    },
    twin: { code: 'for n in range(1000): open(f"f{n}", "w").close()\nprint("made")', holds: says('made') },
  },
  {
    name: 'every descriptor',
    language: 'python',
    attack: {
      code: 'import os\nl = []\ntry:\n    while 1: l.append(os.open("/dev/null", 0))\nexcept OSError as e: print(len(l) <= 1024, e.errno)',
      holds: says('True 24'),
    },
  },
  {
    name: 'an endless loop, by its time on the processor',
    language: 'python',
    attack: { code: 'while 1: pass', limits: { cpuMs: 300 }, holds: endsAs('CPU_EXCEEDED') },
  },
  {
    name: 'time on the processor spread over processes',
    language: 'python',
    attack: {
      code: 'import os\nfor i in range(8):\n    if os.fork() == 0: break\nwhile 1: pass',
      limits: { cpuMs: 500 },
      holds: endsAs('CPU_EXCEEDED'),
    },
  },
  {
    name: 'sleeping',
    language: 'bash',
    attack: { code: 'sleep 60', limits: { wallMs: 300 }, holds: endsAs('TIMED_OUT') },
  },
  {
    name: 'a flood on stdout',
    language: 'bash',
    attack: {
      code: 'yes',
      limits: { outputBytes: 65_536 },
      holds: ({ result, stdout }) =>
        result.status === 'OUTPUT_EXCEEDED' && stdout.length === 65_536 && result.truncated.stdout,
    },
    twin: {
      code: 'head -c 65536 /dev/zero | tr "\\0" a',
      limits: { outputBytes: 65_536 },
      holds: ({ result, stdout }) => result.status === 'SUCCEEDED' && stdout.length === 65_536,
    },
  },
  {
    name: 'a flood on stderr',
    language: 'bash',
    attack: {
      code: 'yes >&2',
      limits: { outputBytes: 65_536 },
      holds: ({ result, stderr }) => result.status === 'OUTPUT_EXCEEDED' && stderr.length === 65_536,
    },
  },
];
