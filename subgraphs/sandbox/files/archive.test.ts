import { crc32, deflateRawSync } from 'node:zlib';
import { unzipSync, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { MAX_ENTRIES, unpack } from './archive-reading.ts';
import { packed } from './archive-writing.ts';
import { MAX_FILE_BYTES } from './file-content.ts';

interface Crafted {
  readonly name: string | Buffer;
  readonly content?: Buffer | string;
  readonly localName?: string;
  readonly flags?: number;
  readonly method?: number;
  /** What is said of the content, where that is not the truth. */
  readonly size?: number;
  readonly crc?: number;
  readonly packed?: Buffer;
  /** The mode that Unix would give it. */
  readonly mode?: number;
  /** Where the entry is said to begin. */
  readonly from?: number;
}

/** An archive made by hand, with whatever is to be wrong with it. */
const craft = (
  entries: readonly Crafted[],
  end: { readonly count?: number; readonly comment?: string } = {},
): Buffer => {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const content = Buffer.from(entry.content ?? '');
    const method = entry.method ?? 8;
    const data = entry.packed ?? (method === 8 ? deflateRawSync(content) : content);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt16LE(entry.flags ?? 0, 2);
    head.writeUInt16LE(method, 4);
    head.writeUInt32LE(entry.crc ?? crc32(content), 10);
    head.writeUInt32LE(data.length, 14);
    head.writeUInt32LE(entry.size ?? content.length, 18);
    head.writeUInt16LE(name.length, 22);
    const localName = Buffer.from(entry.localName ?? name);
    const localHead = Buffer.from(head);
    localHead.writeUInt16LE(localName.length, 22);
    locals.push(Buffer.from('PK\u0003\u0004'), localHead, localName, data);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(((entry.mode ?? 0) << 16) >>> 0, 6);
    tail.writeUInt32LE(entry.from ?? at, 10);
    directory.push(Buffer.from('PK\u0001\u0002\u0014\u0003', 'latin1'), head, tail, name);
    at += 30 + localName.length + data.length;
  }
  const records = Buffer.concat(directory);
  const last = Buffer.alloc(22);
  last.write('PK\u0005\u0006', 'latin1');
  last.writeUInt16LE(end.count ?? entries.length, 8);
  last.writeUInt16LE(end.count ?? entries.length, 10);
  last.writeUInt32LE(records.length, 12);
  last.writeUInt32LE(at, 16);
  last.writeUInt16LE(end.comment?.length ?? 0, 20);
  return Buffer.concat([...locals, records, last, Buffer.from(end.comment ?? '')]);
};

const whole = async (chunks: AsyncIterable<Buffer>): Promise<Buffer> => {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
};

/** What comes out of an archive, as text by path; folders have `null`. */
const contents = async (archive: Uint8Array, folder = ''): Promise<Record<string, string | null> | string> => {
  const verdict = await unpack(Buffer.from(archive), folder);
  if (verdict.outcome === 'refused') return `${verdict.code}: ${verdict.sentence}`;
  return Object.fromEntries([
    ...verdict.folders.map(({ text }) => [text, null]),
    ...verdict.files.map(({ path, bytes }) => [path.text, bytes.toString()]),
  ]);
};

