import type { RemoteModelInput } from '#codegen/models.ts';
import { flawOfLine } from '#mesh/one-line.ts';
import { refuse, within } from '../bounds.ts';
import { isModelName } from '../catalogue.ts';
import { readServerAddress } from './address.ts';
import type { RemoteDescription } from './remote-model.ts';

const MAX_URLS = 16;
const MAX_NAME = 256;
const MAX_KEY = 4_096;
const MIN_CONTEXT = 64;
const MAX_CONTEXT = 16_777_216;
/** What may stand in a header. */
const KEY = /^[\x21-\x7e]+$/;

const readUrl = (text: string, index: number): string => {
  const address = readServerAddress(text);
  return address.outcome === 'address' ? address.url : refuse('urls', `urls[${index}] ${address.reason}.`);
};

/**
 * Validates what an admin says of a model that is served elsewhere.
 * @throws StudioError BAD_USER_INPUT naming what is out of bounds, never the key
 */
export const readRemoteModel = (
  input: RemoteModelInput,
): { readonly description: RemoteDescription; readonly key: string | undefined } => {
  const { name, urls, model, apiKey, contextSize, kind } = input;
  if (!isModelName(name)) {
    return refuse(
      'name',
      'name must be 1 to 128 letters, digits, `.`, `_` and `-`, and begin with a letter or a digit.',
    );
  }
  const flaw = flawOfLine(model);
  if (flaw !== null) return refuse('model', `model ${flaw}.`);
  if (model.length > MAX_NAME) return refuse('model', `model has over ${MAX_NAME} characters.`);
  if (urls.length < 1 || urls.length > MAX_URLS) {
    return refuse('urls', `urls has ${urls.length} entries; it must have 1 to ${MAX_URLS}.`);
  }
  if (kind === 'RERANKING')
    return refuse('kind', 'kind is RERANKING; of servers elsewhere it may be CHAT or EMBEDDING.');
  const read: readonly string[] = [...new Set(urls.map((url, index) => readUrl(url, index)))];
  const key = apiKey === null || apiKey === undefined || apiKey === '' ? undefined : apiKey;
  if (key !== undefined && (key.length > MAX_KEY || !KEY.test(key))) {
    return refuse('apiKey', `apiKey must be at most ${MAX_KEY} visible characters of ASCII.`);
  }
  return {
    description: {
      name,
      kind: kind ?? 'CHAT',
      model,
      urls: read,
      contextSize: within('contextSize', contextSize, MIN_CONTEXT, MAX_CONTEXT),
    },
    key,
  };
};
