import { Kind, parse, valueFromASTUntyped, type ConstDirectiveNode } from 'graphql';
import { createClient, type Client } from 'graphql-ws';
import { readFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { SUBGRAPHS } from '#mesh/config.ts';
import { isManaging } from '#mesh/scopes.ts';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';

const PASSWORD = 'a long enough password';

const AuditEvent = z.object({
  id: z.string(),
  action: z.string(),
  actorId: z.string().nullable(),
  actorEmail: z.string().nullable(),
  actorCredential: z.string(),
  targetKind: z.string().nullable(),
  targetId: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
});
type AuditEvent = z.infer<typeof AuditEvent>;
const FIELDS = 'id action actorId actorEmail actorCredential targetKind targetId details address requestId';
const LOG = `query ($filter: AuditFilter, $first: Int! = 100, $before: ID) {
  auditLog(filter: $filter, first: $first, before: $before) { ${FIELDS} }
}`;
const FOLLOW = `subscription ($after: ID, $filter: AuditFilter) {
  auditEvents(after: $after, filter: $filter) { ${FIELDS} }
}`;

interface Person {
  readonly id: string;
  readonly email: string;
}

let studio: TestStudio;
let admin: string;
let people = 0;
const clients: Client[] = [];

beforeAll(async () => {
  studio = await startStudio({ env: { HF_ENDPOINT: 'http://127.0.0.1:9' } });
  admin = await studio.login();
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await studio.stop();
});

/** Asks and answers the data of the one field; fails on any error. */
const ask = async (query: string, variables: Record<string, unknown> = {}, token: string = admin): Promise<unknown> => {
  const { body } = await studio.graphql(query, { token, variables });
  expect(body.errors).toBeUndefined();
  return Object.values(body.data ?? {})[0];
};

const refusalOf = async (query: string, variables: Record<string, unknown> = {}, token: string = admin) => {
  const { body } = await studio.graphql(query, { token, variables });
  return body.errors?.[0]?.extensions['code'];
};

const log = async (variables: Record<string, unknown>): Promise<AuditEvent[]> =>
  z.array(AuditEvent).parse(await ask(LOG, variables));

const person = async (): Promise<Person> => {
  const email = `person${(people += 1)}@devstudio.test`;
  const made = await ask('mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }', {
    input: { email, password: PASSWORD },
  });
  return { id: z.object({ id: z.uuid() }).parse(made).id, email };
};

/** A mutation for managing: how it is asked, and what it leaves in the log. */
interface Managed {
  readonly document: string;
  readonly variables: (person: Person) => Record<string, unknown> | Promise<Record<string, unknown>>;
  readonly action: string;
  /** The id of the event's target; by default that of the user who was made, or of the person. */
  readonly target?: string | null;
}

const ofPerson = ({ id }: Person) => ({ id });

const SET_QUOTA = 'mutation ($input: QuotaInput!) { setQuota(input: $input) { id } }';
const quotaOf = ({ id }: Person) => ({
  input: { subject: { kind: 'USER', id }, unit: 'REQUESTS', period: 'DAY', limit: '9' },
});

const ADD_REMOTE = `mutation ($name: String!) {
  addRemoteModel(
    input: { name: $name, urls: ["http://127.0.0.1:1/v1"], model: "m", apiKey: "k", contextSize: 1024 }
  ) { name }
}`;

const MANAGED: Readonly<Record<string, Managed>> = {
  'Mutation.createUser': {
    document:
      'mutation ($email: String!) { createUser(input: { email: $email, password: "long enough to be one" }) { id } }',
    variables: ({ email }) => ({ email: `another-${email}` }),
    action: 'user.created',
  },
  'Mutation.grantTokens': {
    document: 'mutation ($id: ID!) { grantTokens(userId: $id, tokens: 5, reason: "a gift") { id } }',
    variables: ofPerson,
    action: 'tokens.granted',
  },
  'Mutation.setUserStatus': {
    document: 'mutation ($id: ID!) { setUserStatus(id: $id, status: SUSPENDED) { id } }',
    variables: ofPerson,
    action: 'user.suspended',
  },
  'Mutation.setUserRole': {
    document: 'mutation ($id: ID!) { setUserRole(id: $id, role: VIEWER) { id } }',
    variables: ofPerson,
    action: 'user.role-changed',
  },
  'Mutation.setMonthlyLimit': {
    document: 'mutation ($id: ID!) { setMonthlyLimit(userId: $id, tokens: 7) { id } }',
    variables: ofPerson,
    action: 'monthly-limit.set',
  },
  'Mutation.eraseUser': {
    document: 'mutation ($id: ID!, $email: String!) { eraseUser(id: $id, email: $email) { userId } }',
    variables: ({ id, email }) => ({ id, email }),
    action: 'user.erased',
  },
  'Mutation.resetTotp': {
    document: 'mutation ($id: ID!) { resetTotp(userId: $id) { email } }',
    variables: ofPerson,
    action: 'second-factor.reset',
  },
  'Mutation.createPasswordResetLink': {
    document: 'mutation ($id: ID!) { createPasswordResetLink(userId: $id) { url } }',
    variables: ofPerson,
    action: 'password.reset-requested',
  },
  'Mutation.rotateSigningKeys': {
    document: 'mutation { rotateSigningKeys { kid } }',
    variables: () => ({}),
    action: 'signing-keys.rotated',
    target: null,
  },
  'Mutation.setQuota': { document: SET_QUOTA, variables: quotaOf, action: 'quota.set' },
  'Mutation.removeQuota': {
    document: 'mutation ($id: ID!) { removeQuota(id: $id) }',
    variables: async (somebody) => ({
      id: z.object({ id: z.string() }).parse(await ask(SET_QUOTA, quotaOf(somebody))).id,
    }),
    action: 'quota.removed',
  },
  'Mutation.setModelPrice': {
    document: 'mutation { setModelPrice(input: { model: "starter", prompt: "1", completion: "2" }) { model } }',
    variables: () => ({}),
    action: 'model-price.set',
    target: 'starter',
  },
  'Mutation.loadModel': {
    document: 'mutation { loadModel(name: "starter") { name } }',
    variables: () => ({}),
    action: 'model.loaded',
    target: 'starter',
  },
  'Mutation.downloadModel': {
    document: 'mutation { downloadModel(name: "starter") { name } }',
    variables: () => ({}),
    action: 'model.download-requested',
    target: 'starter',
  },
  'Mutation.setModelSettings': {
    document: 'mutation { setModelSettings(input: { model: "starter", pinned: false }) { name } }',
    variables: () => ({}),
    action: 'model.settings-changed',
    target: 'starter',
  },
  'Mutation.setPromptLogging': {
    document: 'mutation { setPromptLogging(enabled: true, days: 3) { enabled } }',
    variables: () => ({}),
    action: 'prompt-logging.set',
    target: null,
  },
  'Mutation.cancelDownload': {
    document: 'mutation { cancelDownload(name: "far") { name } }',
    // From a hub that nobody has started, so that it is still being tried.
    variables: async () => {
      await ask('mutation { downloadModel(name: "org/repo:far.gguf") { name } }', {});
      return {};
    },
    action: 'model.download-cancelled',
    target: 'far',
  },
  'Mutation.deleteModel': {
    document: 'mutation { deleteModel(name: "unwanted") }',
    variables: async () => {
      const { modelsDir } = studio.config;
      await copyFile(join(modelsDir, 'starter.gguf'), join(modelsDir, 'unwanted.gguf'));
      return {};
    },
    action: 'model.deleted',
    target: 'unwanted',
  },
  'Mutation.addRemoteModel': {
    document: ADD_REMOTE,
    variables: () => ({ name: 'far-away' }),
    action: 'model.remote-added',
    target: 'far-away',
  },
  'Mutation.removeRemoteModel': {
    document: 'mutation { removeRemoteModel(name: "unwanted-there") }',
    variables: async () => {
      await ask(ADD_REMOTE, { name: 'unwanted-there' });
      return {};
    },
    action: 'model.remote-removed',
    target: 'unwanted-there',
  },
  'Mutation.unloadModel': {
    document: 'mutation { unloadModel(name: "starter") { name } }',
    variables: () => ({}),
    action: 'model.unloaded',
    target: 'starter',
  },
};

const asksToManage = ({ name, arguments: given = [] }: ConstDirectiveNode): boolean =>
  name.value === 'requiresScopes' &&
  given.some(({ value }) =>
    z
      .array(z.array(z.string()))
      .parse(valueFromASTUntyped(value))
      .some((scopes) => scopes.some(isManaging)),
  );

const managingMutations = (): string[] =>
  SUBGRAPHS.flatMap((name) => {
    const { definitions } = parse(readFileSync(join(import.meta.dirname, `../../schemas/${name}.graphql`), 'utf8'));
    return definitions.flatMap((node) =>
      node.kind === Kind.OBJECT_TYPE_DEFINITION && node.name.value === 'Mutation'
        ? (node.fields ?? [])
            .filter(({ directives = [] }) => directives.some(asksToManage))
            .map((field) => `Mutation.${field.name.value}`)
        : [],
    );
  });

describe('what an admin does', () => {
  test('is known here, mutation by mutation', () => {
    expect(Object.keys(MANAGED).toSorted()).toEqual(managingMutations().toSorted());
  });

  test.each(Object.entries(MANAGED))('%s leaves its row', async (_, { document, variables, action, target }) => {
    const somebody = await person();
    const given = await variables(somebody);
    const [last] = await log({ first: 1 });
    const answer = await ask(document, given);
    const [event] = await log({ filter: { action }, first: 1 });
    expect(Number(event?.id)).toBeGreaterThan(Number(last?.id));
    expect(event).toMatchObject({
      action,
      actorEmail: studio.admin.email,
      actorCredential: 'session',
      address: '127.0.0.1',
      requestId: expect.stringMatching(/./),
    });
    const made = action === 'user.created' ? z.object({ id: z.string() }).parse(answer).id : somebody.id;
    expect(event?.targetId).toBe(target === undefined ? made : target);
  });

  test('leaves nothing when it fails', async () => {
    const [last] = await log({ first: 1 });
    const duplicate = { input: { email: studio.admin.email, password: PASSWORD } };
    const create = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }';
    expect(await refusalOf(create, duplicate)).toBe('CONFLICT');
    expect(await log({ first: 1 })).toEqual([last]);
  });
});

