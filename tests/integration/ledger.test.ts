import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Caller } from '#mesh/identity.ts';
import { CSV_LINES } from '#subgraphs/users/ledger.ts';
import { insertKey, writeBill } from '#tests/harness/bill.ts';
import { someone } from '#tests/harness/caller.ts';
import { startTestUsers, type Answer, type TestUsers } from '#tests/harness/users.ts';

let users: TestUsers;
let admin: Caller;

beforeAll(async () => {
  users = await startTestUsers();
  admin = someone('ADMIN', { userId: await users.account('root@devstudio.test') });
});

afterAll(() => users.stop());

const codeOf = ({ errors }: Answer): string | undefined => errors?.[0]?.extensions.code;

const LEDGER = `query ($filter: UsageFilter, $window: UsageWindow, $first: Int! = 500, $after: ID) {
  ledger(filter: $filter, window: $window, first: $first, after: $after) {
    id kind at userId tokens costMicrocredits requestId model apiKeyId promptTokens completionTokens outcome reason
    grantedBy
  }
}`;
const Entry = z.object({ id: z.string(), kind: z.enum(['GRANT', 'CHARGE']), at: z.string(), tokens: z.string() });
const Ledger = z.object({ ledger: z.array(z.looseObject(Entry.shape)) });
const ledger = async (variables: Record<string, unknown>) =>
  Ledger.parse((await users.ask(LEDGER, variables, admin)).data).ledger;

