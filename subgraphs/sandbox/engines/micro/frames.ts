/** What the agent in a machine and the host say to each other: a length, a letter, a payload. */
export interface Frame {
  /** One letter; `guest/agent.py` lists them. */
  readonly kind: string;
  readonly payload: Buffer;
}

const HEADER_BYTES = 5;

export const encodeFrame = (kind: string, payload: Uint8Array | string = ''): Buffer => {
  const body = Buffer.from(payload);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(body.length, 0);
  header.write(kind, 4, 1, 'latin1');
  return Buffer.concat([header, body]);
};

/** A file as both sides send it: the length of its path, the path, its bytes. */
export const encodeFile = (path: string, bytes: Uint8Array): Buffer => {
  const name = Buffer.from(path);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(name.length, 0);
  return Buffer.concat([length, name, bytes]);
};

/** @returns undefined where the payload is no file: whoever has taken over a machine sends what they like */
export const decodeFile = (payload: Buffer): { readonly path: string; readonly bytes: Buffer } | undefined => {
  const length = payload.length < 2 ? Number.POSITIVE_INFINITY : payload.readUInt16BE(0);
  if (2 + length > payload.length) return undefined;
  return { path: payload.toString('utf8', 2, 2 + length), bytes: payload.subarray(2 + length) };
};

/** A machine that does not keep to the frames. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/**
 * Cuts what a machine sends into frames.
 * @param most the largest payload that is believed, in bytes
 */
export const createDecoder = (most: number) => {
  let parts: Buffer[] = [];
  let held = 0;

  const gather = (): Buffer => {
    const [only] = parts;
    const all = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
    parts = [all];
    return all;
  };

  return {
    /**
     * @returns the frames that are complete now
     * @throws FrameError for one larger than may be
     */
    push(chunk: Buffer): readonly Frame[] {
      parts.push(chunk);
      held += chunk.length;
      const frames: Frame[] = [];
      while (held >= HEADER_BYTES) {
        const first = parts[0];
        const head = first !== undefined && first.length >= HEADER_BYTES ? first : gather();
        const length = head.readUInt32BE(0);
        if (length > most) throw new FrameError(`a frame of ${length} bytes`);
        const end = HEADER_BYTES + length;
        if (held < end) break;
        const all = gather();
        frames.push({ kind: all.toString('latin1', 4, HEADER_BYTES), payload: all.subarray(HEADER_BYTES, end) });
        parts = [all.subarray(end)];
        held -= end;
      }
      return frames;
    },
  };
};
