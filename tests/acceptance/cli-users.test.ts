import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { install, runDevstudio, type Installation } from '#tests/harness/installation.ts';

const PASSWORD = 'a password from a pipe';
const ADA = 'ada@devstudio.test';

let studio: Installation;
let scratch: string;

beforeAll(async () => {
  studio = await install();
  scratch = await mkdtemp(join(tmpdir(), 'devstudio-cli-'));
});
afterAll(async () => {
  await studio.remove();
  await rm(scratch, { recursive: true, force: true });
});

/** Runs a command on the installation; it must end with this code. */
const devstudio = async (args: readonly string[], { input = '', code = 0 } = {}): Promise<string> => {
  const ended = await runDevstudio(args, studio.env, input);
  expect(ended, args.join(' ')).toMatchObject({ code });
  if (code !== 0) expect(ended.stderr).toMatch(/^devstudio: [^\n]+\n$/);
  return code === 0 ? ended.stdout : ended.stderr;
};

const graphql = async (query: string, token?: string): Promise<Record<string, unknown>> => {
  const response = await fetch(`${studio.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
  });
  return z.record(z.string(), z.unknown()).parse(await response.json());
};
const Login = z.object({ data: z.object({ login: z.object({ accessToken: z.string() }) }) });
/** The access token of somebody who signs in; null when that is refused. */
const signIn = async (email: string, password: string): Promise<string | null> => {
  const answer = Login.safeParse(
    await graphql(`mutation { login(email: "${email}", password: "${password}") { accessToken } }`),
  );
  return answer.success ? answer.data.data.login.accessToken : null;
};
const madeIn = (output: string): string => /^Password: (\S+)$/m.exec(output)?.[1] ?? '';
const present = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

describe('while the studio runs, the operator', () => {
  test('adds an account with a password from a pipe, which then signs in', async () => {
    const output = await devstudio(['user', 'add', ADA, '--tokens', '500', '--password-stdin'], {
      input: `${PASSWORD}\n`,
    });
    expect(output).not.toContain(PASSWORD);
    const token = await signIn(ADA, PASSWORD);
    expect(await graphql('{ me { email role balance { available } } }', token ?? '')).toEqual({
      data: { me: { email: ADA, role: 'DEVELOPER', balance: { available: 500 } } },
    });
  });

  test('suspends it, which ends its sessions, and lets it in again', async () => {
    const token = await signIn(ADA, PASSWORD);
    await devstudio(['user', 'suspend', ADA]);
    expect(await graphql('{ me { id } }', token ?? '')).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
    await devstudio(['user', 'activate', ADA]);
    expect(await signIn(ADA, PASSWORD)).toBeTypeOf('string');
  });

  test('changes its role and grants it tokens', async () => {
    await devstudio(['user', 'role', ADA, 'viewer']);
    await devstudio(['user', 'grant', ADA, '250', '--reason', 'a gift']);
    const listed = z
      .array(z.object({ email: z.string(), role: z.string(), tokens: z.number() }))
      .parse(JSON.parse(await devstudio(['user', 'list', '--json'])));
    expect(listed).toContainEqual({ email: ADA, role: 'VIEWER', tokens: 750 });
    await devstudio(['user', 'role', ADA, 'DEVELOPER']);
  });

  test('changes its password, which voids a reset link that is on its way', async () => {
    const admin = (await signIn(studio.admin.email, studio.admin.password)) ?? '';
    const { data } = await graphql(
      `
        {
          users {
            id
            email
          }
        }
      `,
      admin,
    );
    const { users } = z.object({ users: z.array(z.object({ id: z.string(), email: z.string() })) }).parse(data);
    const id = users.find(({ email }) => email === ADA)?.id ?? '';
    const link = await graphql(`mutation { createPasswordResetLink(userId: "${id}") { token } }`, admin);
    const { token } = z
      .object({ data: z.object({ createPasswordResetLink: z.object({ token: z.string() }) }) })
      .parse(link).data.createPasswordResetLink;
    await devstudio(['user', 'passwd', ADA, '--password-stdin'], { input: PASSWORD });
    const answer = await graphql(`mutation { resetPassword(token: "${token}", password: "another long one") }`);
    expect(answer).toHaveProperty('errors');
    expect(await signIn(ADA, PASSWORD)).toBeTypeOf('string');
  });

  test('takes a second factor away that was lost', async () => {
    expect(await devstudio(['user', 'reset-totp', ADA])).toContain('without a second factor');
    expect(await signIn(ADA, PASSWORD)).toBeTypeOf('string');
  });

  test('makes a key with just the scopes that it names', async () => {
    const made = await devstudio(['key', 'add', ADA, '--name', 'reads', '--scopes', 'models:read']);
    const secret = /^Secret: (cds_\S+)$/m.exec(made)?.[1] ?? '';
    expect(await graphql('{ models { name } }', secret)).not.toHaveProperty('errors');
    expect(await graphql('{ projects { id } }', secret)).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
    expect(await devstudio(['key', 'add', '--help'])).toContain('--scopes');
  });

  test('makes a key that is in force at once, and revokes it', async () => {
    const made = await devstudio(['key', 'add', ADA, '--name', 'laptop', '--tokens', '100', '--rpm', '10']);
    const secret = /^Secret: (cds_\S+)$/m.exec(made)?.[1] ?? '';
    const id = /^Made the key (\S+)/.exec(made)?.[1] ?? '';
    expect(await graphql('{ me { email } }', secret)).toEqual({ data: { me: { email: ADA } } });
    const listed = await devstudio(['key', 'list', ADA]);
    expect(listed).toContain(id);
    expect(listed).not.toContain(secret);
    await devstudio(['key', 'revoke', id]);
    expect(await graphql('{ me { email } }', secret)).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  test('hands out all that is kept about a person, and overwrites no file', async () => {
    const token = (await signIn(ADA, PASSWORD)) ?? '';
    await graphql('mutation { writeFile(input: { path: "a.txt", content: "mine" }) { path } }', token);
    await graphql('mutation { createConversation(title: "plans") { id } }', token);
    await graphql(
      'mutation { chat(input: { model: "starter", messages: [{ role: USER, content: "Hi" }], maxTokens: 2 }) { requestId } }',
      token,
    );
    // The log of requests is written a moment later.
    await expect
      .poll(() => graphql('{ requestLog { modelName } }', token))
      .toEqual({ data: { requestLog: [{ modelName: 'starter' }] } });
    const out = join(scratch, 'ada.json');
    await devstudio(['user', 'export', ADA, '--out', out]);
    const text = await readFile(out, 'utf8');
    expect(JSON.parse(text)).toMatchObject({
      account: { account: { email: ADA } },
      ledger: expect.arrayContaining([expect.objectContaining({ kind: 'GRANT', tokens: '250' })]),
      projects: [{ kind: 'project' }, { kind: 'file', path: 'a.txt', content: 'mine' }],
      conversations: [{ kind: 'conversation', title: 'plans' }],
      requests: [{ model: 'starter', kind: 'CHAT', outcome: 'COMPLETED', completionTokens: 2 }],
    });
    expect(await devstudio(['user', 'export', ADA, '--out', out], { code: 1 })).toContain('choose a new file');
    expect(await readFile(out, 'utf8')).toBe(text);
    expect(JSON.parse(await devstudio(['user', 'export', ADA]))).toMatchObject({
      account: { account: { email: ADA } },
    });
  });

  test('erases a person from every service', async () => {
    expect(await devstudio(['user', 'erase', ADA], { code: 2 })).toContain('--yes');
    const account = async () => (await devstudio(['user', 'list'])).includes(ADA);
    expect(await account()).toBe(true);
    await devstudio(['user', 'erase', ADA, '--yes']);
    expect(await signIn(ADA, PASSWORD)).toBeNull();
    expect(await account()).toBe(false);
  });

  test.each([
    ['an unknown account', ['user', 'passwd', 'nobody@devstudio.test'], 1, 'There is no account'],
    ['the last admin', ['user', 'suspend', 'admin@devstudio.test'], 1, 'last active admin'],
    ['an account that is there', ['user', 'add', 'admin@devstudio.test'], 1, 'already'],
    ['no e-mail address', ['user', 'add', 'nobody'], 2, 'email must be an e-mail address'],
    ['a wrong role', ['user', 'add', 'x@devstudio.test', '--role', 'king'], 2, 'no role'],
    ['a wrong number', ['user', 'grant', 'admin@devstudio.test', '-5'], 2, 'Unknown option'],
    [
      'more tokens than a balance holds',
      ['user', 'add', 'x@devstudio.test', '--tokens', '2147483648'],
      2,
      'from 0 to 2147483647',
    ],
    ['a grant that no balance holds', ['user', 'grant', 'admin@devstudio.test', '2147483647'], 2, 'beyond 2147483647'],
    ['a key that is none', ['key', 'revoke', "' or true --"], 1, 'no such API key'],
    [
      'a password among the arguments',
      ['user', 'passwd', 'admin@devstudio.test', 'hunter2hunter2'],
      2,
      'unexpected argument',
    ],
    ['an unknown task', ['user', 'destroy'], 2, 'user knows'],
  ])('is refused %s, in one line', async (_what, args, code, said) => {
    expect(await devstudio(args, { code })).toContain(said);
  });
});

describe('while the studio is stopped, the operator', () => {
  beforeAll(async () => {
    await studio.end();
  });

  test('mends a lost password of the first admin, and leaves nothing running', async () => {
    const password = madeIn(await devstudio(['user', 'passwd', studio.admin.email]));
    expect(password).toHaveLength(27);
    expect(await present(join(studio.home, 'postgres/pg18/postmaster.pid'))).toBe(false);
    const again = await install({ home: studio.home, env: studio.env });
    studio = { ...again, admin: { ...again.admin, password } };
    expect(await signIn(studio.admin.email, password)).toBeTypeOf('string');
    expect(await signIn(studio.admin.email, PASSWORD)).toBeNull();
  });

  test('is told so where there is no studio at all, and nothing is made there', async () => {
    const home = join(scratch, 'nowhere');
    const ended = await runDevstudio(['user', 'list'], { ...studio.env, DEVSTUDIO_HOME: home });
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no studio in') });
    expect(await present(home)).toBe(false);
  });
});
