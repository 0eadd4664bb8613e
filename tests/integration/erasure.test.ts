import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readConfig } from '#mesh/config.ts';
import type { Caller } from '#mesh/identity.ts';
import { createLog } from '#mesh/log.ts';
import type { Subgraph } from '#mesh/service.ts';
import { startAgents } from '#subgraphs/agents/server.ts';
import { startModels } from '#subgraphs/models/server.ts';
import { startSandbox } from '#subgraphs/sandbox/server.ts';
import { askSubgraph, codeOf, someone, type Answer } from '#tests/harness/caller.ts';
import { startTestUsers, type TestUsers } from '#tests/harness/users.ts';

const log = createLog('test', 'silent');
const ERASE = 'mutation ($id: ID!, $email: String!) { eraseUser(id: $id, email: $email) { userId pending } }';

let users: TestUsers;
let home: string;
let sandbox: Subgraph;
let agents: Subgraph;
let models: Subgraph;
let admin: Caller;

const services = async (): Promise<void> => {
  const config = readConfig({ DEVSTUDIO_HOME: home }, '/');
  const common = { config, databaseUrl: users.database.url, secret: users.database.secret, log };
  [sandbox, agents, models] = await Promise.all([startSandbox(common), startAgents(common), startModels(common)]);
};
const stopServices = async (): Promise<void> => {
  await Promise.all([sandbox.stop(), agents.stop(), models.stop()]);
};

beforeAll(async () => {
  users = await startTestUsers();
  home = await mkdtemp(join(tmpdir(), 'devstudio-erasure-'));
  await services();
  admin = await person('root', 'ADMIN');
});
afterAll(async () => {
  await stopServices();
  await users.stop();
  await rm(home, { recursive: true, force: true });
});

/** An account with a session. */
const person = async (name: string, role: Caller['role'] = 'DEVELOPER'): Promise<Caller> => {
  const email = `${name}@devstudio.test`;
  const userId = await users.account(email, { tokens: 1_000 });
  await users.database.sql('update users.accounts set role = $2 where id = $1', [userId, role]);
  const [session] = await users.database.sql(
    `insert into users.sessions (user_id, expires_at, address, user_agent)
     values ($1, now() + interval '1 day', '192.0.2.7', 'a browser') returning id`,
    [userId],
  );
  return someone(role, { userId, email, credential: { kind: 'session', id: z.uuid().parse(session?.['id']) } });
};

const ask = (subgraph: Subgraph, caller: Caller, query: string, variables?: Record<string, unknown>): Promise<Answer> =>
  askSubgraph(subgraph, users.database.secret, caller, query, variables);
const write = (caller: Caller, path: string, content: string, encoding = 'UTF8'): Promise<Answer> =>
  ask(sandbox, caller, 'mutation ($input: WriteFileInput!) { writeFile(input: $input) { path } }', {
    input: { path, content, encoding },
  });
const Made = z.object({ createConversation: z.object({ id: z.uuid() }) });
const converse = async (caller: Caller, ...contents: readonly string[]): Promise<string> => {
  const made = await ask(agents, caller, 'mutation { createConversation(title: "plans") { id } }');
  const { id } = Made.parse(made.data).createConversation;
  for (const content of contents) {
    await ask(agents, caller, 'mutation ($input: AppendMessageInput!) { appendMessage(input: $input) { id } }', {
      input: { conversationId: id, role: 'USER', content },
    });
  }
  return id;
};
const erase = (id: string, email: string, by: Caller = admin) => users.ask(ERASE, { id, email }, by);
const count = async (from: string, values: readonly unknown[]): Promise<number> =>
  Number((await users.database.sql(`select count(*)::integer as n from ${from}`, values))[0]?.['n']);
const pending = (userId: string) => count('erasure.tasks where user_id = $1 and done_at is null', [userId]);
const projectOf = async (userId: string): Promise<string> => {
  const [row] = await users.database.sql('select id from sandbox.projects where owner_id = $1', [userId]);
  return z.uuid().parse(row?.['id']);
};

