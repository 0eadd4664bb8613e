import { expect, test } from 'vitest';
import { createLog } from '#mesh/log.ts';
import { openRemoteModel } from './remote-model.ts';

test('no user takes a model from the others', async () => {
  const model = openRemoteModel(
    { name: 'far', kind: 'CHAT', model: 'far', urls: ['http://127.0.0.1:9/v1'], contextSize: 64 },
    { key: undefined, onChange: () => {}, log: createLog('test', 'silent') },
  );
  const { signal } = new AbortController();
  const open = (user: string) => model.open([{ kind: 'text', text: 'Hello' }], user, signal);
  const held = await Promise.all(Array.from({ length: 64 }, () => open('ada')));
  await expect(open('ada')).rejects.toMatchObject({ code: 'OVERLOADED' });
  await expect(model.openTexts(['Hello'], 'ada', signal, null)).rejects.toMatchObject({ code: 'OVERLOADED' });
  held.push(await open('ben'));
  held[0]?.[Symbol.dispose]();
  held[0]?.[Symbol.dispose]();
  held.push(await open('ada'));
  await expect(open('ada')).rejects.toMatchObject({ code: 'OVERLOADED' });
  await model.close();
});
