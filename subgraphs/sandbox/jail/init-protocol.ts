import { constants } from 'node:os';
import { ARCHITECTURES, PRCTL, PRLIMIT, SETSID, type Architecture } from './syscalls.ts';

/** Resources of setrlimit(2); the numbers are the same on x86-64 and arm64. */
const RESOURCES = {
  cpuSeconds: 0,
  fileBytes: 1,
  dataBytes: 2,
  stackBytes: 3,
  coreBytes: 4,
  processes: 6,
  files: 7,
  lockedBytes: 8,
  queueBytes: 12,
} as const;

export type ResourceLimits = Readonly<Partial<Record<keyof typeof RESOURCES, number>>>;

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface InitOrder {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  readonly limits: ResourceLimits;
  /** The program's standard streams are a terminal of this size; null for none. */
  readonly terminal: TerminalSize | null;
}

const frame = (kind: string, body: Uint8Array | string = ''): Buffer => {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const head = Buffer.alloc(5);
  head.write(kind, 0, 'latin1');
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
};

/** What `init.pl` reads, in pieces that may be sent one after the other. */
export const encodeOrder = (order: InitOrder, architecture: Architecture): readonly Buffer[] => {
  const { column } = ARCHITECTURES[architecture];
  const { terminal } = order;
  const small = [
    frame('D', order.folder),
    frame('P', String(PRCTL[column])),
    ...(terminal === null ? [] : [frame('T', `${SETSID[column]} ${terminal.rows} ${terminal.columns}`)]),
    ...order.command.map((argument) => frame('A', argument)),
    ...Object.entries(order.env).map(([name, value]) => frame('V', `${name}\0${value}`)),
    ...Object.entries(RESOURCES).flatMap(([name, resource]) => {
      // Object.entries widens the names of its own table.
      const value = order.limits[name as keyof typeof RESOURCES];
      return value === undefined ? [] : [frame('L', `${PRLIMIT[column]} ${resource} ${Math.ceil(value)}`)];
    }),
  ];
  const files = order.files.map(({ path, bytes }) => frame('F', Buffer.concat([Buffer.from(`${path}\0`), bytes])));
  return [Buffer.concat(small), ...files, frame('G')];
};

/** A new size of the terminal, for `init.pl`. */
export const encodeSize = ({ rows, columns }: TerminalSize): Buffer => frame('W', `${rows} ${columns}`);

export type InitReport =
  /** All is mounted, and process 1 waits for its order. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'started' }
  | { readonly kind: 'ended'; readonly code: number | null; readonly signal: string | null; readonly cpuMs: number }
  /** The program never ran. */
  | { readonly kind: 'failed'; readonly errno: number; readonly reason: string };

const MAX_BODY = 4096;

const signalName = (number: number): string =>
  Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `SIG${number}`;

const readReport = (kind: string, body: Buffer): InitReport | null => {
  if (kind === 'R') return { kind: 'ready' };
  if (kind === 'S') return { kind: 'started' };
  if (kind === 'Z' && body.length === 8) {
    const status = body.readUInt32BE(0);
    const signal = status & 0x7f;
    return {
      kind: 'ended',
      code: signal === 0 ? (status >> 8) & 0xff : null,
      signal: signal === 0 ? null : signalName(signal),
      cpuMs: body.readUInt32BE(4),
    };
  }
  if (kind === 'E') {
    const [errno = '', reason = ''] = body.toString().split('\0');
    return { kind: 'failed', errno: Number(errno), reason };
  }
  return null;
};

/**
 * Reads what process 1 reports. A program of the same user could take that process over, so nothing of it is trusted:
 * what is none of these reports ends the reading.
 */
export const createReportReader = (onReport: (report: InitReport) => void): ((chunk: Buffer) => void) => {
  let rest: Buffer = Buffer.alloc(0);
  let isBroken = false;
  return (chunk) => {
    if (isBroken) return;
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5) {
      const size = rest.readUInt32BE(1);
      if (size > MAX_BODY) {
        isBroken = true;
        return;
      }
      if (rest.length < 5 + size) return;
      const report = readReport(rest.toString('latin1', 0, 1), rest.subarray(5, 5 + size));
      rest = rest.subarray(5 + size);
      if (report === null) isBroken = true;
      else onReport(report);
      if (isBroken) return;
    }
  };
};
