import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLog } from '#mesh/log.ts';
import type { Engine, EngineName, Job, Limits, Run } from '#subgraphs/sandbox/engines/engine.ts';
import { createMicroEngine } from '#subgraphs/sandbox/engines/micro/micro.ts';
import { createRunEngine } from '#subgraphs/sandbox/engines/run/engine.ts';
import { createWasmEngine } from '#subgraphs/sandbox/engines/wasm/engine.ts';
import { openJail, type Jail } from '#subgraphs/sandbox/jail/jail.ts';
import { machineFolder, whyNoMachines } from '#tests/harness/machines.ts';
import { ROWS, type More, type Row, type Seen } from './rows.ts';
import { SUBJECTS, written, type Subject } from './subjects.ts';

const MIB = 1024 ** 2;
const LIMITS: Limits = {
  wallMs: 60_000,
  cpuMs: 60_000,
  memoryBytes: 256 * MIB,
  processes: 64,
  outputBytes: MIB,
  diskBytes: 32 * MIB,
};
/** What stands behind each engine where these tests run. */
const DRIVERS: Readonly<Record<EngineName, RegExp>> = { run: /^bubblewrap /u, wasm: /^wasmer /u, micro: /^qemu-tcg$/u };

const engines = new Map<EngineName, Engine>();
const withoutMachines = whyNoMachines();
let jail: Jail;

beforeAll(async () => {
  process.env['CONTRACT_CANARY'] = 'never seen';
  const opening = await openJail();
  // Not left out where there is no jail: a host that builds the sandbox must try it.
  if (opening.outcome === 'unavailable') throw new Error(`${opening.reason} ${opening.mend}`);
  ({ jail } = opening);
  const open = async () => opening;
  engines.set('run', createRunEngine(open));
  engines.set('wasm', createWasmEngine(open));
  if (withoutMachines !== null) return;
  const options = { openJail: open, folder: await machineFolder(), warm: 1, log: createLog('test', 'silent') };
  engines.set('micro', createMicroEngine(options));
}, 600_000);

afterAll(async () => {
  delete process.env['CONTRACT_CANARY'];
  await Promise.all([...engines.values()].map((engine) => engine.stop()));
  await jail.close();
});

const engineOf = ({ engine: name }: Subject): Engine => {
  const engine = engines.get(name);
  if (engine === undefined) throw new Error(`There is no engine ${name}.`);
  return engine;
};

const start = (subject: Subject, row: Row, { files = [], limits, ...more }: More = {}): Promise<Run> => {
  const { program, files: own } = written(subject, row.program);
  const job: Job = {
    id: randomUUID(),
    program,
    args: [],
    stdin: new Uint8Array(),
    env: {},
    collect: [],
    terminal: null,
    ...more,
    files: [...own, ...files],
    limits: { ...LIMITS, ...limits },
  };
  return engineOf(subject).start(job);
};

const seenOf = async (run: Run): Promise<Seen> => {
  const said = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  for await (const { stream, bytes } of run.output) said[stream].push(bytes);
  return { result: await run.result, stdout: Buffer.concat(said.stdout), stderr: Buffer.concat(said.stderr) };
};

for (const subject of SUBJECTS) {
  const left = subject.engine === 'micro' ? withoutMachines : null;
  describe.skipIf(left !== null)(`${subject.name}${left === null ? '' : ` (left out: ${left})`}`, () => {
    let ran = 0;
    const rows = ROWS.filter(({ program }) => subject.without[program] === undefined);

    test('is there, by the driver that this host can have', async () => {
      expect(await engineOf(subject).availability()).toMatchObject({
        outcome: 'available',
        driver: expect.stringMatching(DRIVERS[subject.engine]),
      });
    }, 120_000);

    test.for(rows)('$name', async (row) => {
      ran++;
      expect.hasAssertions();
      await row.holds({
        start: (more) => start(subject, row, more),
        see: async (more) => seenOf(await start(subject, row, more)),
      });
    });

    test('every row ran, but those that it goes without for a reason', () => {
      const declared = ROWS.filter(({ program }) => subject.without[program] !== undefined);
      expect(ran).toBe(ROWS.length - declared.length);
      expect(rows.length).toBeGreaterThan(ROWS.length / 2);
      // Whoever declares what no row asks for declares too much.
      expect(Object.keys(subject.without).every((program) => ROWS.some((row) => row.program === program))).toBe(true);
    });
  });
}
