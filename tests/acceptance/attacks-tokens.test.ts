import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  type KeyObject,
} from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { CompactSign, decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { unseal } from '#mesh/sealed.ts';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';
import { insertUser } from '#tests/harness/users.ts';
import { stateOf } from './state.ts';

type Json = Readonly<Record<string, unknown>>;

const Ed25519Jwk = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), d: z.string() });
const PASSWORD = 'a password for tests';
const TEN_YEARS = 10 * 365 * 86_400;

let studio: TestStudio;
/** A developer's, issued by the studio, and what it says. */
let genuine: string;
let claims: Json;
/** The studio's own signing key. No attacker has it: with it each test differs from a genuine token in one thing. */
let key: KeyObject;
let kid: string;
let adminId: string;
const attacker = generateKeyPairSync('ed25519');

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const header = (changes: Json = {}): Json => ({ alg: 'EdDSA', kid, typ: 'at+jwt', ...changes });
const part = (token: string, index: number): string => token.split('.')[index] ?? '';

/** Signs whatever it is given; a value that is undefined is left out. */
const sign = async (payload: Json, changes: Json = {}, by = key): Promise<string> => {
  const body = new TextEncoder().encode(JSON.stringify(payload));
  const { alg: _, ...rest } = header(changes);
  return new CompactSign(body).setProtectedHeader({ alg: 'EdDSA', ...rest }).sign(by);
};