describe('an erased person', () => {
  test('is nowhere any more, while the ledger keeps its rows', async () => {
    const ada = await person('ada');
    await users.database.sql(
      `insert into users.api_keys (user_id, name, prefix, hash, scopes) values ($1, 'my laptop', 'cds_secret', $2, '{}')`,
      [ada.userId, Buffer.alloc(32, 7)],
    );
    await users.database.sql("insert into users.second_factors (user_id, secret) values ($1, '')", [ada.userId]);
    await users.database.sql(
      "insert into users.oidc_identities (issuer, subject, user_id) values ('https://id.test', 'ada-1', $1)",
      [ada.userId],
    );
    await write(ada, 'src/diary.txt', 'private');
    const projectId = await projectOf(ada.userId);
    await converse(ada, 'a secret');
    // Something that happened to the audit log with the person's address.
    await users.database.sql(
      "select audit.record('sign-in.succeeded', $1::uuid, 'session', null, 'user', $1::uuid::text, '{}', '192.0.2.7', null)",
      [ada.userId],
    );
    const answer = await erase(ada.userId, 'ADA@devstudio.test');
    expect(answer.errors).toBeUndefined();
    expect(answer.data).toEqual({ eraseUser: { userId: ada.userId, pending: ['agents', 'models', 'sandbox'] } });
    await expect.poll(() => pending(ada.userId), { timeout: 20_000 }).toBe(0);

    expect(await count('sandbox.blobs where project_id = $1', [projectId])).toBe(0);
    for (const table of ['sandbox.projects', 'agents.conversations']) {
      expect(await count(`${table} where owner_id = $1`, [ada.userId])).toBe(0);
    }
    expect(await count('agents.messages where content = $1', ['a secret'])).toBe(0);
    for (const table of ['sessions', 'second_factors', 'password_resets', 'oidc_identities']) {
      expect(await count(`users.${table} where user_id = $1`, [ada.userId])).toBe(0);
    }
    const [account] = await users.database.sql('select * from users.accounts where id = $1', [ada.userId]);
    expect(account).toMatchObject({
      email: expect.stringMatching(/^erased-[0-9a-f]{16}@erased\.invalid$/),
      password_hash: '-',
      status: 'SUSPENDED',
    });
    const [key] = await users.database.sql('select * from users.api_keys where user_id = $1', [ada.userId]);
    expect(key).toMatchObject({ name: 'erased', prefix: '', revoked_at: expect.any(Date) });
    expect(await count('audit.events where actor_id = $1 and address is not null', [ada.userId])).toBe(0);
    expect(await count('billing.grants where user_id = $1', [ada.userId])).toBe(1);
    expect((await erase(ada.userId, ada.email)).data).toEqual({ eraseUser: { userId: ada.userId, pending: [] } });
    expect(await count("audit.events where action = 'user.erased' and target_id = $1", [ada.userId])).toBe(1);
  });

  test('cannot be let in again', async () => {
    const eve = await person('eve');
    await erase(eve.userId, eve.email);
    const answer = await users.ask(
      'mutation ($id: ID!) { setUserStatus(id: $id, status: ACTIVE) { id } }',
      { id: eve.userId },
      admin,
    );
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
    await expect(
      users.database.sql("update users.accounts set status = 'ACTIVE' where id = $1", [eve.userId]),
    ).rejects.toThrow('erased_for_good');
  });

  test('is named by no reason of a grant, which is all that the ledger loses', async () => {
    const lin = await person('lin');
    const grant = (reason: string) =>
      users.ask(
        'mutation ($id: ID!, $reason: String) { grantTokens(userId: $id, tokens: 5, reason: $reason) { id } }',
        { id: lin.userId, reason },
        admin,
      );
    expect((await grant('for Lin Ngo, lin@devstudio.test')).errors).toBeUndefined();
    const ledger = () =>
      users.database.sql('select id, tokens, by, at from billing.grants where user_id = $1 order by id', [lin.userId]);
    const before = await ledger();
    await erase(lin.userId, lin.email);
    expect(await ledger()).toEqual(before);
    expect(await count('billing.grants where user_id = $1 and reason is not null', [lin.userId])).toBe(0);
    for (const change of ["reason = 'another'", 'reason = null, tokens = 6', 'by = null']) {
      await expect(
        users.database.sql(`update billing.grants set ${change} where user_id = $1`, [lin.userId]),
      ).rejects.toThrow('append-only');
    }
  });

  test('is granted nothing, and is limited by nothing new', async () => {
    const max = await person('max');
    const keyed = await users.ask('mutation { createApiKey(input: { name: "one" }) { apiKey { id } } }', {}, max);
    const made = z.object({ createApiKey: z.object({ apiKey: z.object({ id: z.string() }) }) }).parse(keyed.data);
    await erase(max.userId, max.email);
    const quota = (kind: string, id: string) =>
      `setQuota(input: { subject: { kind: ${kind}, id: "${id}" }, unit: TOKENS, period: DAY, limit: "5" }) { id }`;
    for (const field of [
      `grantTokens(userId: "${max.userId}", tokens: 5, reason: "for Max") { id }`,
      `setMonthlyLimit(userId: "${max.userId}", tokens: 5) { id }`,
      quota('USER', max.userId),
      quota('API_KEY', made.createApiKey.apiKey.id),
    ]) {
      const answer = await users.ask(`mutation { ${field} }`, {}, admin);
      expect(answer.errors?.[0]?.extensions, field).toMatchObject({ code: 'NOT_FOUND' });
    }
    expect(await count('billing.grants where user_id = $1', [max.userId])).toBe(1);
  });

  test('gets no new project or conversation from a request that was under way', async () => {
    const tom = await person('tom');
    await erase(tom.userId, tom.email);
    await expect.poll(() => pending(tom.userId), { timeout: 20_000 }).toBe(0);
    expect((await write(tom, 'late.txt', 'x')).errors).toBeDefined();
    expect((await ask(agents, tom, 'mutation { createConversation(title: "late") { id } }')).errors).toBeDefined();
    expect(await count('sandbox.projects where owner_id = $1', [tom.userId])).toBe(0);
    expect(await count('agents.conversations where owner_id = $1', [tom.userId])).toBe(0);
  });
});

