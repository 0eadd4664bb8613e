import { expect, test } from 'vitest';
import type { Caller } from '#mesh/identity.ts';
import { createGround } from './ground.ts';
import { orderOf } from './order.ts';

const unread = () => Promise.reject(new Error('This must not be read.'));
const ground = createGround({ readable: unread, standing: unread }, { find: unread, snapshot: unread });
const caller: Caller = {
  userId: '7d2cc8d4-7c1e-4149-b25d-1ff07372972f',
  email: 'dev@example.org',
  role: 'DEVELOPER',
  credential: { kind: 'key', id: '1' },
  scopes: ['code:run'],
};

test('a program of a project is refused to a credential that may not read projects, not said to be missing', async () => {
  await expect(ground.of(orderOf({ engine: 'python', path: 'x.py' }), caller)).rejects.toMatchObject({
    code: 'FORBIDDEN',
  });
});

test('a program that comes with the request needs no project', async () => {
  expect(await ground.of(orderOf({ engine: 'python', code: '1' }), caller)).toBeNull();
});
