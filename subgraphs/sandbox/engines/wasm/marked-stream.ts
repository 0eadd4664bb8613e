import { Readable } from 'node:stream';

/** How many of the last bytes could be the beginning of the marker. */
const pendingOf = (bytes: Buffer, marker: Buffer): number => {
  for (let length = Math.min(marker.length - 1, bytes.length); length > 0; length--) {
    if (bytes.subarray(bytes.length - length).equals(marker.subarray(0, length))) return length;
  }
  return 0;
};

/**
 * The bytes of a stream up to a marker, or to its end. What follows the marker stays in the stream for the next reader;
 * there is nothing yet, since whoever writes waits for the next order.
 */
export const readToMarker = (source: Readable, marker: Buffer): Readable => {
  let held: Buffer = Buffer.alloc(0);
  const part = new Readable({ read: () => void source.resume() });

  const finish = (last: Buffer): void => {
    source.off('data', take).off('end', end).off('close', end).pause();
    if (last.length > 0) part.push(last);
    part.push(null);
  };
  const end = (): void => finish(held);
  const take = (chunk: Buffer): void => {
    const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const at = bytes.indexOf(marker);
    if (at !== -1) {
      finish(bytes.subarray(0, at));
      return;
    }
    const whole = bytes.length - pendingOf(bytes, marker);
    held = bytes.subarray(whole);
    if (whole > 0 && !part.push(bytes.subarray(0, whole))) source.pause();
  };
  if (source.readableEnded || source.destroyed) part.push(null);
  else source.on('data', take).once('end', end).once('close', end);
  return part;
};
