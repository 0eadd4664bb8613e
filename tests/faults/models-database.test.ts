import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { roleOf } from '#mesh/database/pool.ts';
import type { Caller } from '#mesh/identity.ts';
import { createLog } from '#mesh/log.ts';
import { startModelsService, type ModelsService } from '#tests/harness/models-service.ts';
import { writeRandomModel } from '#tests/harness/random-model.ts';

const ENDLESS = { model: 'endless', messages: [{ role: 'USER', content: 'Go on' }] };
const AWAY = {
  message: 'The database cannot record tokens at the moment.',
  extensions: { code: 'SERVICE_UNAVAILABLE' },
};

let models: ModelsService;
let caller: Caller;
let logged = '';

/** Ends every connection of the service's role and lets it make no other. */
const takeDatabaseAway = async (): Promise<void> => {
  const name = new URL(models.database.url).pathname.slice(1);
  await models.database.sql(`revoke connect on database ${name} from public, ${roleOf('models')}`);
  await models.database.sql(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = $1',
    [roleOf('models')],
  );
};
const giveDatabaseBack = async (): Promise<void> => {
  const name = new URL(models.database.url).pathname.slice(1);
  await models.database.sql(`grant connect on database ${name} to public`);
};

const failureOf = async (chat: AsyncIterable<unknown>): Promise<unknown> => {
  try {
    for await (const _ of chat);
    return 'it was answered';
  } catch (error) {
    return error;
  }
};

beforeAll(async () => {
  const destination = new Writable({
    write: (chunk: Buffer, _, done) => {
      logged += chunk.toString();
      done();
    },
  });
  models = await startModelsService(createLog('test', 'error', destination));
  caller = await models.addUser(1_000_000);
  await writeRandomModel(join(models.modelsDir, 'endless.gguf'), { contextSize: 32_768 });
});

afterAll(() => models.stop());

test('a chat whose database goes away ends with SERVICE_UNAVAILABLE, and nothing was delivered that is not recorded', async () => {
  let requestId = '';
  let text = '';
  let away: Promise<void> | undefined;
  const chat = (async () => {
    for await (const event of models.chat(caller, ENDLESS)) {
      ({ requestId } = event);
      text += event.text;
      away ??= takeDatabaseAway();
    }
  })();
  await expect(chat).rejects.toMatchObject(AWAY);
  await away;
  expect(await failureOf(models.chat(caller, ENDLESS))).toMatchObject(AWAY);
  expect(logged).toContain('permission denied for database');

  await giveDatabaseBack();
  const [row] = await models.database.sql(
    'select completion_tokens::int from billing.llm_requests where request_id = $1',
    [requestId],
  );
  // Each token of this model is one byte, so no text has fewer tokens than UTF-16 units.
  expect(row?.['completion_tokens']).toBeGreaterThanOrEqual(text.length);
  const events = [];
  for await (const event of models.chat(caller, { ...ENDLESS, maxTokens: 20 })) events.push(event);
  expect(events.at(-1)?.usage?.completionTokens).toBe(20);
});
