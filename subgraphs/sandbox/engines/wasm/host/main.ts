import { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { deserialize } from 'node:v8';
import type { Ending, Flavour, Order, Report } from './protocol.ts';
import { invoke } from './invoke.ts';
import { clearFolders } from './folders.ts';
import { createScripts, warm } from './script.ts';
import { STDERR, STDOUT, writeAll } from './streams.ts';

/*
 * A host: takes one order after the other and runs each to its end, in the jail that it was started in. It keeps no time
 * and no limit but that of the program's memory; the service does, and kills it.
 */

const CONTROL = 3;
// Both streams are the program's; what libraries tell each other there is not. Node's own, once asked for, would also
// have the descriptors no longer wait for their reader.
for (const name of ['stdout', 'stderr']) {
  Object.defineProperty(process, name, { value: new Writable({ write: (_bytes, _encoding, done) => done() }) });
}

const control = new Socket({ fd: CONTROL, readable: true, writable: true });
const report = (what: Report): void => void control.write(`${JSON.stringify(what)}\n`);

const take = async function* (): AsyncGenerator<Order> {
  let waiting = Buffer.alloc(0);
  for await (const bytes of control) {
    waiting = Buffer.concat([waiting, bytes]);
    while (waiting.length >= 4) {
      const end = 4 + waiting.readUInt32BE(0);
      if (waiting.length < end) break;
      // The service's own words, and nobody else's.
      yield deserialize(waiting.subarray(4, end));
      waiting = waiting.subarray(end);
    }
  }
};

type Runner = (order: Order) => Promise<Ending>;

const notMine = (order: Order): never => {
  throw new Error(`this host takes no ${order.kind}`);
};

const moduleRunner = async (): Promise<Runner> => {
  const { createCommands } = await import('./command.ts');
  const run = await createCommands();
  return async (order) => {
    if (order.kind === 'command') return run(order);
    return order.kind === 'invoke' ? invoke(order) : notMine(order);
  };
};

const scriptRunner = async (language: Exclude<Flavour, 'module'>): Promise<Runner> => {
  const run = await createScripts(language, `/app/languages/${language}.wasm`);
  await warm(language, run);
  return async (order) => (order.kind === 'script' ? run(order) : notMine(order));
};

const flavour = process.argv[2];
const run = await (flavour === 'python' || flavour === 'javascript' ? scriptRunner(flavour) : moduleRunner());
report({ kind: 'ready' });
for await (const order of take()) {
  const ending = await run(order);
  // First this: the service then takes what is left in the streams, whether or not somebody reads.
  report({ kind: 'ended', ...ending });
  // The socket is written when this turn ends, and the streams wait for their reader.
  await new Promise((done) => setImmediate(done));
  for (const stream of [STDOUT, STDERR]) writeAll(stream, order.marker);
  if (order.kind === 'invoke' || !order.keepsFiles) clearFolders();
}
process.exit(0);
