/** Sentences for failures that the gateway could not word itself. */
export const strings = {
  unreachable: {
    sentence: 'The studio cannot be reached.',
    mend: 'Check that it is running, then try again.',
  },
  dropped: {
    sentence: 'The connection ended before the answer was complete.',
    mend: 'Ask again once the studio is connected.',
  },
  refused: {
    sentence: 'The studio did not accept this session.',
    mend: 'Sign in again.',
  },
  unexpected: {
    sentence: 'Something went wrong that the studio does not know.',
    mend: 'Try again; if it stays so, look at the logs.',
  },
} as const;
