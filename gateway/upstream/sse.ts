import { MAX_ANSWER_BYTES, TransportFailure } from './transport.ts';

/** What the lines of one event have said so far. */
interface Event {
  name: string;
  readonly data: string[];
  /** Characters of its lines. */
  size: number;
}

const begin = (): Event => ({ name: 'message', data: [], size: 0 });

/** Takes over one line; those that begin with a colon are comments (pings). */
const addLine = (event: Event, line: string): void => {
  event.size += line.length;
  const colon = line.indexOf(':');
  const field = colon === -1 ? line : line.slice(0, colon);
  const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
  if (field === 'event') event.name = value;
  else if (field === 'data') event.data.push(value);
};

/**
 * The payloads of a `text/event-stream` in graphql-sse's distinct connections mode. Each byte is looked at once, however
 * the stream is cut.
 * @param chunks the bytes of the stream
 * @returns the text of each `next` event; ends at `complete`
 * @throws TransportFailure `broken` when the bytes end before `complete`, `too large` when one event is
 */
export async function* readEvents(chunks: AsyncIterator<Uint8Array>): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder();
  let pending = '';
  let event = begin();
  for (;;) {
    const { done, value } = await chunks.next();
    if (done === true) throw new TransportFailure('broken');
    const text = decoder.decode(value, { stream: true });
    pending += text;
    // A large event comes in many pieces without a line end; they are joined once, at their end.
    if (text.includes('\n')) {
      const lines = pending.split('\n');
      pending = lines.pop() ?? '';
      for (const each of lines) {
        const line = each.endsWith('\r') ? each.slice(0, -1) : each;
        if (line !== '') {
          addLine(event, line);
          if (event.size > MAX_ANSWER_BYTES) throw new TransportFailure('too large');
          continue;
        }
        const { name, data } = event;
        event = begin();
        if (name === 'next') yield data.join('\n');
        else if (name === 'complete') return undefined;
      }
    }
    if (event.size + pending.length > MAX_ANSWER_BYTES) throw new TransportFailure('too large');
  }
}
