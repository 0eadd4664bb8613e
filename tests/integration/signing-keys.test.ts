import { decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openPool, serviceAddress } from '#mesh/database/pool.ts';
import { createLog } from '#mesh/log.ts';
import { keepSigningKeys } from '#subgraphs/users/signing-keys.ts';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';

const ROTATE = `mutation ($immediately: Boolean! = false) {
  rotateSigningKeys(immediately: $immediately) { kid state createdAt }
}`;
const Pair = z.object({ accessToken: z.string(), refreshToken: z.string() });
type Pair = z.infer<typeof Pair>;
const Key = z.object({ kid: z.string(), state: z.enum(['NEXT', 'ACTIVE', 'RETIRED']) });

let studio: TestStudio;

beforeAll(async () => {
  studio = await startStudio();
});
afterAll(() => studio.stop());

const signIn = async (): Promise<Pair> => {
  const { body } = await studio.graphql(
    'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken refreshToken } }',
    { variables: studio.admin },
  );
  return z.object({ login: Pair }).parse(body.data).login;
};
const refresh = async ({ refreshToken }: Pair): Promise<Pair> => {
  const { body } = await studio.graphql(
    'mutation ($token: String!) { refreshSession(refreshToken: $token) { accessToken refreshToken } }',
    { variables: { token: refreshToken } },
  );
  return z.object({ refreshSession: Pair }).parse(body.data).refreshSession;
};
/** The status of a request with this token at the gateway's door. */
const statusOf = async ({ accessToken }: Pair): Promise<number> =>
  (await studio.graphql('{ me { id } }', { token: accessToken })).status;
/**
 * Waits until the door knows the key of this token. It asks for the keys again after five seconds at the soonest, which in
 * life are long over when a key that was published for six minutes begins to sign.
 */
const known = async (pair: Pair): Promise<void> => {
  await expect.poll(() => statusOf(pair), { timeout: 15_000 }).toBe(200);
};
const kidOf = ({ accessToken }: Pair): string | undefined => decodeProtectedHeader(accessToken).kid;

const keys = async ({ accessToken }: Pair) => {
  const { body } = await studio.graphql('{ signingKeys { kid state } }', { token: accessToken });
  return z.object({ signingKeys: z.array(Key) }).parse(body.data).signingKeys;
};
const statesOf = async (pair: Pair) => (await keys(pair)).map(({ state }) => state);
const rotate = ({ accessToken }: Pair, immediately = false) =>
  studio.graphql(ROTATE, { variables: { immediately }, token: accessToken });

/** Lets time pass for the keys, and each of four replicas look at them at the same moment. */
const pass = async (interval: string): Promise<void> => {
  await studio.database.sql(`update users.signing_keys set created_at = created_at - interval '${interval}',
    activated_at = activated_at - interval '${interval}', retired_at = retired_at - interval '${interval}'`);
  await keep();
};
const keep = async (): Promise<void> => {
  const { url, secret } = studio.database;
  const db = await openPool(serviceAddress(url, 'users', secret), createLog('test', 'silent'));
  try {
    await Promise.all(Array.from({ length: 4 }, () => keepSigningKeys(db, secret('signing-keys'))));
  } finally {
    await db.end();
  }
};

describe('a rotation', () => {
  test('logs nobody out: tokens of before, during and after it pass the door', async () => {
    const before = await signIn();
    expect(await statusOf(before)).toBe(200);
    const [old = ''] = (await keys(before)).map(({ kid }) => kid);

    await rotate(before);
    await rotate(before);
    expect((await statesOf(before)).toSorted()).toEqual(['ACTIVE', 'NEXT']);
    const during = await signIn();
    expect(kidOf(during)).toBe(old);
    const published = await (await fetch(`${studio.url}/.well-known/jwks.json`)).json();
    expect(z.object({ keys: z.array(z.unknown()) }).parse(published).keys.length).toBeGreaterThan(0);

    await pass('6 minutes');
    expect((await statesOf(before)).toSorted()).toEqual(['ACTIVE', 'RETIRED']);
    const after = await signIn();
    expect(kidOf(after)).not.toBe(old);
    await known(after);
    expect(await Promise.all([before, during, after].map(statusOf))).toEqual([200, 200, 200]);

    await pass('15 minutes');
    expect(await statesOf(after)).toEqual(['ACTIVE']);
    expect(await statusOf(after)).toBe(200);
    const refreshed = await refresh(before);
    expect(kidOf(refreshed)).toBe(kidOf(after));
    expect(await statusOf(refreshed)).toBe(200);
  });

  test('comes by itself after thirty days, once, however many replicas look', async () => {
    const session = await signIn();
    await pass('30 days');
    expect((await statesOf(session)).toSorted()).toEqual(['ACTIVE', 'NEXT']);
    await pass('6 minutes');
    const next = await signIn();
    expect(kidOf(next)).not.toBe(kidOf(session));
    await known(next);
    expect((await statesOf(next)).toSorted()).toEqual(['ACTIVE', 'RETIRED']);
    await pass('15 minutes');
    expect(await statesOf(next)).toEqual(['ACTIVE']);
  });

  test('at once drops every other key, and sessions go on with their refresh tokens', async () => {
    const session = await signIn();
    const { body } = await rotate(session, true);
    const now = z.object({ rotateSigningKeys: z.array(Key) }).parse(body.data).rotateSigningKeys;
    expect(now).toEqual([{ kid: expect.any(String), state: 'ACTIVE' }]);
    expect(now[0]?.kid).not.toBe(kidOf(session));
    const rows = await studio.database.sql('select kid from users.signing_keys');
    expect(rows).toEqual([{ kid: now[0]?.kid }]);
    const refreshed = await refresh(session);
    expect(kidOf(refreshed)).toBe(now[0]?.kid);
    await known(refreshed);
  });

  test('is for admins, and on record', async () => {
    expect((await studio.graphql(ROTATE)).status).toBe(401);
    expect((await studio.graphql('{ signingKeys { kid } }')).status).toBe(401);
    const rows = await studio.database.sql(
      "select details, actor_id is null as by_itself from audit.events where action = 'signing-keys.rotated' order by id",
    );
    expect(rows).toEqual([
      { details: { immediately: false }, by_itself: false },
      { details: { because: 'age' }, by_itself: true },
      { details: { immediately: true }, by_itself: false },
    ]);
  });

  test('shows a private key to nobody', async () => {
    const published = await (await fetch(`${studio.url}/.well-known/jwks.json`)).text();
    expect(JSON.parse(published)).toMatchObject({ keys: [{ kty: 'OKP', crv: 'Ed25519' }] });
    expect(published).not.toContain('"d"');
  });
});
