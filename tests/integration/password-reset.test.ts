import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readConfig } from '#mesh/config.ts';
import type { Caller } from '#mesh/identity.ts';
import { createLog } from '#mesh/log.ts';
import type { Subgraph } from '#mesh/service.ts';
import { startUsers } from '#subgraphs/users/server.ts';
import { askSubgraph, codeOf, someone, type Answer } from '#tests/harness/caller.ts';
import { freshDatabase, type TestDatabase } from '#tests/harness/database.ts';

const PASSWORD = 'a long enough password';
const NEXT = 'another long password';
const LOGIN = `mutation ($email: String!, $password: String!) {
  login(email: $email, password: $password) { refreshToken }
}`;
const REQUEST = 'mutation ($email: String!) { requestPasswordReset(email: $email) }';
const LINK = 'mutation ($userId: ID!) { createPasswordResetLink(userId: $userId) { url token expiresAt } }';
const RESET = 'mutation ($token: String!, $password: String!) { resetPassword(token: $token, password: $password) }';
const Link = z.object({
  createPasswordResetLink: z.object({ url: z.string(), token: z.string(), expiresAt: z.iso.datetime() }),
});

/** A real SMTP server that asks for a password and keeps what it is given. */
const startMailbox = async () => {
  const mails: { readonly to: readonly string[]; readonly text: string; readonly user: string | undefined }[] = [];
  let arrived = (): void => {};
  const server = new SMTPServer({
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      done(null, username === 'studio' && password === 'hidden' ? { user: username } : undefined),
    onData: (stream, { envelope, user }, done) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        // The link is longer than a line of a mail may be.
        const text = Buffer.concat(parts).toString().replaceAll('=\r\n', '').replaceAll('=3D', '=');
        mails.push({ to: envelope.rcptTo.map(({ address }) => address), text, user });
        done();
        arrived();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const address = z.object({ port: z.number() }).parse(server.server.address());
  return {
    port: address.port,
    to: (email: string) => mails.filter(({ to }) => to.includes(email)),
    /** Resolves when there are so many mails for somebody. */
    received: async (email: string, count: number): Promise<void> => {
      while (mails.filter(({ to }) => to.includes(email)).length < count) {
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
    },
    close: () => new Promise<void>((resolve) => server.close(resolve)),
  };
};

let database: TestDatabase;
let mailbox: Awaited<ReturnType<typeof startMailbox>>;
let users: Subgraph;
let admin: Caller;

const startService = (env: NodeJS.ProcessEnv): Promise<Subgraph> =>
  startUsers({
    config: readConfig(env, '/nowhere'),
    databaseUrl: database.url,
    secret: database.secret,
    log: createLog('test', 'silent'),
    passwordCost: 4,
  });

const mailing = (port: number): NodeJS.ProcessEnv => ({
  SMTP_URL: `smtp://studio:hidden@127.0.0.1:${port}`,
  SMTP_FROM: 'CyberDevStudio <studio@example.org>',
  DEVSTUDIO_PUBLIC_URL: 'https://studio.example.org',
});

beforeAll(async () => {
  database = await freshDatabase();
  mailbox = await startMailbox();
  users = await startService(mailing(mailbox.port));
  const [row] = await database.sql(
    "insert into users.accounts (email, password_hash, role) values ('admin@devstudio.test', '-', 'ADMIN') returning id",
  );
  admin = someone('ADMIN', { userId: z.object({ id: z.string() }).parse(row).id });
});

afterAll(async () => {
  await users.stop();
  await mailbox.close();
  await database.drop();
});

const ask = (query: string, variables: Record<string, unknown>, caller: Caller | null = null): Promise<Answer> =>
  askSubgraph(users, database.secret, caller, query, variables);
const login = (email: string, password: string): Promise<Answer> => ask(LOGIN, { email, password });
const reset = (token: string, password: string = NEXT): Promise<Answer> => ask(RESET, { token, password });

const member = async (): Promise<{ readonly id: string; readonly email: string }> => {
  const email = `${randomUUID()}@devstudio.test`;
  const { data } = await ask(
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { id email } }',
    { input: { email, password: PASSWORD } },
    admin,
  );
  return z.object({ createUser: z.object({ id: z.string(), email: z.string() }) }).parse(data).createUser;
};
const link = async (userId: string) => Link.parse((await ask(LINK, { userId }, admin)).data).createPasswordResetLink;

/** The token of the newest mail to somebody. */
const mailedToken = (email: string): string =>
  /https:\/\/studio\.example\.org\/#\/reset\?token=([\w-]{43})/.exec(mailbox.to(email).at(-1)?.text ?? '')?.[1] ?? '';

const audited = async (id: string): Promise<readonly unknown[]> =>
  (await database.sql('select action from audit.events where target_id = $1 order by id', [id])).map(
    ({ action }) => action,
  );

describe('a mailed link', () => {
  test('sets a new password once, and ends all sessions', async () => {
    const { id, email } = await member();
    const { data } = await login(email, PASSWORD);
    const { login: session } = z.object({ login: z.object({ refreshToken: z.string() }) }).parse(data);
    expect((await ask(REQUEST, { email: email.toUpperCase() })).data).toEqual({ requestPasswordReset: true });
    await mailbox.received(email, 1);
    expect(mailbox.to(email)[0]).toMatchObject({ to: [email], user: 'studio' });
    expect((await reset(mailedToken(email))).data).toEqual({ resetPassword: true });
    expect(codeOf(await login(email, PASSWORD))).toBe('UNAUTHENTICATED');
    expect(codeOf(await login(email, NEXT))).toBeUndefined();
    const refreshed = await ask('mutation ($t: String!) { refreshSession(refreshToken: $t) { expiresAt } }', {
      t: session.refreshToken,
    });
    expect(codeOf(refreshed)).toBe('UNAUTHENTICATED');
    expect(codeOf(await reset(mailedToken(email), 'a third long password'))).toBe('BAD_USER_INPUT');
    expect(await audited(id)).toEqual(expect.arrayContaining(['password.reset-requested', 'password.reset']));
  });

  test('is sent three times an hour at most, and no newer one voids it', async () => {
    const { id, email } = await member();
    for (let count = 1; count <= 3; count += 1) {
      await ask(REQUEST, { email });
      await mailbox.received(email, count);
    }
    const tokens = mailbox.to(email).map(({ text }) => /token=([\w-]{43})/.exec(text)?.[1] ?? '');
    expect((await ask(REQUEST, { email })).data).toEqual({ requestPasswordReset: true });
    // The next one of the queue is somebody else's: when it has come, the fourth was dropped.
    const other = await member();
    for (let lane = 1; lane <= 3; lane += 1) {
      await ask(REQUEST, { email: other.email });
      await mailbox.received(other.email, lane);
    }
    expect(mailbox.to(email)).toHaveLength(3);
    const [first = '', second = '', third = ''] = tokens;
    await database.sql(
      "update users.password_resets set created_at = created_at - interval '1 hour' where user_id = $1",
      [id],
    );
    expect(codeOf(await reset(first))).toBeUndefined();
    expect(codeOf(await reset(second))).toBe('BAD_USER_INPUT');
    expect(codeOf(await reset(third))).toBe('BAD_USER_INPUT');
  });

  test('is sent to nobody who has no account, or may not sign in, with the same answer', async () => {
    const suspended = await member();
    await database.sql("update users.accounts set status = 'SUSPENDED' where id = $1", [suspended.id]);
    for (const email of [suspended.email, 'nobody@devstudio.test', "' or true --", 'a\r\nb@x.org', '']) {
      expect(await ask(REQUEST, { email })).toEqual({ data: { requestPasswordReset: true } });
    }
    const { email } = await member();
    await ask(REQUEST, { email });
    await mailbox.received(email, 1);
    expect(mailbox.to(suspended.email)).toEqual([]);
    expect(mailbox.to('nobody@devstudio.test')).toEqual([]);
    expect(codeOf(await ask(REQUEST, { email: 'a'.repeat(255) }))).toBe('BAD_USER_INPUT');
  });
});

describe('a link of an admin', () => {
  test('is good for half an hour and points to the public address', async () => {
    const { id, email } = await member();
    const { url, token } = await link(id);
    expect(url).toBe(`https://studio.example.org/#/reset?token=${token}`);
    await database.sql(
      "update users.password_resets set expires_at = expires_at - interval '30 minutes' where user_id = $1",
      [id],
    );
    expect(codeOf(await reset(token))).toBe('BAD_USER_INPUT');
    expect(codeOf(await login(email, PASSWORD))).toBeUndefined();
  });

  test('stays good when others are made, by a stranger’s request too, and its use ends those of the same user', async () => {
    const [one, other] = [await member(), await member()];
    const [old, kept, fresh] = [await link(one.id), await link(other.id), await link(one.id)];
    await ask(REQUEST, { email: one.email });
    expect(codeOf(await reset(old.token))).toBeUndefined();
    expect(codeOf(await reset(fresh.token))).toBe('BAD_USER_INPUT');
    expect(codeOf(await reset(kept.token))).toBeUndefined();
  });

  test('does not survive a suspension', async () => {
    const { id } = await member();
    const { token } = await link(id);
    for (const status of ['SUSPENDED', 'ACTIVE']) {
      const { data } = await ask(
        'mutation ($id: ID!, $status: UserStatus!) { setUserStatus(id: $id, status: $status) { status } }',
        { id, status },
        admin,
      );
      expect(data).toEqual({ setUserStatus: { status } });
    }
    expect(codeOf(await reset(token))).toBe('BAD_USER_INPUT');
  });

  test('ends when the user changes the password meanwhile', async () => {
    const { id, email } = await member();
    const { token } = await link(id);
    const change = 'mutation ($c: String!, $n: String!) { changePassword(current: $c, next: $n) }';
    const answer = await ask(change, { c: PASSWORD, n: NEXT }, someone('DEVELOPER', { userId: id, email }));
    expect(answer.data).toEqual({ changePassword: true });
    expect(codeOf(await reset(token, 'a third long password'))).toBe('BAD_USER_INPUT');
  });

  test('used twenty times at once sets one password', async () => {
    const { id, email } = await member();
    const { token } = await link(id);
    const attempts = Array.from({ length: 20 }, (_, index) => `a long password ${index}`);
    const answers = await Promise.all(attempts.map((password) => reset(token, password)));
    const won = attempts.filter((_, index) => codeOf(answers[index] ?? {}) === undefined);
    expect(won).toHaveLength(1);
    expect(codeOf(await login(email, won[0] ?? ''))).toBeUndefined();
  });

  test('is not spent by a password that is too short', async () => {
    const { id } = await member();
    const { token } = await link(id);
    expect((await reset(token, 'short')).errors?.[0]?.extensions).toMatchObject({ argument: 'password' });
    expect(codeOf(await reset(token))).toBeUndefined();
  });

  test('does nothing for a user who is suspended meanwhile', async () => {
    const { id } = await member();
    const { token } = await link(id);
    await database.sql("update users.accounts set status = 'SUSPENDED' where id = $1", [id]);
    expect(codeOf(await reset(token))).toBe('BAD_USER_INPUT');
    expect(codeOf(await ask(LINK, { userId: id }, admin))).toBe('NOT_FOUND');
  });

  test('leaves a second factor as it is', async () => {
    const { id } = await member();
    await database.sql("insert into users.second_factors (user_id, secret, confirmed_at) values ($1, '\\x00', now())", [
      id,
    ]);
    const { token } = await link(id);
    expect(codeOf(await reset(token))).toBeUndefined();
    expect(await database.sql('select 1 as there from users.second_factors where user_id = $1', [id])).toEqual([
      { there: 1 },
    ]);
  });

  test('is stored as its hash alone', async () => {
    const { id } = await member();
    const { token } = await link(id);
    const [row] = await database.sql('select r::text as text from users.password_resets r where user_id = $1', [id]);
    const { text } = z.object({ text: z.string() }).parse(row);
    expect(text).not.toContain(token);
    expect(text).not.toContain(Buffer.from(token).toString('hex'));
  });

  test('is for users that exist', async () => {
    expect(codeOf(await ask(LINK, { userId: randomUUID() }, admin))).toBe('NOT_FOUND');
    expect(codeOf(await ask(LINK, { userId: "' or true --" }, admin))).toBe('NOT_FOUND');
  });
});

test.each(['', 'x', 'A'.repeat(43), `${'A'.repeat(42)}\u0000`, "' or true --", 'A'.repeat(129)])(
  'the token %j, which was never made, sets no password',
  async (token) => {
    expect((await reset(token)).errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'token' });
  },
);

test('a mail server that refuses is known to the log alone, and what it logs holds no token and no password', async () => {
  const lines: string[] = [];
  const { email } = await member();
  let failed = (): void => {};
  const failure = new Promise<void>((resolve) => {
    failed = resolve;
  });
  const log = createLog('test', 'warn', {
    write: (line: string) => {
      lines.push(line);
      failed();
    },
  });
  const service = await startUsers({
    config: readConfig(
      { ...mailing(mailbox.port), SMTP_URL: `smtp://studio:not-it@127.0.0.1:${mailbox.port}` },
      '/nowhere',
    ),
    databaseUrl: database.url,
    secret: database.secret,
    log,
    passwordCost: 4,
  });
  try {
    expect(await askSubgraph(service, database.secret, null, REQUEST, { email })).toEqual({
      data: { requestPasswordReset: true },
    });
    await failure;
  } finally {
    await service.stop();
  }
  expect(lines.join('')).toContain('was not mailed');
  expect(lines.join('')).not.toMatch(/not-it|token=/);
});

test('whether links are mailed here is for everybody to know', async () => {
  const options = '{ signInOptions { passwordResetByMail } }';
  expect((await ask(options, {})).data).toEqual({ signInOptions: { passwordResetByMail: true } });
  const silent = await startService({});
  try {
    const { email } = await member();
    expect((await askSubgraph(silent, database.secret, null, options)).data).toEqual({
      signInOptions: { passwordResetByMail: false },
    });
    const answer = await askSubgraph(silent, database.secret, null, REQUEST, { email });
    expect(answer).toEqual({ data: { requestPasswordReset: true } });
    expect(mailbox.to(email)).toEqual([]);
  } finally {
    await silent.stop();
  }
});