describe('an archive', () => {
  test('that another program made is unpacked, below a folder where one is named', async () => {
    const archive = zipSync({ 'a.txt': Buffer.from('a'), 'ü/b': [Buffer.from('b'), { level: 0 }], empty: {} });
    expect(await contents(archive)).toEqual({ 'a.txt': 'a', 'ü/b': 'b', empty: null });
    expect(await contents(archive, 'into/it')).toMatchObject({ 'into/it/a.txt': 'a', 'into/it/ü/b': 'b' });
  });

  test('that we make is read by others and by ourselves', async () => {
    const at = new Date('2026-11-23T00:00:00Z');
    const items = [
      { path: 'ü', bytes: null, at },
      { path: 'ü/a', bytes: Buffer.from('a'.repeat(100_000)), at },
      { path: 'empty', bytes: Buffer.alloc(0), at: new Date(0) },
    ];
    const archive = await whole(packed(items));
    expect(archive.length).toBeLessThan(1_000);
    expect(Object.keys(unzipSync(archive))).toEqual(['ü/', 'ü/a', 'empty']);
    expect(await contents(archive)).toEqual({ ü: null, 'ü/a': 'a'.repeat(100_000), empty: '' });
    expect(await contents(await whole(packed([])))).toEqual({});
  });

  test('has a comment, modes of Unix and names in NFC', async () => {
    const plain = { name: 'a', content: '1', mode: 0o100644 };
    const archive = craft([plain, { name: 'o\u0308', content: '2' }, { name: 'd', mode: 0o040755 }], { comment: 'PK' });
    expect(await contents(archive)).toEqual({ a: '1', ö: '2', d: null });
  });

  test.each(['../a', 'a/../b', '/a', String.raw`a\b`, 'C:/a', 'a//b', './a', 'a\0', 'con', 'a/\u202eb'])(
    'with the path %j is refused',
    async (name) => {
      expect(await contents(craft([{ name: 'fine' }, { name, content: '1' }]))).toMatch(/^PATH_REFUSED/);
      expect(await contents(craft([{ name, content: '1' }]), 'folder')).toMatch(/^PATH_REFUSED/);
    },
  );

  test.each([
    ['twice', 'a', 'a'],
    ['in two cases', 'a', 'A'],
    ['in two forms of Unicode', 'ö', 'o\u0308'],
  ])('with a name %s is refused', async (_, one, other) => {
    expect(await contents(craft([{ name: one }, { name: other }]))).toMatch(/^PATH_REFUSED.*twice/);
  });

  test.each([
    ['a link', { mode: 0o120777, content: '/etc/passwd' }],
    ['a device', { mode: 0o020666 }],
    ['a pipe', { mode: 0o010666 }],
    ['something encrypted', { flags: 1 }],
    ['something packed in another way', { method: 12 }],
    ['a wrong checksum', { content: 'a', crc: 7 }],
    ['a size that is too small', { content: 'abc', size: 2 }],
    ['a size that is too large', { content: 'abc', size: 4 }],
    ['a stored size that is not so', { content: 'abc', method: 0, size: 4 }],
    ['data that cannot be inflated', { packed: Buffer.from([0xff, 0xff, 0xff]), size: 3 }],
    ['another name beside its data', { localName: 'y' }],
    ['a name that is not UTF-8', { name: Buffer.from([0xff]) }],
    ['data beyond its end', { from: 100_000 }],
    ['data where its directory is', { from: 31 }],
  ] satisfies [string, Partial<Crafted>][])('with %s is refused', async (_, flaw) => {
    expect(await contents(craft([{ name: 'x', ...flaw }]))).toMatch(/^BAD_USER_INPUT/);
  });

  test('whose entries lie over each other is refused', async () => {
    const archive = craft([
      { name: 'a', content: 'x'.repeat(1_000) },
      { name: 'a', from: 0 },
    ]);
    expect(await contents(archive)).toMatch(/over each other/);
  });

  test('that inflates to more than a file may have is refused, whatever size it claims', async () => {
    const bomb = Buffer.alloc(MAX_FILE_BYTES + 1);
    expect(await contents(craft([{ name: 'a', content: bomb }]))).toMatch(/^SIZE_REFUSED/);
    expect(await contents(craft([{ name: 'a', content: bomb, size: 10 }]))).toMatch(/^SIZE_REFUSED/);
    expect(await contents(craft([{ name: 'a', content: bomb.subarray(1) }]))).toMatchObject({ a: expect.any(String) });
  });

  test('that inflates to more than an archive may hold is refused', async () => {
    const content = Buffer.alloc(MAX_FILE_BYTES);
    const archive = craft(Array.from({ length: 65 }, (_, index) => ({ name: `${index}`, content })));
    expect(archive.length).toBeLessThan(100_000);
    expect(await contents(archive)).toMatch(/^SIZE_REFUSED.*33554432/);
  });

  test('with too many entries, or another number of them than it says, is refused', async () => {
    const many = Array.from({ length: MAX_ENTRIES + 1 }, (_, index) => ({ name: `${index}` }));
    expect(await contents(craft(many))).toMatch(/^BAD_USER_INPUT.*2000/);
    expect(await contents(craft(many.slice(1)))).toMatchObject({});
    expect(await contents(craft(many.slice(0, 3), { count: 2 }))).toMatch(/^BAD_USER_INPUT/);
    expect(await contents(craft(many.slice(0, 3), { count: 4 }))).toMatch(/^BAD_USER_INPUT/);
    expect(await contents(craft([{ name: 'a' }], { count: 0xff_ff }))).toMatch(/^BAD_USER_INPUT/);
  });

  test('that is damaged anywhere is refused or unpacked, and never anything else', async () => {
    const sound = craft([
      { name: 'a', content: 'hello' },
      { name: 'b/c', content: 'x'.repeat(50), method: 0 },
    ]);
    for (let at = 0; at < sound.length; at += 1) {
      for (const byte of [0, 0x7f, 0xff]) {
        const damaged = Buffer.from(sound);
        damaged[at] = byte;
        await expect(unpack(damaged, '')).resolves.toHaveProperty('outcome');
      }
      await expect(unpack(sound.subarray(0, at), '')).resolves.toHaveProperty('outcome', 'refused');
    }
  });
});

test.each([Buffer.alloc(0), Buffer.from('PK'), Buffer.from('not an archive at all'), Buffer.alloc(100_000)])(
  'what is no archive is refused',
  async (bytes) => {
    expect(await contents(bytes)).toBe('BAD_USER_INPUT: The archive is no ZIP archive.');
  },
);
