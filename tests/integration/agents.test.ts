import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readConfig } from '#mesh/config.ts';
import { openPool, serviceAddress } from '#mesh/database/pool.ts';
import type { Caller } from '#mesh/identity.ts';
import { createLog } from '#mesh/log.ts';
import type { Subgraph } from '#mesh/service.ts';
import { startAgents } from '#subgraphs/agents/server.ts';
import { askSubgraph, codeOf, someone, type Answer } from '#tests/harness/caller.ts';
import { freshDatabase, type TestDatabase } from '#tests/harness/database.ts';

const log = createLog('test', 'silent');
let database: TestDatabase;
let agents: Subgraph;

beforeAll(async () => {
  database = await freshDatabase();
  const config = readConfig({}, '/nowhere');
  agents = await startAgents({ config, databaseUrl: database.url, secret: database.secret, log });
});

afterAll(async () => {
  await agents.stop();
  await database.drop();
});

const ask = (caller: Caller | null, query: string, variables?: Record<string, unknown>): Promise<Answer> =>
  askSubgraph(agents, database.secret, caller, query, variables);

const Created = z.object({ createConversation: z.object({ id: z.uuid() }) });
const create = async (caller: Caller, title = 'a conversation'): Promise<string> => {
  const { data } = await ask(caller, 'mutation ($t: String!) { createConversation(title: $t) { id } }', { t: title });
  return Created.parse(data).createConversation.id;
};

const append = (caller: Caller | null, conversationId: string, content: string, role = 'USER'): Promise<Answer> =>
  ask(caller, 'mutation ($input: AppendMessageInput!) { appendMessage(input: $input) { id role content createdAt } }', {
    input: { conversationId, role, content },
  });
const remove = (caller: Caller | null, id: string): Promise<Answer> =>
  ask(caller, 'mutation ($id: ID!) { deleteConversation(id: $id) }', { id });
const read = (caller: Caller | null, id: string): Promise<Answer> =>
  ask(caller, 'query ($id: ID!) { conversation(id: $id) { title messages { role content } } }', { id });

test('the service is ready', async () => {
  expect(await agents.readiness()).toEqual({ ready: true });
});

describe('a conversation', () => {
  test('holds its messages in the order in which they came', async () => {
    const ada = someone();
    const id = await create(ada, '  Adding numbers ');
    await append(ada, id, 'add two numbers');
    const answer = await append(ada, id, 'def add(a, b):\n    return a + b', 'ASSISTANT');
    expect(answer.data).toMatchObject({
      appendMessage: { role: 'ASSISTANT', content: 'def add(a, b):\n    return a + b' },
    });
    expect(await read(ada, id)).toEqual({
      data: {
        conversation: {
          title: 'Adding numbers',
          messages: [
            { role: 'USER', content: 'add two numbers' },
            { role: 'ASSISTANT', content: 'def add(a, b):\n    return a + b' },
          ],
        },
      },
    });
  });

  test('keeps every one of many messages that come at once', async () => {
    const ada = someone();
    const id = await create(ada);
    const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => append(ada, id, `${index}`)));
    expect(answers.map(codeOf)).toEqual(Array(30).fill(undefined));
    const places = await database.sql(
      'select position from agents.messages where conversation_id = $1 order by position',
      [id],
    );
    expect(places.map(({ position }) => position)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  });

  test('comes first in the list once it was used, with its owner as an entity', async () => {
    const ada = someone();
    const first = await create(ada, 'first');
    const second = await create(ada, 'second');
    await append(ada, first, 'hello');
    const { data } = await ask(
      ada,
      '{ conversations { id owner { __typename id } createdAt updatedAt messages { content } } }',
    );
    const owner = { __typename: 'User', id: ada.userId };
    expect(data).toEqual({
      conversations: [
        expect.objectContaining({ id: first, owner, messages: [{ content: 'hello' }] }),
        expect.objectContaining({ id: second, owner, messages: [] }),
      ],
    });
  });

  test('is gone with its messages once it is deleted', async () => {
    const ada = someone();
    const id = await create(ada);
    await append(ada, id, 'hello');
    expect(await remove(ada, id)).toEqual({ data: { deleteConversation: true } });
    expect(codeOf(await read(ada, id))).toBe('NOT_FOUND');
    expect(codeOf(await remove(ada, id))).toBe('NOT_FOUND');
    expect(await database.sql('select 1 from agents.messages where conversation_id = $1', [id])).toEqual([]);
  });
});

