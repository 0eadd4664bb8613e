import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';

const Opened = z.object({ access_token: z.string() });

let studio: TestStudio;
beforeAll(async () => {
  studio = await startStudio({ env: { DEVSTUDIO_MODE: 'production' } });
});
afterAll(() => studio.stop());

test('in production mode the legacy rooms answer as ever, and no client’s own document is', async () => {
  const { email, password } = studio.admin;
  const { status, body } = await studio.rpc('auth.login', { email, password });
  expect(status).toBe(200);
  const { access_token: token } = Opened.parse(body['result']);
  expect(await studio.rpc('llm.list_models', {}, token)).toMatchObject({
    status: 200,
    body: { result: { models: expect.arrayContaining([expect.objectContaining({ name: 'starter' })]) } },
  });
  const rest = await fetch(`${studio.url}/v1/models`, { headers: { authorization: `Bearer ${token}` } });
  expect(await rest.json()).toMatchObject({
    data: expect.arrayContaining([expect.objectContaining({ id: 'starter' })]),
  });
  expect(await studio.graphql('{ models { name } }', { token })).toMatchObject({
    status: 400,
    body: { errors: [{ extensions: { code: 'DOCUMENT_NOT_ALLOWED' } }] },
  });
  expect(await studio.graphql('{ __type(name: "User") { name } }', { token })).toMatchObject({
    status: 200,
    body: { data: { __type: { name: 'User' } } },
  });
});
