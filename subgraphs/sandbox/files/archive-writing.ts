import { promisify } from 'node:util';
import { crc32, deflateRaw } from 'node:zlib';
import { Zip, type ZipInputFile } from 'fflate';

interface Item {
  readonly path: string;
  /** Null for a folder. */
  readonly bytes: Uint8Array | null;
  readonly at: Date;
}

const deflate = promisify(deflateRaw);

/** The numbers of the methods in ZIP. */
const STORED = 0;
const DEFLATED = 8;

/** ZIP knows no time before this, nor after. */
const [FIRST, LAST] = [Date.UTC(1980, 0, 2), Date.UTC(2099, 11, 30)];

/** An archive as a reader takes it; each item is packed when it is reached. */
export const packed = async function* (
  items: AsyncIterable<Item> | Iterable<Item>,
): AsyncGenerator<Buffer, void, undefined> {
  let ready: Uint8Array[] = [];
  let failed: unknown = null;
  const zip = new Zip((error, chunk) => {
    if (error) failed = error;
    else ready.push(chunk);
  });
  const taken = (): Buffer => {
    if (failed !== null) throw failed;
    const bytes = Buffer.concat(ready);
    ready = [];
    return bytes;
  };
  for await (const { path, bytes, at } of items) {
    const content = bytes ?? new Uint8Array();
    // zlib packs on a thread of its own, fflate would keep everybody waiting.
    const data = bytes === null ? new Uint8Array() : new Uint8Array(await deflate(bytes));
    const entry: ZipInputFile = {
      filename: bytes === null ? `${path}/` : path,
      size: content.length,
      crc: crc32(content),
      compression: bytes === null ? STORED : DEFLATED,
      mtime: new Date(Math.min(LAST, Math.max(FIRST, at.getTime()))),
    };
    zip.add(entry);
    entry.ondata?.(null, data, true);
    yield taken();
  }
  zip.end();
  yield taken();
};
