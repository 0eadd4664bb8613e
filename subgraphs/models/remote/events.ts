/** The answer of a server is longer than it may be. */
export class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong';
}

const MAX_EVENT_LENGTH = 1_048_576;

/**
 * Reads server-sent events, and of each its data; fields of other names are nobody's business here.
 * @param most how many bytes there may be in all
 * @throws AnswerTooLong; what the chunks throw
 */
export const eventsOf = async function* (
  chunks: AsyncIterable<Uint8Array>,
  most: number,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let rest = '';
  let data = '';

  /** The event that an empty line ends; every other line is a part of the next one. */
  const take = (line: string): string | undefined => {
    if (line === '') {
      const event = data;
      data = '';
      return event === '' ? undefined : event;
    }
    if (line.startsWith('data:')) data += `${data === '' ? '' : '\n'}${line.slice(line[5] === ' ' ? 6 : 5)}`;
    if (data.length > MAX_EVENT_LENGTH) throw new AnswerTooLong();
    return undefined;
  };

  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > most) throw new AnswerTooLong();
    const text = decoder.decode(chunk, { stream: true });
    // Looked for in what is new alone: a long line that comes in small pieces costs no more than a short one.
    if (!/[\r\n]/.test(text)) {
      rest += text;
      if (rest.length > MAX_EVENT_LENGTH) throw new AnswerTooLong();
      continue;
    }
    const lines = (rest + text).split(/\r\n|\n|\r/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const event = take(line);
      if (event !== undefined) yield event;
    }
  }
  take(rest);
  if (data !== '') yield data;
};