describe('the bounds', () => {
  test.each(['', '  ', 'x'.repeat(201), 'a\nb', 'a\0'])('refuse the title %j', async (t) => {
    const answer = await ask(someone(), 'mutation ($t: String!) { createConversation(title: $t) { id } }', { t });
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'title' });
  });

  test('take a message of 65 536 characters and refuse one more, or one with a NUL', async () => {
    const ada = someone();
    const id = await create(ada);
    expect(codeOf(await append(ada, id, '😀'.repeat(65_536)))).toBeUndefined();
    for (const content of ['x'.repeat(65_537), 'a\0']) {
      const answer = await append(ada, id, content);
      expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'content' });
    }
  });

  test('refuse the 2001st message, also when the last place is asked for many times at once', async () => {
    const ada = someone();
    const id = await create(ada);
    await database.sql('update agents.conversations set message_count = 1999 where id = $1', [id]);
    const answers = await Promise.all(Array.from({ length: 5 }, () => append(ada, id, 'the last')));
    expect(answers.map(codeOf).filter((code) => code === 'LIMIT_REACHED')).toHaveLength(4);
  });

  test('refuse messages of more than 8 MiB together', async () => {
    const ada = someone();
    const id = await create(ada);
    await database.sql('update agents.conversations set content_bytes = 8388608 - 3 where id = $1', [id]);
    expect(codeOf(await append(ada, id, 'four'))).toBe('LIMIT_REACHED');
    expect(codeOf(await append(ada, id, 'few'))).toBeUndefined();
  });

  test('refuse the 1001st conversation', async () => {
    const ada = someone();
    await database.sql(
      "insert into agents.conversations (owner_id, title) select $1, 'old' from generate_series(1, 999)",
      [ada.userId],
    );
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => ask(ada, 'mutation { createConversation(title: "new") { id } }')),
    );
    expect(answers.map(codeOf).filter((code) => code === 'LIMIT_REACHED')).toHaveLength(3);
  });

  test('refuse to answer more messages at once than one conversation may hold', async () => {
    const ada = someone();
    for (const title of ['one', 'two']) {
      const id = await create(ada, title);
      await database.sql('update agents.conversations set content_bytes = 5000000 where id = $1', [id]);
    }
    expect(codeOf(await ask(ada, '{ conversations { title } }'))).toBeUndefined();
    expect(codeOf(await ask(ada, '{ conversations { messages { content } } }'))).toBe('DOCUMENT_TOO_LARGE');
  });
});

describe("somebody else's conversation", () => {
  test.each(['DEVELOPER', 'ADMIN'] as const)('is not there for a %s, whatever he does', async (role) => {
    const ada = someone();
    const id = await create(ada, 'private');
    await append(ada, id, 'a secret');
    const bob = someone(role);
    expect((await ask(bob, '{ conversations { id } }')).data).toEqual({ conversations: [] });
    expect(codeOf(await read(bob, id))).toBe('NOT_FOUND');
    expect(codeOf(await append(bob, id, 'hello'))).toBe('NOT_FOUND');
    expect(codeOf(await remove(bob, id))).toBe('NOT_FOUND');
    const entity = await ask(
      bob,
      'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Conversation { title } } }',
      { of: [{ __typename: 'Conversation', id }] },
    );
    expect(codeOf(entity)).toBe('NOT_FOUND');
    expect((await read(ada, id)).data).toMatchObject({ conversation: { messages: [{ content: 'a secret' }] } });
  });

  test.each(['', 'x', '00000000-0000-4000-8000-000000000000', "' or 1=1 --"])(
    'is as little there as one with the id %j',
    async (id) => {
      const ada = someone();
      expect(codeOf(await read(ada, id))).toBe('NOT_FOUND');
      expect(codeOf(await append(ada, id, 'x'))).toBe('NOT_FOUND');
      expect(codeOf(await remove(ada, id))).toBe('NOT_FOUND');
    },
  );
});

test('nobody reaches anything without being somebody', async () => {
  expect(codeOf(await ask(null, '{ conversations { id } }'))).toBe('UNAUTHENTICATED');
  expect(codeOf(await read(null, 'x'))).toBe('UNAUTHENTICATED');
  expect(codeOf(await append(null, 'x', 'x'))).toBe('UNAUTHENTICATED');
  expect(codeOf(await remove(null, 'x'))).toBe('UNAUTHENTICATED');
});

test("the service's role may not change a message or an owner, nor read another service's tables", async () => {
  const pool = await openPool(serviceAddress(database.url, 'agents', database.secret), log);
  for (const statement of [
    sql.unsafe`update agents.messages set content = 'forged'`,
    sql.unsafe`delete from agents.messages`,
    sql.unsafe`update agents.conversations set owner_id = gen_random_uuid()`,
    sql.unsafe`create table agents.mine (id int)`,
    sql.unsafe`select * from sandbox.projects`,
  ]) {
    await expect(pool.query(statement)).rejects.toThrow(/permission denied/);
  }
  await pool.end();
});
