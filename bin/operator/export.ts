import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openPool, serviceAddress } from '#mesh/database/pool.ts';
import { conversationDataOf } from '#subgraphs/agents/personal-data.ts';
import { requestDataOf } from '#subgraphs/models/personal-data.ts';
import { projectDataOf } from '#subgraphs/sandbox/personal-data.ts';
import { createFiles } from '#subgraphs/sandbox/files/files.ts';
import { readLedger } from '#subgraphs/users/ledger.ts';
import { findPersonalData } from '#subgraphs/users/store/personal-data.ts';
import { readArguments } from '../arguments.ts';
import { CommandError } from '../command.ts';
import { accountOf } from './account.ts';
import type { Task } from './accounts.ts';
import { wordOf } from './input.ts';
import type { Installation } from './installation.ts';

const LEDGER_PAGE = 500;

interface Page {
  readonly items: readonly unknown[];
  readonly next: string | null;
}

/** A JSON array of all that pages hold, piece by piece: it may be larger than memory. */
async function* arrayOf(page: (after: string | null) => Promise<Page>): AsyncGenerator<string> {
  let separator = '\n';
  yield '[';
  for (let after: string | null = null; ;) {
    const { items, next } = await page(after);
    for (const item of items) {
      // A whole number of any size is a text, as in the graph.
      yield (
        separator + JSON.stringify(item, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
      );
      separator = ',\n';
    }
    if (next === null) break;
    after = next;
  }
  yield ']';
}

/** All that is kept about a person, as one JSON text. */
async function* exportOf(installation: Installation, userId: string): AsyncGenerator<string> {
  const { users, databaseUrl, secret, log } = installation;
  await using stack = new AsyncDisposableStack();
  const poolOf = async (service: 'sandbox' | 'agents' | 'models') => {
    const pool = await openPool(serviceAddress(databaseUrl, service, secret), log, 1);
    stack.defer(() => pool.end());
    return pool;
  };
  const [sandbox, agents, models] = [await poolOf('sandbox'), await poolOf('agents'), await poolOf('models')];
  const files = createFiles(sandbox);

  yield `{"exportedAt":${JSON.stringify(new Date().toISOString())},\n"account":`;
  yield JSON.stringify(await findPersonalData(users, userId));
  yield ',\n"ledger":';
  yield* arrayOf(async (after) => {
    const filter = { userId, apiKeyId: null, model: null };
    const items = await readLedger(users, { window: null, after, first: LEDGER_PAGE }, filter);
    return { items, next: items.length < LEDGER_PAGE ? null : (items.at(-1)?.id ?? null) };
  });
  yield ',\n"projects":';
  yield* arrayOf((after) => projectDataOf({ database: sandbox, files }, userId, after));
  yield ',\n"conversations":';
  yield* arrayOf((after) => conversationDataOf(agents, userId, after));
  yield ',\n"requests":';
  yield* arrayOf((after) => requestDataOf(models, userId, after));
  yield '}\n';
}

const writeTo = async (path: string, text: AsyncIterable<string>): Promise<void> => {
  try {
    await pipeline(Readable.from(text), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  } catch (error) {
    if (error instanceof Error && 'syscall' in error && 'code' in error) {
      throw new CommandError(`${path} cannot be written (${String(error.code)}): choose a new file with --out.`);
    }
    throw error;
  }
};

export const exportData: Task = (args) => {
  const { values, words } = readArguments(args, { out: { type: 'string' } }, 1);
  const email = wordOf(words, 0, 'the e-mail address');
  return async (installation) => {
    const { id } = await accountOf(installation.users, email);
    const text = exportOf(installation, id);
    if (values.out !== undefined) {
      await writeTo(values.out, text);
      return console.log(`All that is kept about ${email} is in ${values.out}.`);
    }
    for await (const piece of text) {
      // The program ends when this answers: not before the reader has it all.
      await new Promise<void>((done, fail) => {
        process.stdout.write(piece, (error) =>
          error ? fail(new CommandError('The export was not read to its end.')) : done(),
        );
      });
    }
  };
};