describe('security events', () => {
  const LOGIN =
    'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken refreshToken } }';
  const signIn = (email: string, password: string) => studio.graphql(LOGIN, { variables: { email, password } });

  test('tell of sign-ins, and keep neither what was typed as e-mail address nor a password', async () => {
    const { id, email } = await person();
    await signIn(email, PASSWORD);
    await signIn(email, 'not the password of this account');
    await signIn('typed-into-the-wrong-field', PASSWORD);
    const [unknown, wrong, good] = await log({ first: 3 });
    expect(good).toMatchObject({ action: 'sign-in.succeeded', actorId: id, actorEmail: email, targetId: id });
    expect(wrong).toMatchObject({
      action: 'sign-in.failed',
      actorId: null,
      actorCredential: 'none',
      targetId: id,
      details: { reason: 'wrong password' },
    });
    expect(unknown).toMatchObject({ action: 'sign-in.failed', targetId: null, details: { reason: 'unknown account' } });
    const kept = JSON.stringify(await studio.database.sql('select * from audit.events'));
    for (const typed of ['typed-into-the-wrong-field', 'not the password', PASSWORD, email]) {
      expect(kept).not.toContain(typed);
    }
  });

  test('tell of sessions that all end, and of a changed password', async () => {
    const { id, email } = await person();
    const token = await studio.login(email, PASSWORD);
    const change = 'mutation ($current: String!, $next: String!) { changePassword(current: $current, next: $next) }';
    await ask(change, { current: PASSWORD, next: 'another long enough password' }, token);
    await ask('mutation { logoutEverywhere }', {}, token);
    const events = await log({ filter: { actorId: id }, first: 2 });
    expect(events.map(({ action }) => action)).toEqual(['sessions.ended', 'password.changed']);
  });

  test('tell of a refresh token that somebody else has used', async () => {
    const { id, email } = await person();
    const { body } = await signIn(email, PASSWORD);
    const { refreshToken } = z.object({ login: z.object({ refreshToken: z.string() }) }).parse(body.data).login;
    const refresh = () =>
      studio.graphql('mutation ($token: String!) { refreshSession(refreshToken: $token) { accessToken } }', {
        variables: { token: refreshToken },
      });
    await refresh();
    await studio.database.sql("update users.refresh_tokens set used_at = used_at - interval '1 minute'");
    await refresh();
    const [event] = await log({ first: 1 });
    expect(event).toMatchObject({ action: 'refresh-token.reused', actorId: null, targetId: id });
  });

  test('tell of who was refused what is for managing', async () => {
    const { id, email } = await person();
    const token = await studio.login(email, PASSWORD);
    const refused = { action: 'access.refused', actorId: id };
    expect(await refusalOf(LOG, {}, token)).toBe('FORBIDDEN');
    await expect
      .poll(() => log({ filter: refused }))
      .toMatchObject([{ targetKind: 'field', targetId: 'Query.auditLog' }]);
    expect(await refusalOf('mutation { unloadModel(name: "starter") { name } }', {}, token)).toBe('FORBIDDEN');
    await expect.poll(() => log({ filter: { ...refused, targetId: 'Mutation.unloadModel' } })).toHaveLength(1);
    // What is open to the role, but not to this caller, is no attempt to manage.
    expect(await refusalOf('{ me { email } models { name } }', {}, token)).toBeUndefined();
    expect(await log({ filter: refused })).toHaveLength(2);
  });
});

