import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Engine, Job, Limits } from '#subgraphs/sandbox/engines/engine.ts';
import type { Abuse, Canaries, Seen } from './abuse.ts';

const MIB = 1024 ** 2;

const LIMITS: Limits = {
  wallMs: 15_000,
  cpuMs: 10_000,
  memoryBytes: 256 * MIB,
  processes: 64,
  outputBytes: MIB,
  diskBytes: 32 * MIB,
};

const attempt = async (
  engine: Engine,
  {
    language,
    attempt: { code, limits, job },
  }: { readonly language: Abuse['language']; readonly attempt: Abuse['attack'] },
  canaries: Canaries,
): Promise<Seen> => {
  const source = typeof code === 'string' ? code : code(canaries);
  // Node.js takes a file's extension for its kind.
  const path = language === 'node' ? 'main.cjs' : 'main.txt';
  const order: Job = {
    id: randomUUID(),
    program: language === 'module' ? { kind: 'module', path, invoke: null } : { kind: 'script', language, path },
    args: [],
    stdin: new Uint8Array(),
    env: {},
    files: [{ path, bytes: Buffer.from(source) }],
    limits: { ...LIMITS, ...limits },
    collect: [],
    terminal: null,
    ...job,
  };
  const run = await engine.start(order);
  const said: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  for await (const { stream, bytes } of run.output) said[stream].push(bytes);
  const result = await run.result;
  return { result, stdout: Buffer.concat(said.stdout).toString(), stderr: Buffer.concat(said.stderr).toString() };
};

/** What a failed row shows of what it saw. */
const describeSeen = ({ result, stdout, stderr }: Seen): string =>
  JSON.stringify({
    ...result,
    files: result.files.map(({ path }) => path),
    stdout: stdout.slice(0, 400),
    stderr: stderr.slice(-400),
  });

/**
 * Declares a test for each row, with the thing next to it that must go on working, and a last one that counts.
 * @param engine and what it must not reach, once the tests run
 */
export const abuseSuite = (
  rows: readonly Abuse[],
  setUp: () => { readonly engine: Engine; readonly canaries: Canaries },
): void => {
  let contained = 0;
  let escaped = 0;
  for (const row of rows) {
    test(`${row.language} is held: ${row.name}`, async () => {
      const { engine, canaries } = setUp();
      const seen = await attempt(engine, { language: row.language, attempt: row.attack }, canaries);
      const holds =
        row.attack.holds(seen) && !seen.stdout.includes(canaries.text) && !seen.stderr.includes(canaries.text);
      if (holds) contained++;
      else escaped++;
      expect(holds, describeSeen(seen)).toBe(true);
      if (row.twin === undefined) return;
      const allowed = await attempt(engine, { language: row.language, attempt: row.twin }, canaries);
      expect(row.twin.holds(allowed), `its twin: ${describeSeen(allowed)}`).toBe(true);
    });
  }
  test('every attempt was contained and none escaped', () => {
    expect(`${contained} contained, ${escaped} escaped`).toBe(`${rows.length} contained, 0 escaped`);
  });
};
