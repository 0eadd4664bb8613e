import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '#subgraphs/sandbox/engines/engine.ts';
import { createRunEngine } from '#subgraphs/sandbox/engines/run/engine.ts';
import { openJail, type Jail } from '#subgraphs/sandbox/jail/jail.ts';
import { RESOURCES } from './resources.ts';
import { abuseSuite } from './suite.ts';

let engine: Engine;
let jail: Jail;

beforeAll(async () => {
  const opening = await openJail({ watch: true });
  if (opening.outcome === 'unavailable') throw new Error(`${opening.reason} ${opening.mend}`);
  ({ jail } = opening);
  engine = createRunEngine(async () => opening);
});

afterAll(async () => {
  await engine.stop();
  await jail.close();
});

describe('run on a host that lets it use no control group', () => {
  abuseSuite(RESOURCES, () => ({
    engine,
    canaries: { port: 1, abstractSocket: 'x', socketFile: '/x', text: randomUUID() },
  }));

  test('it says what that reduces', async () => {
    expect(await engine.availability()).toMatchObject({
      outcome: 'available',
      reductions: [expect.stringContaining('every 50 ms')],
    });
  });
});