describe('the log', () => {
  test('is read page by page, by whoever may', async () => {
    const { id } = await person();
    for (const tokens of [1, 2, 3, 4]) {
      await ask('mutation ($id: ID!, $tokens: Int) { setMonthlyLimit(userId: $id, tokens: $tokens) { id } }', {
        id,
        tokens,
      });
    }
    const filter = { targetId: id, action: 'monthly-limit.set' };
    const first = await log({ filter, first: 3 });
    const rest = await log({ filter, first: 3, before: first.at(-1)?.id });
    expect([...first, ...rest].map(({ details }) => details['tokens'])).toEqual([4, 3, 2, 1]);
  });

  test.each([{ first: 0 }, { first: 501 }, { before: 'x' }, { before: '9'.repeat(30) }, { filter: { actorId: 'x' } }])(
    'refuses %j',
    async (variables) => {
      expect(await refusalOf(LOG, variables)).toBe('BAD_USER_INPUT');
    },
  );
});

describe('a stream', () => {
  const follow = (token: string, variables: Record<string, unknown>) => {
    const client = createClient({
      url: `${studio.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
      retryAttempts: 0,
    });
    clients.push(client);
    return client.iterate({ query: FOLLOW, variables });
  };
  const next = async (stream: ReturnType<typeof follow>): Promise<AuditEvent> => {
    const { value } = await stream.next();
    return z.object({ data: z.object({ auditEvents: AuditEvent }) }).parse(value).data.auditEvents;
  };

  test('tells of what happens, and goes on where it was left', async () => {
    const { id } = await person();
    const limit = (tokens: number) =>
      ask('mutation ($id: ID!, $tokens: Int) { setMonthlyLimit(userId: $id, tokens: $tokens) { id } }', { id, tokens });
    const filter = { targetId: id };
    const [created] = await log({ filter });
    const stream = follow(admin, { filter, after: created?.id });
    await limit(1);
    const first = await next(stream);
    expect(first).toMatchObject({ action: 'monthly-limit.set', details: { tokens: 1 } });
    await stream.return?.(undefined);
    await limit(2);
    await limit(3);
    const again = follow(admin, { filter, after: first.id });
    expect((await next(again)).details).toEqual({ tokens: 2 });
    expect((await next(again)).details).toEqual({ tokens: 3 });
    await again.return?.(undefined);
  });

  /** The first events that a client hears over server-sent events, after which it is gone. */
  const hear = async (most: number, variables: Record<string, unknown>): Promise<AuditEvent[]> => {
    const response = await fetch(`${studio.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${admin}`,
      },
      body: JSON.stringify({ query: FOLLOW, variables }),
    });
    if (!response.body) throw new Error('there is no stream');
    const decoder = new TextDecoder();
    const events: AuditEvent[] = [];
    let rest = '';
    for await (const bytes of response.body) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (!line.startsWith('data: {')) continue;
        const message: unknown = JSON.parse(line.slice('data: '.length));
        events.push(z.object({ data: z.object({ auditEvents: AuditEvent }) }).parse(message).data.auditEvents);
        // Whoever leaves the loop hangs up.
        if (events.length === most) return events;
      }
    }
    return events;
  };
  const readSome = async (most: number, variables: Record<string, unknown>): Promise<AuditEvent[]> => {
    const stream = follow(admin, variables);
    const events: AuditEvent[] = [];
    while (events.length < most) events.push(await next(stream));
    await stream.return?.(undefined);
    return events;
  };

  test.each([
    ['WebSocket', readSome],
    ['server-sent events', hear],
  ])('that breaks off again and again over %s misses nothing and repeats nothing', async (_, read) => {
    const { id } = await person();
    const filter = { targetId: id, action: 'monthly-limit.set' };
    const start = (await log({ filter: { targetId: id } }))[0]?.id;
    const limits = Array.from({ length: 30 }, (__, index) => index + 1);
    // Written by five at the same time, while the log is read: ids are given in another order than they are committed.
    const writing = Promise.all(
      [0, 1, 2, 3, 4].map(async (writer) => {
        for (const tokens of limits.filter((limit) => limit % 5 === writer)) {
          await ask('mutation ($id: ID!, $tokens: Int) { setMonthlyLimit(userId: $id, tokens: $tokens) { id } }', {
            id,
            tokens,
          });
        }
      }),
    );
    const heard: AuditEvent[] = [];
    while (heard.length < limits.length) {
      const most = Math.min(7, limits.length - heard.length);
      heard.push(...(await read(most, { filter, after: heard.at(-1)?.id ?? start })));
    }
    await writing;
    expect(heard.map(({ details }) => details['tokens']).toSorted((a, b) => Number(a) - Number(b))).toEqual(limits);
    expect(heard).toEqual((await log({ filter })).toReversed());
  });

  test('is closed to whoever may not read the log', async () => {
    const { email } = await person();
    const stream = follow(await studio.login(email, PASSWORD), {});
    expect((await stream.next()).value).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  });
});
