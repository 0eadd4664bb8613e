import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DataIntegrityError, SchemaValidationError, type Query } from 'slonik';
import { createLog } from './log.ts';

const write = (fields: object): string => {
  let line = '';
  createLog('probe', 'info', { write: (text: string) => void (line += text) }).info(fields, 'said');
  return line;
};

test('a log line says who wrote it and when', () => {
  expect(JSON.parse(write({ requestId: 'r-1' }))).toMatchObject({
    service: 'probe',
    requestId: 'r-1',
    msg: 'said',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
  });
});

test('an error is told with its causes, and with nothing that it carries along', () => {
  const query = { sql: 'select * from users.accounts', values: ['VALUE'] } satisfies Query;
  const row = { password_hash: 'HASH', content: 'PROMPT' };
  const errors = [
    new SchemaValidationError(query, row, [{ message: 'no' }]),
    new DataIntegrityError('too many', query),
  ];
  for (const error of errors) {
    const line = write({ error: new Error('outer', { cause: error }) });
    expect(JSON.parse(line).error).toMatchObject({
      message: 'outer',
      cause: { type: error.name, message: error.message },
    });
    expect(line).not.toMatch(/VALUE|HASH|PROMPT|select \*/);
  }
});

test('what is thrown and no error is told as well', () => {
  expect(JSON.parse(write({ error: 'a text' })).error).toEqual({ type: 'string', message: 'a text' });
});

test('secrets are left out at every depth that log calls use', () => {
  const line = write({ password: 'S1', input: { token: 'S2' }, request: { headers: { authorization: 'S3' } } });
  expect(line).not.toMatch(/S1|S2|S3/);
});

test('a process whose log nobody reads any more still ends', async () => {
  const program = `
    const { createLog } = await import('#mesh/log.ts');
    const log = createLog('probe', 'info');
    process.on('disconnect', () => {
      for (let line = 0; line < 1_000; line += 1) log.info('nobody reads this');
      process.exit(7);
    });
    process.send('ready');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: join(import.meta.dirname, '..'),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  await once(child, 'message');
  child.stderr?.destroy();
  child.disconnect();
  const [code] = await once(child, 'exit');
  expect(code).toBe(7);
});
