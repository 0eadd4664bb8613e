import { z } from 'zod';

const ByItsId = z.looseObject({
  type: z.literal('subscribe'),
  payload: z.looseObject({ documentId: z.string(), query: z.undefined().optional() }),
});

/**
 * A message as graphql-ws takes it: it wants a `query` of every operation, also of one that names its document by
 * `documentId`. Any other text is left as it is.
 */
export const withQuery = (text: string): string => {
  if (!text.includes('"documentId"')) return text;
  try {
    const message = ByItsId.safeParse(JSON.parse(text));
    if (!message.success) return text;
    return JSON.stringify({ ...message.data, payload: { ...message.data.payload, query: '' } });
  } catch {
    // graphql-ws says what is wrong with it.
    return text;
  }
};
