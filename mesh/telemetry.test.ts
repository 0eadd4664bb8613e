import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isTraced } from './telemetry.ts';

/** Runs a program that does one traced piece of work, in a process of its own: a process starts its telemetry once. */
const runTraced = (env: Record<string, string>): Promise<number | null> =>
  new Promise((done) => {
    const program = `
      const { startTelemetry } = await import('#mesh/telemetry.ts');
      const { traced, traceHeaders } = await import('#mesh/trace.ts');
      const { createLog } = await import('#mesh/log.ts');
      const stop = await startTelemetry('probe', createLog('probe', 'silent'));
      const parent = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
      const sent = await traced('POST /graphql', parent, {}, async () => traceHeaders());
      await stop();
      process.exit(sent.traceparent?.includes('0af7651916cd43dd8448eb211c80319c') ? 10 : 11);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      cwd: join(import.meta.dirname, '..'),
      env: { PATH: process.env['PATH'], ...env },
      stdio: 'ignore',
    });
    child.once('exit', (code) => done(code));
  });

describe('telemetry', () => {
  test('is off unless the standard variable names an endpoint', () => {
    expect(isTraced({})).toBe(false);
    expect(isTraced({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' })).toBe(true);
  });

  test('costs no trace and sends no header when it is off', async () => {
    expect(await runTraced({})).toBe(11);
  });

  test('continues the trace it was given and exports it by OTLP', async () => {
    const received: { path: string | undefined; body: Buffer }[] = [];
    const sink = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        received.push({ path: request.url, body: Buffer.concat(chunks) });
        response.end();
      });
    });
    await new Promise<void>((done) => sink.listen(0, '127.0.0.1', done));
    const address = sink.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const code = await runTraced({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
    sink.close();
    expect(code).toBe(10);
    expect(received.map(({ path }) => path)).toEqual(['/v1/traces']);
    const [{ body } = { body: Buffer.alloc(0) }] = received;
    expect(body.includes('POST /graphql')).toBe(true);
    expect(body.includes('devstudio-probe')).toBe(true);
    expect(body.includes(Buffer.from('0af7651916cd43dd8448eb211c80319c', 'hex'))).toBe(true);
  });
});
