import { readFileSync } from 'node:fs';
import { MODULES } from './modules.ts';

/** What programs are written in; `module` is WebAssembly. */
export type Tongue = 'python' | 'node' | 'bash' | 'javascript' | 'module';

/** One program in each tongue; null where it cannot be written, for which `subjects.ts` has the reason. */
type InEachTongue = Readonly<Record<Tongue, string | Buffer | null>>;

const lines = (...all: readonly string[]): string => all.join('\n');

const PROGRAMS = {
  /** Says OK, and ends. */
  says: {
    python: 'print("OK")',
    node: 'console.log("OK")',
    bash: 'echo OK',
    javascript: 'console.log("OK")',
    module: MODULES.says,
  },
  /** Ends with 7. */
  exits: {
    python: 'raise SystemExit(7)',
    node: 'process.exit(7)',
    bash: 'exit 7',
    javascript: 'process.exit(7)',
    module: MODULES.exits,
  },
  /** Ends itself by SIGTERM. */
  signals: {
    python: 'import os, signal\nos.kill(os.getpid(), signal.SIGTERM)',
    node: 'process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000)',
    bash: 'kill -TERM $$',
    javascript: null,
    module: null,
  },
  /** Is long, with empty lines, deeper ones, letters from far away, and no end of line at its end. */
  lines: {
    python: lines('def f(n):', '    # é €', '', '    if n > 1:', "        return '''a", "  😀'''", '', 'print(f(2))'),
    node: lines('function f(n) {', '  // é €', '', '  if (n > 1)', '    return `a', '  😀`;', '}', 'console.log(f(2))'),
    bash: lines(
      'f() {',
      '  # é €',
      '',
      '  if [ "$1" -gt 1 ]; then',
      '    cat <<END',
      'a',
      '  😀',
      'END',
      '  fi',
      '}',
      'f 2',
    ),
    javascript: lines(
      'function f(n) {',
      '  // é €',
      '',
      '  if (n > 1)',
      '    return `a',
      '  😀`;',
      '}',
      'console.log(f(2))',
    ),
    module: null,
  },
  /** Says each argument with a NUL behind it. */
  args: {
    python: 'import sys\nsys.stdout.write("".join(a + "\\0" for a in sys.argv[1:]))',
    node: 'process.stdout.write(process.argv.slice(2).map((a) => a + "\\0").join(""))',
    bash: 'printf "%s\\0" "$@"',
    javascript: lines(
      'import * as std from "std";',
      'for (const a of process.argv.slice(2)) { std.out.puts(a); std.out.putByte(0); }',
      'std.out.flush();',
    ),
    module: MODULES.args,
  },
  /** Says each variable with a NUL behind it. */
  env: {
    python: 'import os, sys\nsys.stdout.write("".join(f"{k}={v}\\0" for k, v in os.environ.items()))',
    node: 'process.stdout.write(Object.entries(process.env).map(([k, v]) => `${k}=${v}\\0`).join(""))',
    bash: 'env -0',
    javascript: lines(
      'import * as std from "std";',
      'for (const [k, v] of Object.entries(process.env)) { std.out.puts(`${k}=${v}`); std.out.putByte(0); }',
      'std.out.flush();',
    ),
    module: MODULES.env,
  },
  /** Says what is on stdin, to its end. */
  echo: {
    python: 'import sys\nsys.stdout.buffer.write(sys.stdin.buffer.read())',
    node: 'process.stdin.pipe(process.stdout)',
    bash: 'cat',
    javascript: lines(
      'import * as std from "std";',
      'const part = new ArrayBuffer(65536);',
      'for (let n; (n = std.in.read(part, 0, 65536)) > 0; ) std.out.write(part, 0, n);',
      'std.out.flush();',
    ),
    module: MODULES.echo,
  },
  /** Of each argument: "+path" writes a file, "-path" reads one, and what came of it is a line. */
  files: {
    python: lines(
      'import sys',
      'for a in sys.argv[1:]:',
      '    try: said = open(a[1:], "w").write("written") and "written" if a[0] == "+" else open(a[1:]).read()',
      '    except OSError: said = "no"',
      '    print(a[1:], said)',
    ),
    node: lines(
      'const fs = require("node:fs");',
      'for (const a of process.argv.slice(2)) {',
      '  let said = "written";',
      '  try {',
      '    if (a[0] === "+") fs.writeFileSync(a.slice(1), "written");',
      '    else said = fs.readFileSync(a.slice(1), "utf8");',
      '  } catch { said = "no" }',
      '  console.log(a.slice(1), said);',
      '}',
    ),
    bash: lines(
      'for a in "$@"; do',
      '  case $a in',
      '    +*) said=written; printf written > "${a#?}" || said=no;;',
      '    *) said=$(cat "${a#?}" 2> /dev/null) || said=no;;',
      '  esac',
      '  echo "${a#?} $said"',
      'done',
    ),
    javascript: lines(
      'import * as std from "std";',
      'for (const a of process.argv.slice(2)) {',
      '  const path = a.slice(1);',
      '  let said = "written";',
      '  if (a[0] === "+") {',
      '    const file = std.open(path, "w");',
      '    if (file) { file.puts("written"); file.close(); } else said = "no";',
      '  } else said = std.loadFile(path) ?? "no";',
      '  console.log(path, said);',
      '}',
    ),
    module: readFileSync(new URL('../../harness/wasm/files.wasm', import.meta.url)),
  },
  /** Says every byte, three hundred times. */
  bytes: {
    python: 'import sys\nsys.stdout.buffer.write(bytes(range(256)) * 300)',
    node: 'for (let n = 0; n < 300; n++) process.stdout.write(Buffer.from(Array.from({ length: 256 }, (_, b) => b)))',
    bash: lines("all=$(for b in {0..255}; do printf '\\\\%03o' $b; done)", 'for n in {1..300}; do printf "$all"; done'),
    javascript: lines(
      'import * as std from "std";',
      'const all = new Uint8Array(256).map((_, b) => b);',
      'for (let n = 0; n < 300; n++) std.out.write(all.buffer, 0, 256);',
      'std.out.flush();',
    ),
    module: MODULES.bytes,
  },
  /** Says é€😀, byte by byte. */
  split: {
    python:
      'import sys\nfor b in "é€😀".encode():\n    sys.stdout.buffer.write(bytes([b]))\n    sys.stdout.buffer.flush()',
    node: 'for (const b of Buffer.from("é€😀")) require("node:fs").writeSync(1, Buffer.from([b]))',
    bash: 'for b in 303 251 342 202 254 360 237 230 200; do printf "\\\\$b"; done',
    javascript: lines(
      'import * as std from "std";',
      'for (const b of [195, 169, 226, 130, 172, 240, 159, 152, 128]) { std.out.putByte(b); std.out.flush(); }',
    ),
    module: MODULES.split,
  },
  /** Says something on both streams by turns. */
  both: {
    python:
      'import sys\nfor n in (1, 2):\n    print(f"out{n}", flush=True)\n    print(f"err{n}", file=sys.stderr, flush=True)',
    node: 'for (const n of [1, 2]) { console.log(`out${n}`); console.error(`err${n}`) }',
    bash: 'for n in 1 2; do echo out$n; echo err$n >&2; done',
    javascript: 'for (const n of [1, 2]) { console.log(`out${n}`); console.error(`err${n}`) }',
    module: MODULES.both,
  },
  /** Says that it is up, and stays, with a child where it can have one. */
  waits: {
    python: lines(
      'import os, time',
      'if hasattr(os, "fork"): os.fork() or os.setsid()',
      'print("up", flush=True)',
      'time.sleep(60)',
    ),
    node: lines(
      'require("node:child_process").spawn("/bin/sh", ["-c", "while :; do :; done"], { detached: true });',
      'console.log("up");',
      'setTimeout(() => {}, 60_000);',
    ),
    bash: 'trap "" TERM; (setsid sleep 60 &); sleep 60 & echo up; wait',
    javascript: 'console.log("up"); setTimeout(() => {}, 60000)',
    module: MODULES.waits,
  },
  /** Computes for ever. */
  loops: {
    python: 'while True: pass',
    node: 'for (;;);',
    bash: 'while :; do :; done',
    javascript: 'for (;;);',
    module: MODULES.loops,
  },
  /** Says thousands of letters for ever. */
  floods: {
    python: 'while True: print("y" * 999)',
    node: 'for (;;) require("node:fs").writeSync(1, "y".repeat(1000))',
    bash: 'yes',
    javascript: 'for (;;) console.log("y".repeat(999))',
    module: MODULES.floods,
  },
  /** Says 65,536 bytes. */
  exactly: {
    python: 'import sys\nsys.stdout.write("y" * 65536)',
    node: 'process.stdout.write("y".repeat(65536))',
    bash: 'head -c 65536 /dev/zero',
    javascript: 'import * as std from "std";\nstd.out.puts("y".repeat(65536));\nstd.out.flush();',
    module: MODULES.exactly,
  },
  /** Takes memory for ever. */
  takes: {
    python: 'x = []\nwhile True: x.append(bytearray(1 << 20))',
    node: 'const x = []; for (;;) x.push(new Uint8Array(1 << 20).fill(1))',
    bash: 'x=yyyyyyyy; while :; do x=$x$x; done',
    javascript: 'const x = []; for (;;) x.push(new Uint8Array(1 << 20).fill(1));',
    module: null,
  },
  /** Writes into one file for ever. */
  fills: {
    python: 'f = open("f", "wb")\nwhile True: f.write(b"x" * 65536)',
    node: 'const f = require("node:fs").openSync("f", "w"); for (;;) require("node:fs").writeSync(f, Buffer.alloc(65536, 1))',
    bash: 'exec cat /dev/zero > f',
    javascript: lines(
      'import * as std from "std";',
      'const f = std.open("f", "w");',
      'for (;;) { f.puts("x".repeat(65536)); f.flush(); }',
    ),
    module: null,
  },
  /** Starts children until it may not, and says whether those were some, but fewer than 24. */
  forks: {
    python: lines(
      'import os',
      'made = 0',
      'try:',
      '    while made < 99:',
      '        if os.fork() == 0: os.read(os.pipe()[0], 1)',
      '        made += 1',
      'except OSError: pass',
      'print(0 < made < 24)',
    ),
    node: lines(
      'const children = Array.from({ length: 40 }, () => {',
      '  const child = require("node:child_process").spawn("/bin/sh", ["-c", "read x"]);',
      '  child.on("error", () => {});',
      '  return child;',
      '});',
      'const made = children.filter(({ pid }) => pid !== undefined).length;',
      'console.log(0 < made && made < 24);',
      'process.exit();',
    ),
    bash: null,
    javascript: null,
    module: null,
  },
} as const satisfies Readonly<Record<string, InEachTongue>>;

export type ProgramName = keyof typeof PROGRAMS;

export const programOf = (name: ProgramName, tongue: Tongue): string | Buffer | null => PROGRAMS[name][tongue];
