interface Range {
  readonly name: string;
  readonly weight: number;
}

const ranges = (header: string): Range[] =>
  header.split(',').flatMap((part) => {
    const [name, ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    if (!name) return [];
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    const weight = quality === undefined ? 1 : Number(quality.slice(2));
    return [{ name, weight: Number.isFinite(weight) ? weight : 0 }];
  });

/** Whether an `Accept-Encoding` names this encoding and does not refuse it with `q=0`. */
export const isAcceptable = (header: string, encoding: string): boolean =>
  ranges(header).some(({ name, weight }) => name === encoding && weight > 0);

/** Whether an `Accept` names `application/json` and nothing that stands for other media types of GraphQL. */
export const isOnlyJson = (header: string | null): boolean => {
  const names = ranges(header ?? '').map(({ name }) => name);
  return (
    names.includes('application/json') &&
    !names.some((name) => name === '*/*' || name === 'application/*' || name === 'application/graphql-response+json')
  );
};

/** Whether an `Accept` names a media type that carries an answer in parts. */
export const acceptsParts = (header: string | undefined): boolean =>
  ranges(header ?? '').some(({ name, weight }) => /^(multipart\/mixed|text\/event-stream)$/.test(name) && weight > 0);
