import { EventEmitter } from 'node:events';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { createGatewayMetrics, doorOf } from './metrics.ts';

test.each([
  ['/graphql', 'graphql'],
  ['/rpc', 'rpc'],
  ['/rpc/llm.chat', 'rpc'],
  ['/rpcs', 'other'],
  ['/v1/chat/completions', 'rest'],
  ['/metrics', 'metrics'],
  ['/', 'other'],
  ['/somebody@example.org', 'other'],
])('%s is the door %s', (path, door) => {
  expect(doorOf(path)).toBe(door);
});

/** As much of a response as is looked at. */
const respond = (statusCode: number, headersSent = true) =>
  Object.assign(new EventEmitter(), { statusCode, headersSent });

const counted = async (metrics: ReturnType<typeof createGatewayMetrics>): Promise<readonly string[]> =>
  (await metrics.registry.metrics())
    .split('\n')
    .filter((line) => line.startsWith('gateway_request_seconds_count'))
    .toSorted();

const QUERY = parse('query A { a }  mutation B { b }');

test('an HTTP request is one, of the kind of its operations, whatever else runs meanwhile', async () => {
  const metrics = createGatewayMetrics();
  const run = async (...names: readonly string[]): Promise<void> => {
    const response = respond(200);
    await metrics.request('rpc', response as never, async () => {
      for (const name of names) {
        await Promise.resolve();
        metrics.operation(QUERY, name).end(200);
      }
    });
    response.emit('close');
  };
  await Promise.all([run('A'), run('A', 'A'), run('B'), run('A', 'B'), run()]);
  const line = (operation: string, times: number): string =>
    `gateway_request_seconds_count{door="rpc",operation="${operation}",status="200"} ${times}`;
  expect(await counted(metrics)).toEqual([line('mixed', 1), line('mutation', 1), line('none', 1), line('query', 2)]);
});

test('an operation of no HTTP request is one by itself', async () => {
  const metrics = createGatewayMetrics();
  metrics.operation(QUERY, 'B').end(429);
  metrics.operation(undefined, undefined).end(400);
  expect(await counted(metrics)).toEqual([
    'gateway_request_seconds_count{door="websocket",operation="mutation",status="429"} 1',
    'gateway_request_seconds_count{door="websocket",operation="none",status="400"} 1',
  ]);
});

test('a client who goes away before the answer has a status of its own', async () => {
  const metrics = createGatewayMetrics();
  const response = respond(200, false);
  await metrics.request('graphql', response as never, () => Promise.resolve());
  response.emit('close');
  expect(await counted(metrics)).toEqual([
    'gateway_request_seconds_count{door="graphql",operation="none",status="499"} 1',
  ]);
});
