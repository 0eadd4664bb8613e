import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Caller } from '#mesh/identity.ts';
import { insertKey, writeBill } from '#tests/harness/bill.ts';
import { someone } from '#tests/harness/caller.ts';
import { startTestUsers, type Answer, type TestUsers } from '#tests/harness/users.ts';

let users: TestUsers;
let admin: Caller;
let ada: string;
let bob: string;
let key: string;

const FIGURES = 'requests promptTokens completionTokens totalTokens costMicrocredits';
/** A window of which nothing else in this file is part. */
const MARCH = { from: '2026-03-01T00:00:00Z', to: '2026-04-01T00:00:00Z' };
const figures = (requests: number, prompt: bigint | number, completion: bigint | number, cost: bigint | number) => ({
  requests,
  promptTokens: String(prompt),
  completionTokens: String(completion),
  totalTokens: String(BigInt(prompt) + BigInt(completion)),
  costMicrocredits: String(cost),
});
const NOTHING = figures(0, 0, 0, 0);

beforeAll(async () => {
  users = await startTestUsers();
  admin = someone('ADMIN', { userId: await users.account('root@devstudio.test') });
  ada = await users.account('ada@devstudio.test');
  bob = await users.account('bob@devstudio.test');
  key = await insertKey(users.database, ada);
  await writeBill(users.database, [
    { userId: ada, at: '2026-03-01T00:00:00Z', prompt: 10, completion: 5, cost: 100 },
    {
      userId: ada,
      at: '2026-03-01T23:59:59.999999Z',
      keyId: key,
      model: 'large',
      prompt: 20,
      completion: 7,
      cost: 300,
    },
    { userId: ada, at: '2026-03-03T12:00:00Z', keyId: key, prompt: 1, completion: 1, cost: 2 },
    { userId: bob, at: '2026-03-31T23:30:00Z', prompt: 1_000, completion: 0, cost: 9_007_199_254_740_993n },
    { userId: bob, at: '2026-04-01T00:00:00Z', prompt: 77, completion: 7, cost: 7 },
    { userId: bob, at: '2026-02-28T23:59:59.999Z', prompt: 88, completion: 8, cost: 8 },
  ]);
});

afterAll(() => users.stop());

const codeOf = ({ errors }: Answer): string | undefined => errors?.[0]?.extensions.code;

const USAGE = `query ($window: UsageWindow, $filter: UsageFilter) { usage(window: $window, filter: $filter) { ${FIGURES} } }`;
const usage = async (variables: Record<string, unknown>) => (await users.ask(USAGE, variables, admin)).data?.['usage'];

describe('usage', () => {
  test('is all that a window has, its beginning and not its end, in exact sums', async () => {
    expect(await usage({ window: MARCH })).toEqual(figures(4, 1_031, 13, 9_007_199_254_741_395n));
  });

  test('is narrowed by user, key and model, alone and together', async () => {
    const of = (filter: unknown) => usage({ window: MARCH, filter });
    expect(await of({ userId: ada })).toEqual(figures(3, 31, 13, 402));
    expect(await of({ apiKeyId: key })).toEqual(figures(2, 21, 8, 302));
    expect(await of({ model: 'large' })).toEqual(figures(1, 20, 7, 300));
    expect(await of({ userId: ada, apiKeyId: key, model: 'starter' })).toEqual(figures(1, 1, 1, 2));
    expect(await of({ userId: bob, apiKeyId: key })).toEqual(NOTHING);
    expect(await of({ userId: randomUUID() })).toEqual(NOTHING);
  });

  test('is that of the month that runs when no window is given', async () => {
    const someoneNew = await users.account('now@devstudio.test');
    await writeBill(users.database, [{ userId: someoneNew, at: 'now', prompt: 3, completion: 4, cost: 5 }]);
    expect(await usage({ filter: { userId: someoneNew } })).toEqual(figures(1, 3, 4, 5));
  });

  test.each([
    [{ filter: { userId: "' or true --" } }, 'userId'],
    [{ filter: { apiKeyId: 'x' } }, 'apiKeyId'],
    [{ filter: { model: 'a\u0000b' } }, 'model'],
    [{ filter: { model: 'x'.repeat(201) } }, 'model'],
    [{ window: { from: 'March' } }, 'from'],
    [{ window: { from: MARCH.to, to: MARCH.from } }, 'window'],
  ])('refuses %j', async (variables, argument) => {
    const { errors } = await users.ask(USAGE, variables, admin);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  });
});

const SERIES = `query ($window: UsageWindow!, $interval: UsageInterval!, $groupBy: UsageGrouping!, $filter: UsageFilter) {
  usageSeries(window: $window, interval: $interval, groupBy: $groupBy, filter: $filter) { at group usage { ${FIGURES} } }
}`;
const Points = z.object({
  usageSeries: z.array(
    z.object({
      at: z.string(),
      group: z.string().nullable(),
      usage: z.looseObject({ requests: z.int(), totalTokens: z.string() }),
    }),
  ),
});
const series = async (asked: Record<string, unknown>) =>
  Points.parse((await users.ask(SERIES, { window: MARCH, groupBy: 'NONE', ...asked }, admin)).data).usageSeries;

