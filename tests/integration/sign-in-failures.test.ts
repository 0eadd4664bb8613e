import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deleteOldSignInFailures } from '#subgraphs/users/store/sign-in-failures.ts';
import { z } from 'zod';
import { openPool, serviceAddress } from '#mesh/database/pool.ts';
import { createLog } from '#mesh/log.ts';
import { someone } from '#tests/harness/caller.ts';
import { startTestUsers, type Answer, type TestUsers } from '#tests/harness/users.ts';

const PASSWORD = 'a long enough password';
const LOGIN =
  'mutation ($email: String!, $password: String!, $deviceToken: String) { login(email: $email, password: $password, deviceToken: $deviceToken) { deviceToken } }';

let users: TestUsers;
let people = 0;

beforeAll(async () => {
  users = await startTestUsers();
});

afterAll(() => users.stop());

const member = async (): Promise<string> => {
  const email = `person${(people += 1)}@devstudio.test`;
  const admin = someone('ADMIN', { userId: await users.account(`admin${people}@devstudio.test`) });
  const input = { email, password: PASSWORD, tokens: 0 };
  await users.ask('mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }', { input }, admin);
  return email;
};

const login = (email: string, password: string, address: string, deviceToken: string | null = null): Promise<Answer> =>
  users.ask(LOGIN, { email, password, deviceToken }, null, { address, userAgent: 'test' });
const codeOf = ({ errors }: Answer): string | undefined => errors?.[0]?.extensions.code;
const signIn = async (email: string, password: string, address: string, deviceToken: string | null = null) =>
  codeOf(await login(email, password, address, deviceToken));
const Login = z.object({ login: z.object({ deviceToken: z.string() }) });
const deviceFrom = async (email: string, address: string, shown: string | null = null): Promise<string> =>
  Login.parse((await login(email, PASSWORD, address, shown)).data).login.deviceToken;

/** Wrong passwords, one after the other, and what they were answered. */
const guess = async (email: string, times: number, address: string): Promise<(string | undefined)[]> => {
  const codes = [];
  for (let done = 0; done < times; done += 1) codes.push(await signIn(email, `wrong ${done}`, address));
  return codes;
};

/** Lets time pass for all that is counted. */
const wait = (interval: string) =>
  users.database.sql(`with f as (update users.sign_in_failures set
      blocked_until = blocked_until - interval '${interval}', last_at = last_at - interval '${interval}')
    update users.sign_in_pressure set empty_at = empty_at - interval '${interval}'`);

const FIVE = Array.from({ length: 5 }, () => 'UNAUTHENTICATED');

describe('wrong passwords', () => {
  test('at one address are five, and then each waits twice as long as the one before', async () => {
    const email = await member();
    expect(await guess(email, 6, '203.0.113.1')).toEqual([...FIVE, 'RATE_LIMITED']);
    for (const seconds of [60, 120, 240]) {
      const { errors } = await login(email, PASSWORD, '203.0.113.1');
      const { retryAfterSeconds } = errors?.[0]?.extensions ?? {};
      expect(retryAfterSeconds).toBeGreaterThan(seconds - 10);
      expect(retryAfterSeconds).toBeLessThanOrEqual(seconds);
      await wait(`${seconds} seconds`);
      expect(await signIn(email, 'wrong', '203.0.113.1')).toBe('UNAUTHENTICATED');
    }
  });

  test('at one address do not keep the owner out at another, nor another account at this one', async () => {
    const [email, other] = [await member(), await member()];
    await guess(email, 6, '203.0.113.2');
    expect(await signIn(email, PASSWORD, '203.0.113.2')).toBe('RATE_LIMITED');
    expect(await signIn(email, PASSWORD, '198.51.100.2')).toBeUndefined();
    expect(await signIn(other, PASSWORD, '203.0.113.2')).toBeUndefined();
  });

  test('a hundred at once are five', async () => {
    const email = await member();
    const codes = await Promise.all(Array.from({ length: 100 }, () => signIn(email, 'wrong', '203.0.113.3')));
    const checked = codes.filter((code) => code !== 'RATE_LIMITED');
    expect(checked.length).toBeGreaterThan(0);
    // Some may have found the queue of the hashes full, and were not checked.
    expect(checked.filter((code) => code === 'UNAUTHENTICATED').length).toBeLessThanOrEqual(5);
  });

  test('are answered alike where there is no account', async () => {
    const nobody = 'nobody@devstudio.test';
    expect(await guess(nobody, 6, '203.0.113.4')).toEqual([...FIVE, 'RATE_LIMITED']);
    const email = await member();
    await guess(email, 5, '203.0.113.4');
    const [known, unknown] = [
      await login(email.toUpperCase(), 'wrong', '203.0.113.4'),
      await login(nobody.toUpperCase(), 'wrong', '203.0.113.4'),
    ];
    const words = ({ errors }: typeof known) => errors?.[0]?.message.replace(/\d+/, 'some');
    expect(words(known)).toBe(words(unknown));
    expect(Object.keys(known.errors?.[0]?.extensions ?? {})).toEqual(
      Object.keys(unknown.errors?.[0]?.extensions ?? {}),
    );
  });

  test('of one network of IPv6 are those of one address', async () => {
    const email = await member();
    for (let host = 1; host <= 5; host += 1) await signIn(email, 'wrong', `2001:db8:0:1::${host}`);
    expect(await signIn(email, PASSWORD, '2001:db8:0:1:ffff::1')).toBe('RATE_LIMITED');
    expect(await signIn(email, PASSWORD, '2001:db8:0:2::1')).toBeUndefined();
  });

  test('are forgotten by the right one', async () => {
    const email = await member();
    for (let round = 0; round < 3; round += 1) {
      expect(await guess(email, 4, '203.0.113.5')).not.toContain('RATE_LIMITED');
      expect(await signIn(email, PASSWORD, '203.0.113.5')).toBeUndefined();
    }
  });

  test('from many addresses slow those that the account does not know, for seconds, and its owner’s not at all', async () => {
    const email = await member();
    expect(await signIn(email, PASSWORD, '198.51.100.6')).toBeUndefined();
    const codes = [];
    for (let host = 1; host <= 32; host += 1) codes.push(await signIn(email, 'wrong', `203.0.${host}.1`));
    expect(codes).toContain('RATE_LIMITED');
    const { errors } = await login(email, 'wrong', '203.0.99.99');
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) });
    expect(errors?.[0]?.extensions.retryAfterSeconds).toBeLessThanOrEqual(10);
    expect(await signIn(email, PASSWORD, '198.51.100.6')).toBeUndefined();
    await wait('10 seconds');
    expect(await signIn(email, PASSWORD, '192.0.2.6')).toBeUndefined();
  });
});

