import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshDatabase, type TestDatabase } from '#tests/harness/database.ts';
import { startHub, type TestHub } from '#tests/harness/hub.ts';
import { writeRandomModel } from '#tests/harness/random-model.ts';

const HELD = 1_500_000;

describe('a service that is killed while it downloads', () => {
  let database: TestDatabase;
  let hub: TestHub;
  let home: string;
  let running: ChildProcess | undefined;

  beforeAll(async () => {
    [database, hub, home] = await Promise.all([
      freshDatabase(),
      startHub(),
      mkdtemp(join(tmpdir(), 'devstudio-killed-')),
    ]);
  });
  afterAll(async () => {
    await kill();
    await hub.stop();
    await database.drop();
    await rm(home, { recursive: true, force: true });
  });

  const start = (): void => {
    running = fork(join(import.meta.dirname, 'models-process.ts'), {
      execArgv: [],
      env: {
        ...process.env,
        DEVSTUDIO_HOME: home,
        DATABASE_URL: database.url,
        DEVSTUDIO_SECRET: database.secretText,
        HF_ENDPOINT: hub.url,
      },
    });
  };
  const kill = async (): Promise<void> => {
    const child = running;
    running = undefined;
    if (!child) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  const sizeOf = (path: string): Promise<number> =>
    stat(join(home, 'models', path)).then(
      ({ size }) => size,
      () => 0,
    );
  const state = async (): Promise<unknown> => {
    const [row] = await database.sql("select state, total_bytes::int as total from models.downloads where name = 'm'");
    return row;
  };
  const slowly = { timeout: 30_000 };

  test('goes on where it was when it is started again', async () => {
    await writeRandomModel(join(home, 'made'));
    const content = Buffer.concat([await readFile(join(home, 'made')), randomBytes(3_000_000)]);
    hub.put('org/repo', 'm.gguf', content, { holdAfter: HELD });
    await database.sql(
      "insert into models.downloads (name, repository, file, state) values ('m', 'org/repo', 'm.gguf', 'waiting')",
    );
    start();
    await expect.poll(() => sizeOf('.downloads/m.part'), slowly).toBe(HELD);
    expect(await state()).toEqual({ state: 'running', total: content.length });
    await kill();
    hub.release();
    start();
    await expect.poll(state, slowly).toEqual({ state: 'installed', total: content.length });
    expect((await readFile(join(home, 'models/m.gguf'))).equals(content)).toBe(true);
    expect(await readdir(join(home, 'models/.downloads'))).toEqual([]);
    const ranges = hub.seen
      .filter(({ method, path }) => method === 'GET' && path.startsWith('/cdn'))
      .map(({ range }) => range);
    expect(ranges).toEqual([undefined, `bytes=${HELD}-`]);
  });

  test('finds the file that it had put into its place a moment before', async () => {
    await kill();
    const asked = hub.seen.length;
    await database.sql("update models.downloads set state = 'running' where name = 'm'");
    start();
    await expect.poll(state, slowly).toMatchObject({ state: 'installed' });
    expect(hub.seen).toHaveLength(asked);
  });
});