const hmac = (secret: string | Buffer): string => {
  const text = `${encode(header({ alg: 'HS256' }))}.${encode(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
};
const publicKey = (): KeyObject => createPublicKey(key);

/** The genuine token with other claims under the old signature. */
const tampered = (changes: Json): string =>
  [part(genuine, 0), encode({ ...claims, ...changes }), part(genuine, 2)].join('.');

const ask = async (token: string, path: string, body: unknown) => {
  const response = await fetch(`${studio.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
};

const REFUSED = { answers: ['401 UNAUTHENTICATED', '401 UNAUTHENTICATED'], changed: false };

/** Tries the token at both doors; answers what they said, and whether anything was written. */
const attempt = async (token: string) => {
  const before = await stateOf(studio.database);
  const answers = [
    await ask(token, '/graphql', { query: 'mutation { createProject(name: "forged") { id } }' }),
    await ask(token, '/rpc/llm.list_models', {}),
  ].map(({ status, text }) => `${status} ${/UNAUTHENTICATED/u.exec(text)?.[0] ?? text}`);
  return { answers, changed: !isDeepStrictEqual(await stateOf(studio.database), before) };
};

beforeAll(async () => {
  studio = await startStudio();
  const { database, admin } = studio;
  const token = await studio.login();
  await studio.graphql('mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }', {
    variables: { input: { email: 'dev@devstudio.test', password: PASSWORD } },
    token,
  });
  genuine = await studio.login('dev@devstudio.test', PASSWORD);
  claims = decodeJwt(genuine);
  const [row] = await database.sql("select kid, private_jwk from users.signing_keys where state = 'active'");
  const sealed = z.object({ kid: z.string(), private_jwk: z.instanceof(Buffer) }).parse(row);
  ({ kid } = sealed);
  const jwk = Ed25519Jwk.parse(JSON.parse(unseal(database.secret('signing-keys'), kid, sealed.private_jwk)));
  key = createPrivateKey({ key: jwk, format: 'jwk' });
  const [found] = await database.sql('select id from users.accounts where email = $1', [admin.email]);
  adminId = z.uuid().parse(found?.['id']);
});

afterAll(() => studio.stop());

test('what these tests sign is good where it is not forged', async () => {
  const { status } = await ask(await sign(claims), '/graphql', { query: '{ me { id } }' });
  expect(status).toBe(200);
});

describe('a forged token is refused and changes nothing:', () => {
  const forgeries: Readonly<Record<string, () => string | Promise<string>>> = {
    'alg none': () => `${encode(header({ alg: 'none' }))}.${encode(claims)}.`,
    'alg None': () => `${encode(header({ alg: 'None' }))}.${encode(claims)}.`,
    'alg nOnE, the old signature': () => `${encode(header({ alg: 'nOnE' }))}.${encode(claims)}.${part(genuine, 2)}`,
    'alg none without a third part': () => `${encode(header({ alg: 'none' }))}.${encode(claims)}`,
    'HS256 with the public key as PEM': () => hmac(publicKey().export({ type: 'spki', format: 'pem' })),
    'HS256 with the public key as JWK': () => hmac(JSON.stringify(publicKey().export({ format: 'jwk' }))),
    'HS256 with the public key’s bytes': () =>
      hmac(Buffer.from(z.string().parse(publicKey().export({ format: 'jwk' }).x), 'base64url')),
    'HS256 with an empty key': () => hmac(''),
    'a role that was raised': () => tampered({ role: 'ADMIN' }),
    'another subject': () => tampered({ sub: adminId }),
    'another session': () => tampered({ sid: randomUUID() }),
    'an end in ten years': () => tampered({ exp: Math.floor(Date.now() / 1_000) + TEN_YEARS }),
    'an end that is a text': () => sign({ ...claims, exp: '9999999999' }),
    'no signature': () => `${part(genuine, 0)}.${part(genuine, 1)}.`,
    'a signature of zeros': () => `${part(genuine, 0)}.${part(genuine, 1)}.${Buffer.alloc(64).toString('base64url')}`,
    'a signature of a stranger': () => sign(claims, {}, attacker.privateKey),
    'a key in the header': () =>
      sign(claims, { jwk: attacker.publicKey.export({ format: 'jwk' }) }, attacker.privateKey),
    'a key in the header, its own id': () =>
      sign(claims, { jwk: attacker.publicKey.export({ format: 'jwk' }), kid: 'mine' }, attacker.privateKey),
    'the address of a key set': () =>
      sign(claims, { jku: 'http://127.0.0.1:9/jwks.json', kid: 'mine' }, attacker.privateKey),
    'the address of a certificate': () =>
      sign(claims, { x5u: 'http://127.0.0.1:9/x.pem', kid: 'mine' }, attacker.privateKey),
    'a kid that walks through folders': () => sign(claims, { kid: '../../../../dev/null' }, attacker.privateKey),
    'a kid of SQL': () => sign(claims, { kid: "' union select '{}' --" }, attacker.privateKey),
    'a kid of Object.prototype': () => sign(claims, { kid: '__proto__' }, attacker.privateKey),
    'a kid that is unknown': () => sign(claims, { kid: randomUUID() }),
    'a kid of another type': () => sign(claims, { kid: 7 }),
    'no kid': () => sign(claims, { kid: undefined }),
    'a critical extension that nobody knows': () => {
      const text = `${encode(header({ crit: ['role'], role: 'ADMIN' }))}.${encode(claims)}`;
      return `${text}.${part(genuine, 2)}`;
    },
    'more than a token is long': () => `${genuine}${'A'.repeat(5_000)}`,
  };
  test.each(Object.entries(forgeries))('%s', async (_, forge) => {
    expect(await attempt(await forge())).toEqual(REFUSED);
  });
});

describe('a token that is signed by the studio, but is no access token of it, is refused and changes nothing:', () => {
  const confusions: Readonly<Record<string, () => Promise<string>>> = {
    'a refresh token’s kind': () => sign(claims, { typ: 'refresh+jwt' }),
    'a kind that says nothing': () => sign(claims, { typ: 'JWT' }),
    'no kind': () => sign(claims, { typ: undefined }),
    'another issuer': () => sign({ ...claims, iss: 'https://elsewhere.test' }),
    'another audience': () => sign({ ...claims, aud: 'another-service' }),
    'not valid yet': () => sign({ ...claims, nbf: Math.floor(Date.now() / 1_000) + 3_600 }),
    expired: () => sign({ ...claims, exp: Math.floor(Date.now() / 1_000) - 3_600 }),
    'another user’s session': () => sign({ ...claims, sub: adminId }),
    'a session that never was': () => sign({ ...claims, sid: randomUUID() }),
    'a session that is SQL': () => sign({ ...claims, sid: "' or true --" }),
    'a list for a claim': () => sign({ ...claims, sid: [claims['sid']] }),
  };
  test.each(Object.entries(confusions))('%s', async (_, confuse) => {
    expect(await attempt(await confuse())).toEqual(REFUSED);
  });

  test.each(['sub', 'sid', 'exp', 'iat', 'iss', 'aud'])('no claim %s', async (name) => {
    expect(await attempt(await sign({ ...claims, [name]: undefined }))).toEqual(REFUSED);
  });
});

test('a role in a token is not believed: the account’s role decides', async () => {
  const before = await stateOf(studio.database);
  const raised = await sign({ ...claims, role: 'ADMIN', scope: 'users:manage', scopes: ['users:manage'] });
  const answer = await ask(raised, '/graphql', { query: '{ users { id } }' });
  expect(answer.status).toBe(403);
  expect(answer.text).toContain('FORBIDDEN');
  expect(await stateOf(studio.database)).toEqual(before);
});

test('a token of ten years that is signed by the studio is refused when it is old', async () => {
  const session = decodeJwt(await studio.login('dev@devstudio.test', PASSWORD));
  const seconds = Math.floor(Date.now() / 1_000);
  expect(await attempt(await sign({ ...session, iat: seconds - 86_400, exp: seconds + TEN_YEARS }))).toEqual(REFUSED);
});

test('a token of ten years that is signed by the studio ends with its session', async () => {
  const session = decodeJwt(await studio.login('dev@devstudio.test', PASSWORD));
  const token = await sign({ ...session, exp: Math.floor(Date.now() / 1_000) + TEN_YEARS });
  await studio.database.sql("update users.sessions set revoked_at = now(), reason = 'logout' where id = $1", [
    session['sid'],
  ]);
  expect(await attempt(token)).toEqual(REFUSED);
});

test('a token of an account that was suspended is refused', async () => {
  const id = await insertUser(studio.database, 'gone@devstudio.test', { status: 'SUSPENDED' });
  const [row] = await studio.database.sql(
    "insert into users.sessions (user_id, expires_at) values ($1, now() + interval '1 day') returning id",
    [id],
  );
  expect(await attempt(await sign({ ...claims, sub: id, sid: row?.['id'] }))).toEqual(REFUSED);
});
