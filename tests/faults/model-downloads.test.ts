import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, type TestContext } from 'vitest';
import { DownloadFailure } from '#subgraphs/models/downloads/failure.ts';
import { fetchModel } from '#subgraphs/models/downloads/fetch.ts';
import { openHub, type HubOptions } from '#subgraphs/models/downloads/hub.ts';
import type { Source } from '#subgraphs/models/downloads/source.ts';
import { startHub, type Behaviour, type TestHub } from '#tests/harness/hub.ts';
import { writeRandomModel } from '#tests/harness/random-model.ts';

const run = promisify(execFile);
const FREE: Pick<Source, 'sizeBytes' | 'sha256'> = { sizeBytes: null, sha256: null };
const MEBIBYTE = 1024 ** 2;

/** The header of a model of so many parameters, and then nothing but zeros. */
const announce = (parameters: bigint, size: number): Buffer => {
  const file = Buffer.alloc(size);
  file.write('GGUF');
  file.writeUInt32LE(3, 4);
  file.writeBigUInt64LE(1n, 8); // tensors
  file.writeBigUInt64LE(0n, 16); // metadata
  file.writeBigUInt64LE(1n, 24); // its name is a letter
  file.write('w', 32);
  file.writeUInt32LE(1, 33); // dimensions
  file.writeBigUInt64LE(parameters, 37);
  return file;
};

