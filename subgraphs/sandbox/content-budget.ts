import { StudioError } from '#mesh/errors.ts';

/** The most bytes of contents that one request may ask for. */
const MAX_CONTENT_BYTES = 8 * 1_048_576;

const spent = new WeakMap<object, number>();

/**
 * Counts a content against its request, before it is read.
 * @param request an object that lives as long as the request
 * @throws StudioError DOCUMENT_TOO_LARGE once the contents are too many
 */
export const spendContent = (request: object, bytes: number): void => {
  const sum = (spent.get(request) ?? 0) + bytes;
  if (sum > MAX_CONTENT_BYTES) {
    throw new StudioError(
      'DOCUMENT_TOO_LARGE',
      `One request reads at most ${MAX_CONTENT_BYTES} bytes of contents: ask for fewer files.`,
    );
  }
  spent.set(request, sum);
};