describe('an erasure', () => {
  test.each([
    ['another e-mail address', 'someone@else.test', 'BAD_USER_INPUT'],
    ['no e-mail address', '', 'BAD_USER_INPUT'],
  ])('is refused with %s and changes nothing', async (_what, email, code) => {
    const kim = await person(`kim${randomUUID().slice(0, 8)}`);
    expect((await erase(kim.userId, email)).errors?.[0]?.extensions.code).toBe(code);
    expect(await count("users.accounts where id = $1 and status = 'ACTIVE' and erased_at is null", [kim.userId])).toBe(
      1,
    );
    expect(await pending(kim.userId)).toBe(0);
  });

  test.each([randomUUID(), "' or true --", ''])('of nobody (%j) is NOT_FOUND', async (id) => {
    expect((await erase(id, admin.email)).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  });

  test('of the last active admin is refused', async () => {
    expect((await erase(admin.userId, admin.email)).errors?.[0]?.extensions.code).toBe('CONFLICT');
  });

  test('goes on where a stop left it', async () => {
    const sam = await person('sam');
    await write(sam, 'deep/er/one.txt', '1');
    const projectId = await projectOf(sam.userId);
    await stopServices();
    await erase(sam.userId, sam.email);
    expect(await pending(sam.userId)).toBeGreaterThan(0);
    await services();
    await expect.poll(() => pending(sam.userId), { timeout: 20_000 }).toBe(0);
    expect(await count('sandbox.entries where project_id = $1', [projectId])).toBe(0);
  });

  test('of one service is neither seen nor ticked off by another', async () => {
    const who = await person('who');
    await stopServices();
    await erase(who.userId, who.email);
    // The owner of the database is no service.
    expect(await users.database.sql('select * from erasure.pending()')).toEqual([]);
    await users.database.sql('select erasure.done($1)', [who.userId]);
    expect(await pending(who.userId)).toBe(3);
    await services();
    await expect.poll(() => pending(who.userId), { timeout: 20_000 }).toBe(0);
  });

  test('may blank the audit log and nothing else may change it', async () => {
    await users.database.sql("select audit.record('test', null, 'none', null, null, null, '{}', '192.0.2.9', null)");
    for (const change of ["action = 'other'", "address = '192.0.2.1'", 'details = \'{"a": 1}\'', 'at = now()']) {
      await expect(users.database.sql(`update audit.events set ${change} where address = '192.0.2.9'`)).rejects.toThrow(
        'append-only',
      );
    }
    await expect(users.database.sql('delete from audit.events')).rejects.toThrow('append-only');
  });
});

const sorted = (texts: readonly unknown[]): string[] => texts.map(String).toSorted((a, b) => (a < b ? -1 : 1));

const Page = z.object({ items: z.array(z.record(z.string(), z.unknown())), next: z.string().nullable() });
/** All pages of a field of User in one service. */
const pages = async (subgraph: Subgraph, field: string, caller: Caller): Promise<Record<string, unknown>[][]> => {
  const found: Record<string, unknown>[][] = [];
  for (let after: string | null = null; ;) {
    const { data, errors } = await ask(
      subgraph,
      caller,
      `query ($of: [_Any!]!, $after: ID) { _entities(representations: $of) { ... on User { ${field}(after: $after) { items next } } } }`,
      { of: [{ __typename: 'User', id: caller.userId }], after },
    );
    expect(errors).toBeUndefined();
    const [entity] = z.array(z.record(z.string(), Page)).parse(data?.['_entities']);
    const page = Page.parse(entity?.[field]);
    found.push(page.items);
    after = page.next;
    if (after === null) return found;
  }
};

describe('the data of a person', () => {
  test('has every project and file once, over several pages', async () => {
    const bo = await person('bo');
    const big = 'x'.repeat(500_000);
    for (let n = 0; n < 6; n += 1) await write(bo, `big/${n}.txt`, big);
    await write(bo, 'picture', Buffer.from([0xff, 0xd8]).toString('base64'), 'BASE64');
    await ask(sandbox, bo, 'mutation { createProject(name: "empty") { id } }');
    const found = await pages(sandbox, 'projectData', bo);
    expect(found.length).toBeGreaterThan(1);
    const items = found.flat();
    expect(sorted(items.filter(({ kind }) => kind === 'project').map(({ name }) => name))).toEqual([
      'default',
      'empty',
    ]);
    const files = items.filter(({ kind }) => kind === 'file');
    expect(sorted(files.map(({ path }) => path))).toEqual([
      ...Array.from({ length: 6 }, (_, n) => `big/${n}.txt`),
      'picture',
    ]);
    expect(files.find(({ path }) => path === 'picture')).toMatchObject({ encoding: 'BASE64', content: '/9g=' });
    expect(files.find(({ path }) => path === 'big/3.txt')?.['content']).toBe(big);
  });

  test('has every execution with what it wrote, after the projects, and erasing takes them all', async () => {
    const eve = await person('eve');
    await write(eve, 'big.txt', 'x'.repeat(500_000));
    const EXECUTE = 'mutation ($input: ExecuteInput!) { execute(input: $input) { status } }';
    const code = 'head -c 300000 /dev/zero | tr "\\0" x; printf "\\377" > left; echo said >&2';
    for (let n = 0; n < 16; n += 1) {
      const input = { engine: 'bash', code: `echo ${n}; ${code}`, collect: ['left'] };
      expect(await ask(sandbox, eve, EXECUTE, { input })).toEqual({ data: { execute: { status: 'SUCCEEDED' } } });
    }
    const found = await pages(sandbox, 'projectData', eve);
    expect(found.length).toBeGreaterThan(1);
    const items = found.flat();
    expect(items.map(({ kind }) => kind)).toEqual([
      'project',
      'file',
      ...Array.from({ length: 16 }, () => 'execution'),
    ]);
    const executions = items.slice(2);
    expect(executions.map(({ stdout }) => Number(String(stdout).split('\n')[0]))).toEqual(
      Array.from({ length: 16 }, (_, n) => 15 - n),
    );
    expect(executions[0]).toMatchObject({
      stdout: expect.stringContaining('bytes are not kept'),
      stderr: 'said\n',
      files: [{ path: 'left', size: 1, encoding: 'BASE64', content: '/w==' }],
    });
    const { errors } = await erase(eve.userId, eve.email);
    expect(errors).toBeUndefined();
    await expect
      .poll(() => users.database.sql('select 1 from sandbox.executions where owner_id = $1', [eve.userId]))
      .toEqual([]);
    const late = await ask(sandbox, eve, EXECUTE, { input: { engine: 'bash', code: 'true' } });
    expect(late.errors).toHaveLength(1);
    expect(await users.database.sql('select 1 from sandbox.executions where owner_id = $1', [eve.userId])).toEqual([]);
  });

  test('has every conversation and message once, over several pages', async () => {
    const lu = await person('lu');
    const big = 'y'.repeat(65_536);
    await converse(lu, ...Array.from({ length: 40 }, (_, n) => `${n} ${big}`.slice(0, 65_536)));
    await converse(lu);
    await converse(lu, 'short');
    const found = await pages(agents, 'conversationData', lu);
    expect(found.length).toBeGreaterThan(1);
    const items = found.flat();
    expect(items.filter(({ kind }) => kind === 'conversation')).toHaveLength(3);
    const contents = items.filter(({ kind }) => kind === 'message').map(({ content }) => String(content).split(' ')[0]);
    expect(sorted(contents)).toEqual(sorted([...Array.from({ length: 40 }, (_, n) => String(n)), 'short']));
  });

  test('is for the person, and of conversations not even for an admin', async () => {
    const ann = await person('ann');
    const query = (field: string) =>
      `query ($of: [_Any!]!) { _entities(representations: $of) { ... on User { ${field} { next } } } }`;
    const of = [{ __typename: 'User', id: ann.userId }];
    expect(codeOf(await ask(sandbox, someone(), query('projectData'), { of }))).toBe('FORBIDDEN');
    expect(codeOf(await ask(sandbox, admin, query('projectData'), { of }))).toBeUndefined();
    expect(codeOf(await ask(agents, someone(), query('conversationData'), { of }))).toBe('FORBIDDEN');
    expect(codeOf(await ask(agents, admin, query('conversationData'), { of }))).toBe('FORBIDDEN');
    const twice =
      'query ($of: [_Any!]!) { _entities(representations: $of) { ... on User { a: conversationData { next } b: conversationData { next } } } }';
    expect(codeOf(await ask(agents, ann, twice, { of }))).toBe('DOCUMENT_TOO_LARGE');
    const wrong =
      'query ($of: [_Any!]!) { _entities(representations: $of) { ... on User { conversationData(after: "x\' or true") { next } } } }';
    expect(codeOf(await ask(agents, ann, wrong, { of }))).toBe('BAD_USER_INPUT');
  });

  test('has the account with its sessions and keys, and no secret of it', async () => {
    const max = await person('max');
    const { data } = await users.ask('{ me { accountData } }', {}, max);
    expect(data).toMatchObject({
      me: {
        accountData: {
          account: { id: max.userId, email: max.email },
          sessions: [{ address: '192.0.2.7', userAgent: 'a browser' }],
          apiKeys: [],
          secondFactor: null,
        },
      },
    });
    expect(JSON.stringify(data)).not.toMatch(/hash|secret"/);
  });
});
