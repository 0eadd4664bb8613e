import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLog } from '#mesh/log.ts';
import { buildImage } from '#subgraphs/sandbox/engines/micro/image/build.ts';
import { createMicroEngine } from '#subgraphs/sandbox/engines/micro/micro.ts';
import type { Engine, Job, Result } from '#subgraphs/sandbox/engines/engine.ts';
import { openJail, type JailOpening } from '#subgraphs/sandbox/jail/jail.ts';
import { machineFolder, whyNoMachines } from '#tests/harness/machines.ts';

const MEBIBYTE = 1024 ** 2;
const without = whyNoMachines();

interface Ran extends Result {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

type Change = Partial<Omit<Job, 'limits' | 'files'>> & {
  readonly limits?: Partial<Job['limits']>;
  readonly files?: Readonly<Record<string, string>>;
};

const jobOf = (code: string, { limits, files = {}, ...change }: Change = {}): Job => ({
  id: randomUUID(),
  program: { kind: 'script', language: 'python', path: 'main.py' },
  args: [],
  stdin: new Uint8Array(),
  env: {},
  files: Object.entries({ 'main.py': code, ...files }).map(([path, text]) => ({ path, bytes: Buffer.from(text) })),
  collect: [],
  terminal: null,
  ...change,
  limits: {
    wallMs: 60_000,
    cpuMs: 60_000,
    memoryBytes: 256 * MEBIBYTE,
    processes: 32,
    outputBytes: MEBIBYTE,
    diskBytes: 16 * MEBIBYTE,
    ...limits,
  },
});

describe.skipIf(without !== null)(`the engine micro${without === null ? '' : ` (left out: ${without})`}`, () => {
  let jail: JailOpening;
  let engine: Engine;
  let folder: string;

  beforeAll(async () => {
    folder = await machineFolder();
    jail = await openJail();
    engine = createMicroEngine({ openJail: async () => jail, folder, warm: 1, log: createLog('test', 'silent') });
    await engine.availability();
  }, 600_000);

  afterAll(async () => {
    await engine.stop();
    if (jail.outcome === 'open') await jail.jail.close();
  });

  const run = async (code: string, change?: Change): Promise<Ran> => {
    const started = await engine.start(jobOf(code, change));
    const parts = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    for await (const { stream, bytes } of started.output) parts[stream].push(bytes);
    const result = await started.result;
    return { ...result, stdout: Buffer.concat(parts.stdout), stderr: Buffer.concat(parts.stderr) };
  };

  test('is there on a host of Debian, by emulation', async () => {
    expect(await engine.availability()).toMatchObject({
      outcome: 'available',
      driver: 'qemu-tcg',
      isolation: 'emulated-vm+namespaces',
      languages: ['python', 'node'],
    });
  });

  test('says why the better driver is not used', async () => {
    const found = await engine.availability();
    expect(found.outcome === 'available' && found.reductions[0]).toMatch(/^microsandbox is not used: .+\. .+\.?$/u);
  });

  test('builds its image once', async () => {
    expect(await buildImage(folder, () => {})).toMatchObject({ kept: true });
  });

  test('runs Python', async () => {
    const ran = await run('print("OK")');
    expect(ran).toMatchObject({ status: 'SUCCEEDED', exitCode: 0, signal: null, totals: { stdout: 3, stderr: 0 } });
    expect(ran.stdout.toString()).toBe('OK\n');
    expect(ran.peakMemoryBytes).toBeGreaterThan(MEBIBYTE);
  });

  test('runs Node.js, in the version of the studio', async () => {
    const code = 'const { add } = require("./add.cjs"); console.log(process.version, add(1, 2))';
    const ran = await run('', {
      program: { kind: 'script', language: 'node', path: 'main.cjs' },
      files: { 'main.cjs': code, 'add.cjs': 'exports.add = (a, b) => a + b' },
    });
    expect(ran.stdout.toString()).toBe(`${process.version} 3\n`);
  });

  test('hands over arguments, variables, files and stdin to its last byte, and brings files and the exit code back', async () => {
    const code = `
import os, sys
data = sys.stdin.buffer.read()
open("deep/in/it.bin", "wb").write(data[::-1])
open("other.txt", "w").write("no")
os.symlink("/etc/passwd", "link.bin")
sys.stdout.buffer.write(bytes(range(256)) * 300)
print(sys.argv[1:], os.environ["A"], open("deep/in/file").read(), file=sys.stderr)
sys.exit(3)`;
    const stdin = Buffer.from([0, 1, 2, 255, 10]);
    const ran = await run(code, {
      stdin,
      args: ['x', 'y z', '-v'],
      env: { A: 'b=c' },
      files: { 'deep/in/file': 'text' },
      collect: ['**/*.bin'],
    });
    expect(ran).toMatchObject({ status: 'FAILED', exitCode: 3 });
    expect(ran.stderr.toString()).toBe("['x', 'y z', '-v'] b=c text\n");
    expect(
      ran.stdout.equals(
        Buffer.concat(
          Array.from({ length: 300 }, () => Buffer.from(Uint8Array.from({ length: 256 }, (_, byte) => byte))),
        ),
      ),
    ).toBe(true);
    expect(ran.files).toEqual([{ path: 'deep/in/it.bin', bytes: Buffer.from([10, 255, 2, 1, 0]) }]);
  });

  test('ends a flood at the limit of output', async () => {
    const ran = await run('while True: print("y" * 1000)', { limits: { outputBytes: 100_000 } });
    expect(ran).toMatchObject({ status: 'OUTPUT_EXCEEDED', truncated: { stdout: true, stderr: false } });
    expect(ran.stdout).toHaveLength(100_000);
  });

  test('ends a loop at the limit of time, and one at that of the processor', async () => {
    expect(await run('while True: pass', { limits: { wallMs: 1_000 } })).toMatchObject({
      status: 'TIMED_OUT',
      exitCode: null,
    });
    expect(await run('while True: pass', { limits: { cpuMs: 500 } })).toMatchObject({
      status: 'CPU_EXCEEDED',
      exitCode: null,
    });
  });

  test('ends a program that takes too much memory, in processes or files, and lets one have what it may', async () => {
    const limits = { memoryBytes: 64 * MEBIBYTE };
    const all = 'x = []\nwhile True: x.append(bytearray(1 << 20))';
    expect(await run(all, { limits })).toMatchObject({ status: 'MEMORY_EXCEEDED', exitCode: null });
    expect(await run('x = bytearray(40 << 20); print(len(x))', { limits })).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('holds a fork bomb, and lets a program have children', async () => {
    const bomb = `
import os
made = 0
try:
    while True:
        if os.fork() == 0: os.read(os.pipe()[0], 1)
        made += 1
except OSError as error: print(made < 32, error.errno)`;
    const ran = await run(bomb);
    expect(ran.stdout.toString()).toBe('True 11\n');
    const child = await run(
      'import subprocess; print(subprocess.run(["/bin/sh", "-c", "echo $((1+2))"], capture_output=True).stdout)',
    );
    expect(child.stdout.toString()).toBe("b'3\\n'\n");
  });

  test('says when a program fills its disk, and ends no other so', async () => {
    const fill = 'f = open("big", "wb")\nwhile True: f.write(b"x" * 65536)';
    expect(await run(fill)).toMatchObject({ status: 'DISK_EXCEEDED', exitCode: 1 });
    expect(await run('open("some", "wb").write(b"x" * (8 << 20))')).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('is cancelled with all that it started', async () => {
    const started = await engine.start(jobOf('import os, time; os.fork(); print("on", flush=True); time.sleep(60)'));
    for await (const { bytes } of started.output) if (bytes.length > 0) started.cancel();
    expect(await started.result).toMatchObject({ status: 'CANCELLED', exitCode: null });
  });

  test('has no network but its own loopback', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    const port = await new Promise<number>((done) => {
      server.once('listening', () => {
        const address = server.address();
        done(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    const code = `
import os, socket, threading
print([line.split(":")[0].strip() for line in open("/proc/net/dev").readlines()[2:]])
for host in ("127.0.0.1", "10.0.2.2", "169.254.169.254", "1.1.1.1"):
    try: socket.create_connection((host, ${port}), 2); print("reached", host)
    except OSError as error: print(error.errno)
own = socket.create_server(("127.0.0.1", 0))
socket.create_connection(own.getsockname()); print("own")`;
    try {
      expect((await run(code)).stdout.toString()).toBe("['lo']\n111\n101\n101\n101\nown\n");
    } finally {
      server.close();
    }
  });

  test('keeps the agent, the devices and the system from the program', async () => {
    const code = `
import os
print(os.getuid(), os.getgid(), os.getgroups())
for path in ("/run/agent.py", "/run/cgroup", "/proc/1/environ", "/proc/1/mem", "/dev/console", "/proc/kcore", "/proc/sysrq-trigger"):
    try: os.open(path, os.O_RDONLY); print("opened", path)
    except OSError: pass
for path in ("/x", "/usr/bin/python3", "/etc/passwd", "/dev/x", "/proc/sys/kernel/core_pattern"):
    try: os.open(path, os.O_WRONLY | os.O_CREAT); print("wrote", path)
    except OSError: pass
for call in (lambda: os.setuid(0), lambda: os.mknod("/tmp/d", 0o60666, os.makedev(254, 0)), lambda: os.chroot("/"), lambda: os.kill(1, 9)):
    try: call(); print("did it")
    except OSError: pass
print([name for name in os.listdir("/dev") if name.startswith(("v", "mem", "kmsg", "tty0"))], [pid for pid in os.listdir("/proc") if pid == "1"], sorted(int(fd) for fd in os.listdir("/proc/self/fd"))[:3])`;
    expect((await run(code)).stdout.toString()).toBe('1000 1000 []\n[] [] [0, 1, 2]\n');
  });

  test('leaves nothing of one execution to the next', async () => {
    await run('open("/tmp/left", "w").write("x"); open("left", "w").write("x")');
    const ran = await run('import os; print(os.listdir("/tmp"), os.listdir("."))');
    expect(ran.stdout.toString()).toBe("[] ['main.py']\n");
  });

  test('gives each of several at once its own chance, and all the right time', async () => {
    const code = 'import os, time; print(os.urandom(16).hex(), time.time())';
    const before = Date.now() / 1_000;
    const ran = await Promise.all([1, 2, 3, 4].map(() => run(code)));
    const after = Date.now() / 1_000;
    const told = ran.map(({ stdout }) => stdout.toString().trim().split(' '));
    expect(new Set(told.map(([chance]) => chance)).size).toBe(4);
    for (const [, time] of told) {
      expect(Number(time)).toBeGreaterThan(before - 1);
      expect(Number(time)).toBeLessThan(after + 1);
    }
  });

  test('is a terminal, with a size that follows', async () => {
    const started = await engine.start(
      jobOf('', { program: { kind: 'shell', language: 'python' }, terminal: { columns: 80, rows: 24 } }),
    );
    const ask = 'import os; print("size", *os.get_terminal_size())\n';
    const steps = [
      { after: 'size 80 24', type: ask, size: { columns: 120, rows: 40 } },
      { after: 'size 120 40', type: 'exit(7)\n', size: null },
    ];
    await started.write(Buffer.from(ask));
    let seen = '';
    for await (const { bytes } of started.output) {
      seen += bytes.toString();
      const [step] = steps;
      if (step === undefined || !seen.includes(step.after)) continue;
      steps.shift();
      if (step.size !== null) await started.resize(step.size);
      await started.write(Buffer.from(step.type));
    }
    expect(steps, seen).toEqual([]);
    expect(await started.result).toMatchObject({ status: 'FAILED', exitCode: 7 });
  });

  test('is a terminal into which more can be typed than a program takes while it shows something', async () => {
    const started = await engine.start(
      jobOf('', { program: { kind: 'shell', language: 'python' }, terminal: { columns: 80, rows: 24 } }),
    );
    const typed = Buffer.from(`${'x'.repeat(60)}\n`.repeat(2_000));
    const program = [
      'print("g" + "o", flush=True)',
      '[os.write(1, b"." * 4096) for _ in range(64)]',
      `left = ${typed.length}`,
      'while left > 0: left -= len(os.read(0, 4096))',
      'os._exit(5)',
    ];
    await started.write(Buffer.from(`import os; exec(${JSON.stringify(program.join('\n'))})\n`));
    let typing: Promise<void> | undefined;
    let seen = '';
    for await (const { bytes } of started.output) {
      seen += bytes.toString();
      if (seen.includes('\ngo\r\n')) typing ??= started.write(typed);
    }
    await typing;
    expect(await started.result).toMatchObject({ status: 'FAILED', exitCode: 5 });
  });

  test('refuses what it does not know', async () => {
    const bash = jobOf('', { program: { kind: 'script', language: 'bash', path: 'main.py' } });
    await expect(engine.start(bash)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});

test('without an image the engine says how to have one', async () => {
  if (without !== null) return;
  const jail = await openJail();
  const engine = createMicroEngine({
    openJail: async () => jail,
    folder: '/nonexistent',
    warm: 0,
    log: createLog('test', 'silent'),
  });
  try {
    expect(await engine.availability()).toEqual({
      outcome: 'unavailable',
      reason: 'There is no image of the virtual machines.',
      mend: 'Run: devstudio sandbox build-image',
    });
    await expect(engine.start(jobOf(''))).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
  } finally {
    await engine.stop();
    if (jail.outcome === 'open') await jail.jail.close();
  }
});
