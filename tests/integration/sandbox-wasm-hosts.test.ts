import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHost } from '#subgraphs/sandbox/engines/wasm/host-process.ts';
import { prepareLayout, type Layout } from '#subgraphs/sandbox/engines/wasm/layout.ts';
import { createHostPool, type HostPool } from '#subgraphs/sandbox/engines/wasm/pool.ts';
import { openJail, type Jail } from '#subgraphs/sandbox/jail/jail.ts';

const SIZES = { memoryBytes: 64 * 1024 ** 2, diskBytes: 8 * 1024 ** 2 };
let jail: Jail;
let layout: Layout;
let pool: HostPool;

beforeAll(async () => {
  const opening = await openJail();
  if (opening.outcome === 'unavailable') throw new Error(`${opening.reason} ${opening.mend}`);
  ({ jail } = opening);
  layout = await prepareLayout(jail);
  pool = createHostPool((flavour, sizes) => startHost(jail, layout, flavour, sizes));
});

afterAll(async () => {
  await pool.close();
  await layout.remove();
  await jail.close();
});

test('a host that has run a job of one user runs none of another', async () => {
  const first = await pool.take('javascript', SIZES, 'ada');
  await first.giveBack('reusable');
  const other = await pool.take('javascript', SIZES, 'bea');
  expect(other.host).not.toBe(first.host);
  const again = await pool.take('javascript', SIZES, 'ada');
  expect(again.host).toBe(first.host);
  await Promise.all([other.giveBack('spent'), again.giveBack('reusable')]);
});
