import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { install, type Installation } from '#tests/harness/installation.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

/** Each process of the real product starts its telemetry for itself, so only the real product can show one trace. */
describe('traces', () => {
  const received: Buffer[] = [];
  const sink = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push(Buffer.concat(chunks));
      response.end();
    });
  });
  let studio: Installation;

  beforeAll(async () => {
    await new Promise<void>((done) => sink.listen(0, '127.0.0.1', done));
    const address = sink.address();
    const port = typeof address === 'object' ? address?.port : 0;
    studio = await install({
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_BSP_SCHEDULE_DELAY: '50' },
    });
  });

  afterAll(async () => {
    await studio.remove();
    sink.close();
  });

  test('reach from the client through the gateway into each process that had a part', async () => {
    const answer = await fetch(`${studio.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', traceparent: `00-${TRACE}-00f067aa0ba902b7-01` },
      body: JSON.stringify({
        query:
          'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken } }',
        variables: studio.admin,
      }),
    });
    expect(answer.status).toBe(200);
    const inTrace = (name: string): boolean =>
      received.some((body) => body.includes(Buffer.from(TRACE, 'hex')) && body.includes(name));
    const spans = [
      'POST /graphql',
      'gateway.authenticate',
      'gateway.validate',
      'gateway.execute',
      'gateway.plan',
      'gateway.fetch',
      'users POST /graphql',
      'pg.query:SELECT',
    ];
    for (const span of spans) {
      await expect.poll(() => inTrace(span), { message: span, timeout: 10_000 }).toBe(true);
    }
    expect(received.some((body) => body.includes(studio.admin.password))).toBe(false);
  });
});
