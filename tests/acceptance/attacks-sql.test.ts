import { randomUUID } from 'node:crypto';
import { buildSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestStudio } from '#tests/harness/studio.ts';
import { read } from '#tests/structure/tree.ts';
import { MARK, PASSWORD, startAttacked, type Attacked } from './attacked.ts';
import { injectionsInto } from './injections.ts';

let attacked: Attacked;
let studio: TestStudio;
let ask: Attacked['ask'];
let dev: string;
let devId: string;
let admin: string;
let victim: Attacked['victim'];

beforeAll(async () => {
  attacked = await startAttacked();
  ({ studio, ask, dev, devId, admin, victim } = attacked);
});

afterAll(() => attacked.stop());

describe('SQL in a text', () => {
  const schema = buildSchema(read('schemas/api.graphql'));
  const TEXTS = [
    "' or '1'='1",
    "'; update users.accounts set role = 'ADMIN'; --",
    "\\'; drop table agents.messages cascade; --",
    '$$); truncate users.sessions cascade; select ($$',
  ];
  const guarded = () =>
    Promise.all([
      studio.database.sql(
        'select id, email, role, status, password_hash from users.accounts where email = any($1) order by id',
        [['dev@devstudio.test', 'victim@devstudio.test', studio.admin.email]],
      ),
      studio.database.sql('select * from agents.conversations where owner_id = $1', [victim.id]),
      studio.database.sql('select * from sandbox.projects where owner_id = $1', [victim.id]),
      studio.database.sql('select schemaname, tablename from pg_tables order by 1, 2'),
    ]);

  test.each(TEXTS)('%s is a text like any other in every argument of the graph', async (attack) => {
    const before = await guarded();
    for (const token of [dev, admin]) {
      const usual = {
        email: `${randomUUID()}@devstudio.test`,
        password: PASSWORD,
        id: randomUUID(),
        userId: devId,
        model: 'starter',
        path: 'a.txt',
        from: '2026-11-01T00:00:00.000Z',
        to: '2026-12-01T00:00:00.000Z',
        expiresAt: '2099-01-01T00:00:00.000Z',
        limit: '1000',
        prompt: '1',
        completion: '1',
        scopes: 'models:read',
        callbackUrl: `${studio.url}/?code=x&state=y`,
      };
      for (const { place, query, variables } of injectionsInto(schema, attack, usual)) {
        const { code = '', text } = await ask({ query, variables, token });
        expect(code, `${place} ${text}`).not.toMatch(/INTERNAL|GRAPHQL|UNAVAILABLE|RATE_LIMITED/u);
        expect(text, place).not.toMatch(/syntax error|slonik|relation "|unterminated|pg_/iu);
        expect(text, place).not.toContain(MARK);
      }
    }
    expect(await guarded()).toEqual(before);
  });

  test('is kept as it was written', async () => {
    const query = 'mutation ($title: String!) { createConversation(title: $title) { title } }';
    for (const title of TEXTS) {
      const { text } = await ask({ query, variables: { title }, token: dev });
      expect(JSON.parse(text)).toEqual({ data: { createConversation: { title } } });
    }
  });
});
