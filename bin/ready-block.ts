/** The first admin as `ensureFirstAdmin` reports a new one; the password is null when the environment gave it. */
export interface NewAdmin {
  readonly email: string;
  readonly password: string | null;
}

const LABEL_WIDTH = 10;
const row = (label: string, value: string): string => `  ${label.padEnd(LABEL_WIDTH)}${value}`;

/** How a person learns who the first admin is. A password that was made for them is shown here and nowhere else. */
export const adminLines = ({ email, password }: NewAdmin): readonly string[] => [
  row('Admin', email),
  row('Password', password ?? 'the one of DEVSTUDIO_ADMIN_PASSWORD'),
  ...(password === null ? [] : [row('', 'shown this once; keep it (devstudio user passwd makes another)')]),
];

/** What `start` prints when everything answers. */
export const readyBlock = (facts: {
  readonly address: string;
  readonly home: string;
  readonly tookMs: number;
  readonly admin: NewAdmin | undefined;
}): string =>
  [
    '',
    `CyberDevStudio is ready after ${(facts.tookMs / 1_000).toFixed(1)} s.`,
    '',
    row('Studio', facts.address),
    row('Data', facts.home),
    ...(facts.admin ? adminLines(facts.admin) : []),
    '',
    '  Ctrl-C stops it.',
    '',
  ].join('\n');
