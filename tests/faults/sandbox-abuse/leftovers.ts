import { endsAs, says, type Abuse } from './abuse.ts';

/** Living longer than the execution, and dying otherwise than it should. */
export const LEFTOVERS: readonly Abuse[] = [
  {
    name: 'daemons that outlive their program',
    language: 'bash',
    attack: {
      code: '(setsid sleep 300 > /dev/null 2>&1 &); (setsid sh -c "trap \\"\\" TERM HUP; while :; do sleep 1; done" &); echo bye',
      holds: ({ stdout, result }) => stdout === 'bye\n' && result.wallMs < 4_000,
    },
    twin: { code: 'sleep 0.1 & wait; echo waited', holds: says('waited') },
  },
  {
    name: 'deafness to every signal',
    language: 'python',
    attack: {
      code: 'import signal, time\nfor i in range(1, 65):\n    try: signal.signal(i, signal.SIG_IGN)\n    except (OSError, ValueError): pass\nprint("up")\ntime.sleep(60)',
      limits: { wallMs: 1_000 },
      holds: endsAs('TIMED_OUT'),
    },
    twin: {
      code: 'import os, signal\nsignal.signal(signal.SIGTERM, lambda *_: print("heard"))\nos.kill(os.getpid(), signal.SIGTERM)',
      holds: says('heard'),
    },
  },
  {
    name: 'killing all there is',
    language: 'bash',
    attack: { code: 'kill -9 1; kill -9 -1; echo survived', holds: endsAs('SIGNALED', 'FAILED', 'SUCCEEDED') },
  },
  {
    name: 'a death by signal, and one that only looks like it',
    language: 'bash',
    attack: {
      code: 'kill -9 $$',
      holds: ({ result }) => result.status === 'SIGNALED' && result.signal === 'SIGKILL' && result.exitCode === null,
    },
    twin: {
      code: 'exit 137',
      holds: ({ result }) => result.status === 'FAILED' && result.exitCode === 137 && result.signal === null,
    },
  },
  {
    name: 'closing its output and waiting',
    language: 'bash',
    attack: { code: 'exec >&- 2>&-; sleep 60', limits: { wallMs: 500 }, holds: endsAs('TIMED_OUT') },
  },
  {
    name: 'bytes that are no text',
    language: 'python',
    attack: {
      code: 'import sys\nsys.stdout.buffer.write(bytes(range(256)) * 4)\nsys.stdout.buffer.flush()\nprint(sys.stdin.buffer.read() == b"\\0\\xff\\xc3", file=sys.stderr)',
      job: { stdin: Buffer.from([0, 255, 195]) },
      holds: ({ result, stderr }) => result.totals.stdout === 1024 && stderr === 'True\n',
    },
    twin: { code: 'print("é" * 3)', holds: says('ééé') },
  },
  {
    name: 'waiting for input that nobody gives',
    language: 'bash',
    attack: { code: 'cat; echo end', holds: says('end') },
  },
  {
    name: 'a report of its own to the service',
    language: 'python',
    attack: {
      code: 'import os\nfor n in range(3, 20):\n    try:\n        with open(f"/proc/1/fd/{n}", "wb") as f: f.write(b"Z\\0\\0\\0\\x08" + bytes(8))\n    except OSError: pass\nos._exit(7)',
      holds: ({ result }) => result.status === 'FAILED' && result.exitCode === 7,
    },
  },
  {
    name: 'workers and children of Node.js, which it may have',
    language: 'node',
    attack: {
      code: `
const { Worker } = require('node:worker_threads');
new Worker("require('node:worker_threads').parentPort.postMessage(7)", { eval: true }).on('message', (m) => {
  require('node:child_process').exec('echo child', (e, out) => console.log(m, out.trim()));
});`,
      holds: says('7 child'),
    },
  },
];