describe('usageSeries', () => {
  test('has every day of the window, those without use with zeros', async () => {
    const days = await series({ interval: 'DAY', filter: { userId: ada } });
    expect(days.map(({ at }) => at)).toEqual(
      Array.from({ length: 31 }, (_, day) => new Date(Date.UTC(2026, 2, day + 1)).toISOString()),
    );
    expect(days[0]?.usage).toEqual(figures(2, 30, 12, 400));
    expect(days[1]?.usage).toEqual(NOTHING);
    expect(days[2]?.usage).toEqual(figures(1, 1, 1, 2));
  });

  test('has hours and months as well, and adds up to the usage', async () => {
    const hours = await series({ interval: 'HOUR' });
    expect(hours).toHaveLength(31 * 24);
    expect(hours.at(-1)).toMatchObject({ at: '2026-03-31T23:00:00.000Z', usage: { totalTokens: '1000' } });
    expect(hours.reduce((sum, { usage: { requests } }) => sum + requests, 0)).toBe(4);
    const months = await series({ interval: 'MONTH', window: { from: '2026-01-31T00:00:00Z', to: MARCH.to } });
    expect(months.map(({ at, usage: { totalTokens } }) => [at, totalTokens])).toEqual([
      ['2026-01-01T00:00:00.000Z', '0'],
      ['2026-02-01T00:00:00.000Z', '96'],
      ['2026-03-01T00:00:00.000Z', '1044'],
    ]);
  });

  test('counts in its first and last interval only what lies in the window', async () => {
    const window = { from: '2026-03-01T12:00:00Z', to: '2026-03-03T11:00:00Z' };
    const days = await series({ interval: 'DAY', window });
    expect(days.map(({ at, usage: { requests } }) => [at, requests])).toEqual([
      ['2026-03-01T00:00:00.000Z', 1],
      ['2026-03-02T00:00:00.000Z', 0],
      ['2026-03-03T00:00:00.000Z', 0],
    ]);
  });

  test.each([
    ['MODEL', () => ['large', 'starter']],
    ['API_KEY', () => [null, key]],
    ['USER', () => [ada, bob].toSorted()],
  ] as const)('by %s has a point of each group for every interval', async (groupBy, groups) => {
    const points = await series({ interval: 'DAY', groupBy });
    expect(points).toHaveLength(31 * 2);
    expect(points.slice(0, 2).map(({ group }) => group)).toEqual(groups());
    expect(points.reduce((sum, { usage: { totalTokens } }) => sum + BigInt(totalTokens), 0n)).toBe(1_044n);
  });

  test('keeps the 50 groups that used most, and ten thousand points', async () => {
    const user = await users.account('many@devstudio.test');
    const at = '2025-06-01T00:00:00Z';
    await writeBill(
      users.database,
      Array.from({ length: 60 }, (_, n) => ({ userId: user, at, model: `model ${n + 100}`, prompt: n + 1 })),
    );
    const window = { from: at, to: '2025-06-02T00:00:00Z' };
    const points = await series({ interval: 'DAY', groupBy: 'MODEL', window });
    expect(points.map(({ group }) => group)).toEqual(Array.from({ length: 50 }, (_, n) => `model ${n + 110}`));
    const long = { from: '2025-05-10T00:00:00Z', to: '2025-06-20T16:00:00Z' };
    const hours = await series({ interval: 'HOUR', groupBy: 'MODEL', window: long });
    expect(hours).toHaveLength(10_000);
    expect(new Set(hours.map(({ group }) => group))).toEqual(
      new Set(Array.from({ length: 10 }, (_, n) => `model ${n + 150}`)),
    );
  });

  test('is empty by group when nothing was used, and refused when it would be too long', async () => {
    const window = { from: '2020-01-01T00:00:00Z', to: '2020-02-01T00:00:00Z' };
    expect(await series({ interval: 'DAY', groupBy: 'USER', window })).toEqual([]);
    expect(await series({ interval: 'DAY', window })).toHaveLength(31);
    const tooLong = { ...window, to: '2022-12-01T00:00:00Z' };
    const { errors } = await users.ask(SERIES, { window: tooLong, interval: 'DAY', groupBy: 'NONE' }, admin);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'window' });
  });
});

describe('the usage of a user and of a key', () => {
  const OWN = `query ($window: UsageWindow!) { me {
    usage(window: $window) { ${FIGURES} }
    usageSeries(window: $window, interval: MONTH, groupBy: MODEL) { group usage { totalTokens } }
    apiKeys { id usage(window: $window) { ${FIGURES} } }
  } }`;

  test('are for themselves', async () => {
    const { data, errors } = await users.ask(OWN, { window: MARCH }, someone('VIEWER', { userId: ada }));
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      me: {
        usage: figures(3, 31, 13, 402),
        usageSeries: [
          { group: 'large', usage: { totalTokens: '27' } },
          { group: 'starter', usage: { totalTokens: '17' } },
        ],
        apiKeys: [{ id: key, usage: figures(2, 21, 8, 302) }],
      },
    });
  });

  test('are counted for many in one window, those without use with zeros', async () => {
    const query = `query ($window: UsageWindow!) { users { id march: usage(window: $window) { requests } } }`;
    const { data } = await users.ask(query, { window: MARCH }, admin);
    const rows = z
      .object({ users: z.array(z.object({ id: z.string(), march: z.object({ requests: z.int() }) })) })
      .parse(data).users;
    const requests = new Map(rows.map(({ id, march }) => [id, march.requests]));
    expect([requests.get(ada), requests.get(bob), requests.get(admin.userId)]).toEqual([3, 1, 0]);
  });

  test.each([
    'usage { requests }',
    'usageSeries(window: {}) { at }',
    'ledger { id }',
    'ledgerCsv',
    'forecast { engine }',
  ])('are not for strangers: %s', async (field) => {
    const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on User { ${field} } } }`;
    const of = [{ __typename: 'User', id: ada }];
    expect(codeOf(await users.ask(query, { of }, admin))).toBeUndefined();
    expect(codeOf(await users.ask(query, { of }, someone('DEVELOPER', { userId: bob })))).toBe('FORBIDDEN');
    expect(codeOf(await users.ask(query, { of }))).toBe('UNAUTHENTICATED');
  });
});
