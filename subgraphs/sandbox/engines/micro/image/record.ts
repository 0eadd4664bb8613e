import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** The file beside an image that says what it is. */
const RECORD = 'image.json';

const hash = z.string().regex(/^[0-9a-f]{64}$/u);

const Image = z.object({
  /** Of all that it was made from. */
  key: hash,
  /** The name of a folder beside the record. */
  folder: z.string().regex(/^[0-9a-f]{16}$/u),
  kernel: z.string().max(100),
  files: z.record(z.string().regex(/^[\w.-]{1,100}$/u), hash),
  packages: z.array(z.object({ name: z.string(), file: z.string(), bytes: z.number(), sha256: hash })),
  node: z.string().max(100),
});
/** What an image of the virtual machine is made of, and the hashes of its files. */
export type Image = z.infer<typeof Image>;

export const recordPath = (folder: string): string => join(folder, RECORD);

/**
 * Reads which image lies in a folder.
 * @returns undefined where there is none, or its record is damaged
 */
export const readImage = async (folder: string): Promise<Image | undefined> => {
  try {
    return Image.parse(JSON.parse(await readFile(recordPath(folder), 'utf8')));
  } catch {
    return undefined;
  }
};