/** Guesses on and on, each from another address, until it is stopped. */
const attack = (email: string, addressOf: (n: number) => string): { stop(): Promise<number> } => {
  const stopping = new AbortController();
  let tries = 0;
  const worker = async (): Promise<void> => {
    while (!stopping.signal.aborted) await signIn(email, 'wrong', addressOf((tries += 1)));
  };
  const workers = Promise.all([worker(), worker(), worker(), worker()]);
  return {
    stop: async () => {
      stopping.abort();
      await workers;
      return tries;
    },
  };
};
const anyNetwork = (n: number) => `100.${64 + (n >> 8)}.${n & 255}.1`;
/** So much of an attack that it holds whatever it can. */
const underWay = async (email: string, from: string): Promise<void> => {
  while ((await signIn(email, 'wrong', from)) !== 'RATE_LIMITED');
};

describe('while an attack on an account goes on without end', () => {
  test('from ever new networks, its owner gets in from a known address, and with a known device from any', async () => {
    const email = await member();
    const device = await deviceFrom(email, '198.51.100.20');
    const attacker = attack(email, anyNetwork);
    try {
      await underWay(email, '192.0.2.200');
      for (let time = 1; time <= 10; time += 1) {
        expect(await signIn(email, PASSWORD, '198.51.100.20')).toBeUndefined();
        expect(await signIn(email, PASSWORD, `192.0.2.${time}`, device)).toBeUndefined();
      }
    } finally {
      expect(await attacker.stop()).toBeGreaterThan(50);
    }
  });

  test('from the owner’s own address, the owner gets in with a known device', async () => {
    const email = await member();
    const device = await deviceFrom(email, '198.51.100.21');
    const attacker = attack(email, () => '198.51.100.21');
    try {
      await underWay(email, '198.51.100.21');
      for (let time = 0; time < 10; time += 1) {
        expect(await signIn(email, PASSWORD, '198.51.100.21', device)).toBeUndefined();
      }
    } finally {
      expect(await attacker.stop()).toBeGreaterThan(10);
    }
  });

  test('from all of one site’s networks, the owner gets in from anywhere else', async () => {
    const email = await member();
    const siteOf = (n: number) => `2001:db8:5:${n.toString(16)}::1`;
    const attacker = attack(email, siteOf);
    try {
      await underWay(email, siteOf(0xffff));
      for (let time = 1; time <= 5; time += 1) {
        expect(await signIn(email, PASSWORD, `192.0.3.${time}`)).toBeUndefined();
      }
    } finally {
      await attacker.stop();
    }
  });

  test('on accounts that do not exist, from ever new networks, nobody known waits for the hashes of strangers', async () => {
    const email = await member();
    const device = await deviceFrom(email, '198.51.100.22');
    const stopping = new AbortController();
    let asked = 0;
    const flood = Promise.all(
      Array.from({ length: 80 }, async () => {
        while (!stopping.signal.aborted)
          await signIn(`nobody${(asked += 1)}@devstudio.test`, 'wrong', anyNetwork(asked));
      }),
    );
    try {
      for (let time = 1; time <= 5; time += 1) {
        expect(await signIn(email, PASSWORD, '198.51.100.22')).toBeUndefined();
        expect(await signIn(email, PASSWORD, `192.0.4.${time}`, device)).toBeUndefined();
      }
    } finally {
      stopping.abort();
      await flood;
    }
  });
});

