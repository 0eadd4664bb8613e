import type { Readable } from 'node:stream';
import { serialize } from 'node:v8';
import { z } from 'zod';
import type { Jail, JailedProcess } from '../../jail/jail.ts';
import type { Flavour, Order, Report } from './host/protocol.ts';
import { MAIN, NODE, type Layout } from './layout.ts';

const MIB = 1024 ** 2;

/** What a host itself takes before a program begins, at most: Node, Wasmer or an interpreter, and their compiled code. */
const OWN_BYTES = 448 * MIB;
/** Node's threads and Wasmer's workers. A program that starts more is held here. */
const PROCESSES = 96;
const READY_LIMIT_MS = 60_000;
const MAX_REPORT_BYTES = 4_096;

const ReportLine: z.ZodType<Report> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({
    kind: z.literal('ended'),
    exitCode: z.int(),
    isMemoryFull: z.boolean(),
    isDiskFull: z.boolean(),
    isBroken: z.boolean(),
  }),
]);

export interface HostSizes {
  /** Of the program that it runs. */
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

/** A process in a jail that runs one job at a time. */
export interface Host {
  readonly flavour: Flavour;
  readonly sizes: HostSizes;
  /** What the whole jail may take. */
  readonly jailBytes: number;
  readonly process: JailedProcess;
  /** Sends an order; answers with the report of its end, or null when the host is dead. */
  readonly carryOut: (order: Order) => Promise<Extract<Report, { kind: 'ended' }> | null>;
  /** Once nobody needs it: kills it and frees what it held. */
  readonly close: () => Promise<void>;
}

/** Reads reports one by one; null from the stream's end on, and after a line that is none. */
const reportsOf = (control: Readable): (() => Promise<Report | null>) => {
  const lines = (async function* read(): AsyncGenerator<Report> {
    let text = '';
    for await (const bytes of control) {
      text += String(bytes);
      const parts = text.split('\n');
      text = parts.pop() ?? '';
      if (text.length > MAX_REPORT_BYTES) return;
      for (const part of parts) {
        const report = ReportLine.safeParse(JSON.parse(part));
        if (!report.success) return;
        yield report.data;
      }
    }
  })();
  return async () => {
    try {
      const { value, done } = await lines.next();
      return done === true ? null : value;
    } catch {
      // It was no JSON, or the socket broke: the host is not to be spoken to any more.
      return null;
    }
  };
};

const frame = (order: Order): Buffer => {
  const body = serialize(order);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  return Buffer.concat([head, body]);
};

const firstWords = async (stream: Readable): Promise<string> => {
  let said = '';
  for await (const bytes of stream) if (said.length < 500) said += String(bytes);
  return said.trim().slice(0, 500);
};

/**
 * Starts a host and waits until it is warm.
 * @throws Error with what it said when it does not come up
 */
export const startHost = async (jail: Jail, layout: Layout, flavour: Flavour, sizes: HostSizes): Promise<Host> => {
  const jailBytes = OWN_BYTES + sizes.memoryBytes + sizes.diskBytes;
  const spawned = await jail.spawn({
    command: [NODE, '--no-warnings', '--experimental-wasm-type-reflection', '--max-old-space-size=256', MAIN, flavour],
    env: { HOME: '/workspace', TMPDIR: '/tmp', LANG: 'C.UTF-8' },
    folder: '/workspace',
    binds: layout.binds,
    memoryFolders: ['/workspace', '/tmp'].map((path) => ({ path, bytes: sizes.diskBytes })),
    files: [],
    limits: {
      wallMs: null,
      cpuMs: null,
      memoryBytes: jailBytes,
      processes: PROCESSES,
      fileBytes: sizes.diskBytes,
    },
    stdin: 'empty',
    parks: false,
    descriptors: ['pipe'],
  });
  if (spawned.outcome === 'failed') throw new Error(spawned.reason);
  const { process } = spawned;
  const [control] = process.pipes;
  if (control === undefined) throw new Error('the jail has no control socket');
  const close = async (): Promise<void> => {
    process.stop('caller');
    await process.ended;
    await process.close();
  };
  const next = reportsOf(control);
  const late = setTimeout(() => process.stop('wall'), READY_LIMIT_MS);
  const first = await next();
  clearTimeout(late);
  if (first?.kind !== 'ready') {
    process.stop('caller');
    await process.ended;
    const said = await firstWords(process.stderr);
    await process.close();
    throw new Error(said === '' ? 'The WebAssembly host did not start.' : said);
  }
  return {
    flavour,
    sizes,
    jailBytes,
    process,
    carryOut: async (order) => {
      control.write(frame(order));
      const report = await next();
      return report?.kind === 'ended' ? report : null;
    },
    close,
  };
};
