import { expect, test } from 'vitest';
import { createReportReader, type InitReport } from './init-protocol.ts';

const report = (kind: string, body: Buffer = Buffer.alloc(0)): Buffer => {
  const head = Buffer.alloc(5);
  head.write(kind, 0, 'latin1');
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
};

const ended = (status: number, cpuMs: number): Buffer => {
  const body = Buffer.alloc(8);
  body.writeUInt32BE(status, 0);
  body.writeUInt32BE(cpuMs, 4);
  return report('Z', body);
};

const read = (chunks: readonly Buffer[]): readonly InitReport[] => {
  const reports: InitReport[] = [];
  const take = createReportReader((one) => reports.push(one));
  for (const chunk of chunks) take(chunk);
  return reports;
};

test('reports are read however they are cut', () => {
  const bytes = Buffer.concat([report('R'), report('S'), ended(0x0300, 40)]);
  const expected = [{ kind: 'ready' }, { kind: 'started' }, { kind: 'ended', code: 3, signal: null, cpuMs: 40 }];
  expect(read([bytes])).toEqual(expected);
  expect(read([...bytes].map((byte) => Buffer.from([byte])))).toEqual(expected);
});

test('a signal is told from a code', () => {
  expect(read([ended(9, 0)])).toMatchObject([{ code: null, signal: 'SIGKILL' }]);
  expect(read([ended(0x8b, 0)])).toMatchObject([{ code: null, signal: 'SIGSEGV' }]);
  expect(read([ended(137 << 8, 0)])).toMatchObject([{ code: 137, signal: null }]);
});

test('a failure has its number and its sentence', () => {
  expect(read([report('E', Buffer.from('28\0A file cannot be written'))])).toEqual([
    { kind: 'failed', errno: 28, reason: 'A file cannot be written' },
  ]);
});

test.for([
  ['an unknown letter', report('Q')],
  ['an end without its numbers', report('Z', Buffer.alloc(3))],
  ['a body larger than any', Buffer.from([0x5a, 0xff, 0xff, 0xff, 0xff])],
] as const)('nothing is read after %s', ([, bytes]) => {
  expect(read([bytes, ended(0, 0)])).toEqual([]);
});