describe('a device token', () => {
  test('is kept by whoever shows it, and replaced where it is not good', async () => {
    const [email, other] = [await member(), await member()];
    const device = await deviceFrom(email, '198.51.100.30');
    expect(await deviceFrom(email, '198.51.100.31', device)).toBe(device);
    expect(await deviceFrom(other, '198.51.100.30', device)).not.toBe(device);
    expect(await deviceFrom(email, '198.51.100.30', 'x'.repeat(10_000))).toMatch(/^[\w-]{43}$/);
  });

  test('of another account, or one that is over, is none', async () => {
    const [email, other] = [await member(), await member()];
    const device = await deviceFrom(email, '198.51.100.32');
    await guess(other, 5, '203.0.113.9');
    expect(await signIn(other, PASSWORD, '203.0.113.9', device)).toBe('RATE_LIMITED');
    await guess(email, 5, '203.0.113.9');
    await users.database.sql("update users.devices set expires_at = expires_at - interval '91 days'");
    expect(await signIn(email, PASSWORD, '203.0.113.9', device)).toBe('RATE_LIMITED');
  });

  test('lets nobody guess more than an address may', async () => {
    const email = await member();
    const device = await deviceFrom(email, '198.51.100.33');
    const codes = [];
    for (let host = 1; host <= 6; host += 1) codes.push(await signIn(email, 'wrong', `192.0.5.${host}`, device));
    expect(codes).toEqual([...FIVE, 'RATE_LIMITED']);
    expect(await signIn(email, PASSWORD, '198.51.100.33')).toBeUndefined();
  });

  test('is one of five of an address, so that a program that keeps none crowds out no other place', async () => {
    const email = await member();
    const device = await deviceFrom(email, '198.51.100.34');
    for (let time = 0; time < 7; time += 1) await deviceFrom(email, '198.51.100.35');
    const [kept] = await users.database.sql(
      `select count(*)::int as n from users.devices d join users.accounts a on a.id = d.user_id where a.email = $1`,
      [email],
    );
    expect(kept).toEqual({ n: 6 });
    await guess(email, 5, '203.0.113.10');
    expect(await signIn(email, PASSWORD, '203.0.113.10', device)).toBeUndefined();
  });
});

test('a session is no way to guess its password', async () => {
  const email = await member();
  const [account] = await users.database.sql('select id from users.accounts where email = $1', [email]);
  const caller = someone('DEVELOPER', { userId: z.uuid().parse(account?.['id']), email });
  const client = { address: '203.0.113.8', userAgent: null };
  const ask = (query: string) => users.ask(`mutation { ${query} }`, {}, caller, client);
  const wrong = [
    'changePassword(current: "wrong", next: "another long password")',
    'beginTotp(password: "wrong") { secret }',
    'disableTotp(password: "wrong")',
    'changePassword(current: "wrong", next: "another long password")',
    'beginTotp(password: "wrong") { secret }',
  ];
  for (const query of wrong) expect(codeOf(await ask(query)), query).toBe('BAD_USER_INPUT');
  const right = `changePassword(current: "${PASSWORD}", next: "another long password")`;
  expect(codeOf(await ask(right))).toBe('RATE_LIMITED');
  // Only that session waits: neither its owner's sign-ins nor the owner's other sessions do.
  expect(await signIn(email, PASSWORD, '203.0.113.8')).toBeUndefined();
  await wait('1 minute');
  expect((await ask(right)).data).toEqual({ changePassword: true });
});

test('what was counted outlives the service, names no e-mail, and is forgotten after a day', async () => {
  await users.database.sql('delete from users.sign_in_failures');
  const email = await member();
  await guess(email, 5, '203.0.113.7');
  const rows = await users.database.sql("select * from users.sign_in_failures where origin = '203.0.113.7'");
  expect(rows).toMatchObject([{ failures: 5 }]);
  expect(JSON.stringify(rows)).not.toContain(email);
  await wait('25 hours');
  const log = createLog('test', 'silent');
  const db = await openPool(serviceAddress(users.database.url, 'users', users.database.secret), log, 1);
  try {
    // A thousand a round; tests before this one may have left more.
    for (let round = 0; round < 5; round += 1) await deleteOldSignInFailures(db);
  } finally {
    await db.end();
  }
  expect(await users.database.sql('select * from users.sign_in_failures')).toEqual([]);
  expect(await users.database.sql('select * from users.sign_in_pressure')).toEqual([]);
});