describe('the ledger', () => {
  test('tells of grants and charges all that there is to tell, newest first', async () => {
    const userId = await users.account('told@devstudio.test');
    const key = await insertKey(users.database, userId);
    await users.ask(
      'mutation ($userId: ID!) { grantTokens(userId: $userId, tokens: 90, reason: "a gift") { id } }',
      { userId },
      admin,
    );
    const [requestId] = await writeBill(users.database, [
      { userId, keyId: key, at: '2026-03-01T10:00:00Z', prompt: 7, completion: 3, cost: 26 },
    ]);
    const nothing = { requestId: null, model: null, apiKeyId: null, promptTokens: null, completionTokens: null };
    expect(await ledger({ filter: { userId } })).toEqual([
      {
        ...nothing,
        id: expect.stringMatching(/^grant-\d+$/u),
        kind: 'GRANT',
        at: expect.stringMatching(/Z$/u),
        userId,
        tokens: '90',
        costMicrocredits: '0',
        outcome: null,
        reason: 'a gift',
        grantedBy: admin.userId,
      },
      {
        id: `charge-${requestId}`,
        kind: 'CHARGE',
        at: '2026-03-01T10:00:00.000Z',
        userId,
        tokens: '-10',
        costMicrocredits: '26',
        requestId,
        model: 'starter',
        apiKeyId: key,
        promptTokens: 7,
        completionTokens: 3,
        outcome: 'settled',
        reason: null,
        grantedBy: null,
      },
    ]);
  });

  test('adds up to the balance after whatever was done', async () => {
    const id = await users.account('sums@devstudio.test', { tokens: 5_000 });
    const { database } = users;
    await database.sql(`do $$
      declare
        v_user uuid := (select id from users.accounts where email = 'sums@devstudio.test');
        v_request uuid;
      begin
        for n in 1 .. 200 loop
          v_request := gen_random_uuid();
          perform billing.reserve(v_request, 'w', v_user, null, 'starter', (random() * 20)::int, 90, 1, '1 minute');
          if n % 7 = 0 then perform billing.grant_tokens(v_user, n, null, null); end if;
          perform billing.settle(v_request, 'w', (random() * 95)::int, (array['settled', 'cancelled', 'failed'])[1 + n % 3],
            random() < 0.7);
        end loop;
      end $$`);
    const entries = await ledger({ filter: { userId: id } });
    const [balance] = await database.sql('select granted, spent, reserved from billing.balance($1)', [id]);
    const { granted, spent } = z
      .object({ granted: z.string(), spent: z.string(), reserved: z.literal('0') })
      .parse(balance);
    expect(BigInt(spent)).toBeGreaterThan(1_000n);
    expect(entries.reduce((sum, { tokens }) => sum + BigInt(tokens), 0n)).toBe(BigInt(granted) - BigInt(spent));
  });

  test('is read in pages that neither repeat nor leave out, also of one instant and while it grows', async () => {
    const id = await users.account('pages@devstudio.test');
    const at = '2026-03-05T00:00:00Z';
    await writeBill(
      users.database,
      Array.from({ length: 12 }, () => ({ userId: id, at, prompt: 1 })),
    );
    await users.database.sql(
      'insert into billing.grants (user_id, tokens, at) select $1, n, $2 from generate_series(1, 12) n',
      [id, at],
    );
    await writeBill(users.database, [
      { userId: id, at: '2026-03-05T00:00:00.000001Z', prompt: 1 },
      { userId: id, at: '2026-03-04T23:59:59.999999Z', prompt: 1 },
    ]);
    const whole = (await ledger({ filter: { userId: id } })).map((entry) => entry.id);
    expect(new Set(whole).size).toBe(26);
    const paged: string[] = [];
    for (let after: string | undefined; ; after = paged.at(-1)) {
      const page = await ledger({ filter: { userId: id }, first: 5, after });
      paged.push(...page.map((entry) => entry.id));
      if (page.length < 5) break;
      await writeBill(users.database, [{ userId: id, at: '2026-03-06T00:00:00Z', prompt: 9 }]);
    }
    expect(paged).toEqual(whole);
  });

  test('is narrowed by window, model and key, and then has no grants', async () => {
    const userId = await users.account('narrow@devstudio.test', { tokens: 5 });
    const key = await insertKey(users.database, userId);
    const [large, keyed] = await writeBill(users.database, [
      { userId, at: '2026-03-01T00:00:00Z', model: 'large' },
      { userId, at: '2026-03-02T00:00:00Z', keyId: key },
    ]);
    const of = async (variables: Record<string, unknown>) => (await ledger(variables)).map(({ id }) => id);
    expect(await of({ filter: { userId, model: 'large' } })).toEqual([`charge-${large}`]);
    expect(await of({ filter: { apiKeyId: key } })).toEqual([`charge-${keyed}`]);
    const window = { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' };
    expect(await of({ filter: { userId }, window })).toEqual([`charge-${large}`]);
    expect(await of({ filter: { userId } })).toHaveLength(3);
  });

  test.each([
    [{ first: 0 }, 'first'],
    [{ first: 501 }, 'first'],
    [{ after: 'grant-0' }, 'after'],
    [{ after: 'grant-999999999' }, 'after'],
    [{ after: `charge-${randomUUID()}` }, 'after'],
    [{ after: "charge-' or true" }, 'after'],
    [{ after: 'x'.repeat(100) }, 'after'],
    [{ after: 'a\u0000' }, 'after'],
  ])('refuses %j', async (variables, argument) => {
    const { errors } = await users.ask(LEDGER, variables, admin);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  });

  test('of a user goes on after that user’s entries alone', async () => {
    const mine = await users.account('mine@devstudio.test', { tokens: 1 });
    const other = await users.account('other@devstudio.test', { tokens: 1 });
    const [entry] = await ledger({ filter: { userId: other } });
    const query = 'query ($after: ID) { me { ledger(after: $after) { id } } }';
    const caller = someone('VIEWER', { userId: mine });
    expect((await users.ask(query, {}, caller)).data).toMatchObject({ me: { ledger: [{}] } });
    expect(codeOf(await users.ask(query, { after: entry?.id }, caller))).toBe('BAD_USER_INPUT');
  });
});

describe('the ledger as CSV', () => {
  const CSV = 'query ($after: ID) { me { ledgerCsv(after: $after) } }';
  const Csv = z.object({ me: z.object({ ledgerCsv: z.string() }) });
  const csv = async (userId: string, after: string | null = null): Promise<readonly string[]> => {
    const { data } = await users.ask(CSV, { after }, someone('VIEWER', { userId }));
    return Csv.parse(data).me.ledgerCsv.split('\r\n');
  };

  test('has a header, and formulas that are none', async () => {
    const id = await users.account('csv@devstudio.test');
    await users.ask(
      'mutation ($id: ID!) { grantTokens(userId: $id, tokens: 3, reason: "=cmd|\'/C calc\'!A1") { id } }',
      { id },
      admin,
    );
    const [header, line, end, ...rest] = await csv(id);
    expect(header).toMatch(/^id,kind,at,user_id,tokens,/u);
    expect(line).toContain(`,GRANT,`);
    expect(line).toContain(`,'=cmd|'/C calc'!A1,${admin.userId}`);
    expect([end, rest]).toEqual(['', []]);
  });

  test('is cut at ten thousand lines, and goes on after the last', async () => {
    const id = await users.account('long@devstudio.test');
    await users.database.sql(
      `insert into billing.grants (user_id, tokens, at)
       select $1, 1, timestamptz '2026-01-01' + make_interval(secs => n) from generate_series(1, $2::int) n`,
      [id, CSV_LINES + 3],
    );
    const first = await csv(id);
    expect(first).toHaveLength(CSV_LINES + 2);
    const last = first.at(-2)?.split(',')[0] ?? '';
    const rest = await csv(id, last);
    expect(rest).toHaveLength(3 + 2);
    expect(new Set([...first, ...rest]).size).toBe(CSV_LINES + 3 + 2);
  });

  test('is for admins of everybody', async () => {
    const query = 'query ($filter: UsageFilter) { ledgerCsv(filter: $filter) }';
    const userId = await users.account('by-admin@devstudio.test', { tokens: 8 });
    const { data } = await users.ask(query, { filter: { userId } }, admin);
    expect(data?.['ledgerCsv']).toMatch(/\r\ngrant-\d+,GRANT,[^\r]*,8,0,,,,,,,test,\r\n$/u);
  });

  test('is read once a request, under whatever name', async () => {
    const caller = someone('ADMIN', { userId: await users.account('once@devstudio.test') });
    for (const query of [
      '{ me { a: ledgerCsv b: ledgerCsv } }',
      '{ a: ledgerCsv b: ledgerCsv }',
      '{ me { a: accountData b: accountData } }',
    ]) {
      const { errors } = await users.ask(query, {}, caller);
      expect(errors).toMatchObject([{ extensions: { code: 'DOCUMENT_TOO_LARGE' } }]);
    }
  });
});