describe('downloads from a hub that fails', () => {
  let hub: TestHub;
  let folder: string;
  let content: Buffer;

  beforeEach(async () => {
    hub = await startHub();
    folder = await mkdtemp(join(tmpdir(), 'devstudio-downloads-'));
    const model = join(folder, 'model');
    await writeRandomModel(model);
    // Weights that nobody reads, so that it comes in many pieces.
    content = Buffer.concat([await readFile(model), randomBytes(2 * MEBIBYTE)]);
    await rm(model);
  });
  afterEach(async () => {
    await hub.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const fetchFile = async (
    options: { known?: typeof FREE; into?: string; signal?: AbortSignal } & Partial<HubOptions> = {},
  ): Promise<number[]> => {
    const { known = FREE, into = folder, signal = new AbortController().signal, ...hubOptions } = options;
    const client = openHub({ endpoint: hub.url, token: undefined, ...hubOptions });
    const version = await readFile(join(folder, 'version'), 'utf8').catch(() => null);
    const progress: number[] = [];
    try {
      await fetchModel(
        client,
        {
          source: { name: 'm', repository: 'org/repo', file: 'm.gguf', ...known },
          staging: join(into, '.downloads/m.part'),
          target: join(into, 'm.gguf'),
          version,
          promised: () => 0,
          onDescribed: (described) => writeFile(join(folder, 'version'), described.version ?? ''),
          onProgress: (bytes) => void progress.push(bytes),
          onVerifying: () => {},
        },
        signal,
        1,
      );
    } finally {
      await client.close();
    }
    return progress;
  };
  const serve = (behaviour: Behaviour = {}, file = content): void => hub.put('org/repo', 'm.gguf', file, behaviour);
  const refusal = async (options: Parameters<typeof fetchFile>[0] = {}): Promise<string> => {
    const error = await fetchFile(options).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DownloadFailure);
    expect(await readdir(folder)).not.toContain('m.gguf');
    return error instanceof Error ? error.message : '';
  };
  const staged = async (): Promise<number> =>
    stat(join(folder, '.downloads/m.part')).then(
      ({ size }) => size,
      () => 0,
    );
  const installed = () => readFile(join(folder, 'm.gguf'));
  const ranges = () =>
    hub.seen.filter(({ path, method }) => method === 'GET' && path.startsWith('/cdn')).map(({ range }) => range);

  test('what comes whole is put into its place, and nothing is left beside it', async () => {
    serve();
    const progress = await fetchFile();
    expect((await installed()).equals(content)).toBe(true);
    expect(progress.at(-1)).toBe(content.length);
    expect(await readdir(join(folder, '.downloads'))).toEqual([]);
  });

  test('a token is brought to the hub, and without it the refusal says what to set', async () => {
    serve({ token: 'hf_secret' });
    expect(await refusal()).toMatch(/refuses access to org\/repo:m\.gguf \(401\): set HF_TOKEN/);
    expect(hub.seen.every(({ authorization }) => authorization === undefined)).toBe(true);
    await fetchFile({ token: 'hf_secret' });
    expect((await installed()).equals(content)).toBe(true);
  });

  test('a file that is not there is said at once', async () => {
    expect(await refusal()).toBe('The hub has no org/repo:m.gguf.');
    expect(hub.seen).toHaveLength(1);
  });

  test('a hub that answers 500 is asked five times', async () => {
    serve({ status: 500 });
    expect(await refusal()).toBe('The hub answers 500 for org/repo:m.gguf.');
    expect(hub.seen).toHaveLength(5);
  });

  test('a hub that is not there is told', async () => {
    const { url } = hub;
    expect(await refusal({ endpoint: url.replace(/\d+$/, '1') })).toMatch(/cannot be reached/);
  });

  test('a connection that is cut is gone on with where it was', async () => {
    serve({ cuts: [300_000, 0, 700_000] });
    await fetchFile();
    expect((await installed()).equals(content)).toBe(true);
    const [first, second, third, fourth] = ranges().map((range) => Number(/\d+/.exec(range ?? '0')?.[0]));
    expect(first).toBe(0);
    // What the last packets of a cut connection held may be lost with it.
    expect(second).toBeGreaterThan(0);
    expect(third).toBe(second);
    expect(fourth).toBeGreaterThan(third ?? 0);
  });

  test('one that stops for good fails, what came is kept, and the next request goes on with it', async () => {
    serve({ cuts: [900_000, 0, 0, 0, 0, 0, 0, 0] });
    expect(await refusal()).toMatch(/stopped answering/);
    const kept = await staged();
    expect(kept).toBeGreaterThan(0);
    serve();
    await fetchFile();
    expect(ranges().at(-1)).toBe(`bytes=${kept}-`);
    expect((await installed()).equals(content)).toBe(true);
  });

  test('a hub that falls silent is left', async () => {
    serve({ holdAfter: 200_000 });
    expect(await refusal({ silenceMs: 50 })).toMatch(/stopped answering/);
  });

  test('a part of what has become another file since is begun anew', async () => {
    serve({ cuts: [900_000, 0, 0, 0, 0, 0, 0, 0] });
    await refusal();
    const other = Buffer.concat([content, randomBytes(1_000)]);
    serve({}, other);
    await fetchFile();
    expect(ranges().at(-1)).toBeUndefined();
    expect((await installed()).equals(other)).toBe(true);
  });

  test('a hub without ranges sends all of it again', async () => {
    serve({ cuts: [300_000], ignoresRanges: true });
    await fetchFile();
    expect((await installed()).equals(content)).toBe(true);
  });

  test.each([
    ['longer than it was told', { saidBytes: 100_000 }, FREE, /sends more than the 100000 bytes/],
    ['shorter than it was told', { saidBytes: 3_000_000 }, FREE, /stops before the end|416|another part/],
    ['of another size than the catalogue knows', {}, { sizeBytes: 7, sha256: null }, /the catalogue knows 7\./],
    ['of another hash than the hub told', { saidSha256: 'a'.repeat(64) }, FREE, /expected was a{64}/],
    [
      'told to be of another hash than the catalogue knows',
      {},
      { sizeBytes: null, sha256: 'b'.repeat(64) },
      /catalogue knows b{64}/,
    ],
    [
      'of another hash than the catalogue knows',
      { saidSha256: null },
      { sizeBytes: null, sha256: 'b'.repeat(64) },
      /expected was b{64}/,
    ],
  ] as const)('a file %s is refused', async (_, behaviour, known, message) => {
    serve(behaviour);
    expect(await refusal({ known })).toMatch(message);
  });

  test.each([
    'http://169.254.169.254/latest',
    'http://huggingface.co/x',
    'https://huggingface.co.example.org/x',
    'file:///etc/passwd',
  ])('a redirect to %s is not followed', async (redirect) => {
    serve({ redirect });
    expect(await refusal()).toMatch(/which is not among the allowed hosts/);
  });

  test('what is over the class is refused by its header, before the rest is read', async () => {
    serve({}, announce(7_000_000_000n, 64 * MEBIBYTE));
    expect(await refusal()).toBe('It has 7.0 billion parameters; models here have up to 3.5 billion.');
    expect(hub.sentBytes()).toBeLessThan(32 * MEBIBYTE);
    expect(await staged()).toBe(0);
  });

  test('what is no model is refused', async () => {
    serve({}, randomBytes(3 * MEBIBYTE));
    expect(await refusal()).toMatch(/no model: it is no GGUF file/);
    serve({}, content.subarray(0, 500));
    expect(await refusal()).toMatch(/its header has no end/);
    serve({ saidBytes: 10 ** 12 });
    expect(await refusal()).toMatch(/It has 1000\.00 GB/);
  });

  test('a file that has been put into its place meanwhile is not written over', async () => {
    serve();
    await writeFile(join(folder, 'm.gguf'), 'mine');
    await expect(fetchFile()).rejects.toThrow('has been put into the models folder meanwhile');
    expect((await installed()).toString()).toBe('mine');
  });

  /** A file system of a few megabytes; who may mount none leaves the test, and says so. */
  const smallDisk = async ({ skip }: TestContext, megabytes: number): Promise<string> => {
    const disk = join(folder, 'disk');
    await mkdir(disk);
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', disk]).catch(() =>
      skip('this user may not mount a small file system'),
    );
    return disk;
  };

  test('a disk without room is found before anything is fetched', async (context) => {
    const disk = await smallDisk(context, 40);
    try {
      serve();
      expect(await refusal({ into: disk })).toMatch(/has room for 0\.00 GB; needed are 0\.00 GB/);
      expect(ranges()).toEqual([]);
    } finally {
      await run('umount', [disk]);
    }
  });

  test('a disk that is filled by others meanwhile ends the download and is given its bytes back', async (context) => {
    const disk = await smallDisk(context, 80);
    try {
      serve({ holdAfter: 1_500_000 });
      const fetching = refusal({ into: disk });
      await expect
        .poll(async () => (await stat(join(disk, '.downloads/m.part')).catch(() => null))?.size, { timeout: 30_000 })
        .toBe(1_500_000);
      await run('sh', ['-c', `dd if=/dev/zero of=${disk}/others bs=65536 2>/dev/null || true`]);
      hub.release();
      expect(await fetching).toBe('The disk of the models folder is full.');
      expect(await readdir(join(disk, '.downloads'))).toEqual([]);
    } finally {
      await run('umount', [disk]);
    }
  });
});
