/** WebAssembly as text, with the calls of WASI that the programs here make. */
const CALLS = {
  args_get: '(param i32 i32) (result i32)',
  args_sizes_get: '(param i32 i32) (result i32)',
  environ_get: '(param i32 i32) (result i32)',
  environ_sizes_get: '(param i32 i32) (result i32)',
  fd_read: '(param i32 i32 i32 i32) (result i32)',
  fd_write: '(param i32 i32 i32 i32) (result i32)',
  proc_exit: '(param i32)',
} as const;

/**
 * A command. Its memory has a pointer and a length at 0 and 4 (one vector of WASI), a count at 8 and 12, and its data from
 * 1024 on.
 */
const command = (calls: readonly (keyof typeof CALLS)[], body: string, data = ''): string =>
  `(module
    ${calls.map((name) => `(import "wasi_snapshot_preview1" "${name}" (func $${name} ${CALLS[name]}))`).join('\n')}
    (memory (export "memory") 4)
    (data (i32.const 1024) "${data}")
    (func (export "_start") (local $n i32) ${body}))`;

const write = (stream: 1 | 2, at: string, length: string): string =>
  `(i32.store (i32.const 0) ${at}) (i32.store (i32.const 4) ${length})
   (drop (call $fd_write (i32.const ${stream}) (i32.const 0) (i32.const 1) (i32.const 8)))`;

const FOR_EVER = '(loop $l br $l)';
const BYTES = Array.from({ length: 256 }, (_, byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');

const repeat = (times: number, body: string): string =>
  `(loop $r ${body} (br_if $r (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const ${times}))))`;

/** Writes all texts that a pair of calls gives, each with a NUL behind it, but the first of some bytes. */
const texts = (of: 'args' | 'environ', skipsFirst: boolean): string =>
  command(
    [`${of}_get`, `${of}_sizes_get`, 'fd_write'],
    `(drop (call $${of}_sizes_get (i32.const 8) (i32.const 12)))
     (local.set $n (i32.load (i32.const 12)))
     (drop (call $${of}_get (i32.const 2048) (i32.const 65536)))
     ${write(
       1,
       skipsFirst ? '(i32.load (i32.const 2052))' : '(i32.const 65536)',
       skipsFirst
         ? '(i32.sub (i32.add (i32.const 65536) (local.get $n)) (i32.load (i32.const 2052)))'
         : '(local.get $n)',
     )}`,
  );

export const MODULES = {
  says: command(['fd_write'], write(1, '(i32.const 1024)', '(i32.const 3)'), 'OK\\0a'),
  exits: command(['proc_exit'], '(call $proc_exit (i32.const 7))'),
  args: texts('args', true),
  env: texts('environ', false),
  echo: command(
    ['fd_read', 'fd_write'],
    `(loop $l
      (i32.store (i32.const 0) (i32.const 65536)) (i32.store (i32.const 4) (i32.const 65536))
      (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 12)))
      (local.set $n (i32.load (i32.const 12)))
      (if (local.get $n) (then
        (i32.store (i32.const 16) (i32.const 65536))
        (loop $w
          (i32.store (i32.const 0) (i32.load (i32.const 16))) (i32.store (i32.const 4) (local.get $n))
          (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
          (i32.store (i32.const 16) (i32.add (i32.load (i32.const 16)) (i32.load (i32.const 8))))
          (br_if $w (local.tee $n (i32.sub (local.get $n) (i32.load (i32.const 8))))))
        (br $l))))`,
  ),
  bytes: command(['fd_write'], repeat(300, write(1, '(i32.const 1024)', '(i32.const 256)')), BYTES),
  split: command(
    ['fd_write'],
    repeat(9, write(1, '(i32.add (i32.const 1024) (local.get $n))', '(i32.const 1)')),
    '\\c3\\a9\\e2\\82\\ac\\f0\\9f\\98\\80',
  ),
  both: command(
    ['fd_write'],
    ([1, 2, 1, 2] as const)
      .map((stream, at) => write(stream, `(i32.const ${1024 + at * 5})`, '(i32.const 5)'))
      .join('\n'),
    'out1\\0aerr1\\0aout2\\0aerr2\\0a',
  ),
  waits: command(['fd_write'], `${write(1, '(i32.const 1024)', '(i32.const 3)')} ${FOR_EVER}`, 'up\\0a'),
  loops: command([], FOR_EVER),
  floods: command(['fd_write'], `(loop $l ${write(1, '(i32.const 1024)', '(i32.const 1000)')} br $l)`),
  exactly: command(['fd_write'], write(1, '(i32.const 1024)', '(i32.const 65536)')),
};
