import { MAX_ANSWER_BYTES, TransportFailure } from './transport.ts';

/**
 * The payloads of a `text/event-stream` in graphql-sse's distinct connections mode.
 * @param chunks the bytes of the stream
 * @returns the text of each `next` event; ends at `complete`
 * @throws TransportFailure `broken` when the bytes end before `complete`, `too large` when one event is
 */
export async function* readEvents(chunks: AsyncIterator<Uint8Array>): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder();
  let pending = '';
  for (;;) {
    const { done, value } = await chunks.next();
    if (done === true) throw new TransportFailure('broken');
    const text = decoder.decode(value, { stream: true });
    pending += text;
    if (pending.length > MAX_ANSWER_BYTES) throw new TransportFailure('too large');
    // A large event comes in many pieces without a line end; they are joined once, at their end.
    if (!text.includes('\n')) continue;
    const blocks = pending.replaceAll('\r\n', '\n').split('\n\n');
    pending = blocks.pop() ?? '';
    for (const block of blocks) {
      const { event, data } = readBlock(block);
      if (event === 'next') yield data;
      else if (event === 'complete') return undefined;
    }
  }
}

/** Fields of one event; lines that begin with a colon are comments (pings). */
const readBlock = (block: string): { readonly event: string; readonly data: string } => {
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') event = value;
    else if (field === 'data') data.push(value);
  }
  return { event, data: data.join('\n') };
};
