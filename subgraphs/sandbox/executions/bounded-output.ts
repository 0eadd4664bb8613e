/** What is kept of one stream: all of it, or its beginning and its end. */
export interface BoundedOutput {
  readonly head: Buffer;
  readonly tail: Buffer;
  /** All that the program wrote to it. */
  readonly total: number;
}

/**
 * Cuts out the middle of an output that is longer than twice `part`.
 * @param chunks what was delivered of it
 * @param total all that was written; what was not delivered came after the chunks
 */
export const boundOutput = (chunks: readonly Buffer[], total: number, part: number): BoundedOutput => {
  const bytes = Buffer.concat(chunks);
  if (bytes.length <= 2 * part) return { head: bytes, tail: Buffer.alloc(0), total };
  // Copies, so that not all of the output stays in memory for their sake.
  return { head: Buffer.from(bytes.subarray(0, part)), tail: Buffer.from(bytes.subarray(-part)), total };
};

const NO_BYTES = Buffer.alloc(0);
const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/** Without the part of a character at its end, when there is more of the output. */
const wholeEnd = (bytes: Buffer): Buffer => {
  let start = bytes.length - 1;
  while (start > bytes.length - 4 && isContinuation(bytes[start])) start--;
  const lead = bytes[start] ?? 0;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return start + length > bytes.length ? bytes.subarray(0, Math.max(0, start)) : bytes;
};

const wholeBeginning = (bytes: Buffer): Buffer => {
  let start = 0;
  while (start < 3 && isContinuation(bytes[start])) start++;
  return bytes.subarray(start);
};

/** The output as text, with a line that says where some of it is missing. What is no UTF-8 is shown as U+FFFD. */
export const textOfOutput = ({ head, tail, total }: BoundedOutput): string => {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  if (tail.length === 0) return decoder.decode(head);
  const missing = total - head.length - tail.length;
  const [first, last] = [wholeEnd(head), wholeBeginning(tail)];
  return `${decoder.decode(first)}\n… ${missing} bytes are not kept …\n${decoder.decode(last)}`;
};

/** The bytes that are kept. */
export const bytesOfOutput = ({ head, tail }: BoundedOutput): Buffer =>
  tail.length === 0 ? head : Buffer.concat([head, tail]);

/** Whether some of it is missing. */
export const isCut = ({ head, tail, total }: BoundedOutput): boolean => head.length + tail.length < total;

export const NO_OUTPUT: BoundedOutput = { head: NO_BYTES, tail: NO_BYTES, total: 0 };
