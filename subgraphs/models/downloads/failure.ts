/** A download that cannot go on; its message is shown to admins. */
export class DownloadFailure extends Error {
  override readonly name = 'DownloadFailure';
  /** Whether the same may succeed a little later. */
  readonly transient: boolean;
  constructor(message: string, options: { readonly transient: boolean }) {
    super(message);
    this.transient = options.transient;
  }
}

export const final = (message: string): DownloadFailure => new DownloadFailure(message, { transient: false });
export const transient = (message: string): DownloadFailure => new DownloadFailure(message, { transient: true });

/** What a status of the hub other than success means for what was asked. */
export const failureOfStatus = (status: number, what: string): DownloadFailure => {
  if (status === 401 || status === 403) {
    return final(
      `The hub refuses access to ${what} (${status}): set HF_TOKEN to a token of an account that may read it.`,
    );
  }
  if (status === 404) return final(`The hub has no ${what}.`);
  if (status === 408 || status === 429 || status >= 500) return transient(`The hub answers ${status} for ${what}.`);
  return final(`The hub answers ${status} for ${what}.`);
};
