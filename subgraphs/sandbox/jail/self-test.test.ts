import { expect, test } from 'vitest';
import { explainSetup, judge } from './self-test.ts';

const HOST = 'net:[1]';
const GOOD = {
  uid: '65534',
  privileges: '1',
  filter: '2',
  capabilities: '0000000000000000',
  network: 'net:[2]',
  interfaces: 'lo',
  namespaces: 'refused',
  processes: '2',
};

const judged = (more: Readonly<Record<string, string>>) =>
  judge(
    Object.entries({ ...GOOD, ...more })
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
    HOST,
  );

test('a jail that says what it must holds', () => expect(judged({})).toEqual({ outcome: 'held' }));

test.for([
  [{ uid: '0' }, 'another user'],
  [{ privileges: '0' }, 'gain privileges'],
  [{ filter: '0' }, 'not be filtered'],
  [{ capabilities: '0000000000000001' }, 'capabilities'],
  [{ interfaces: 'lo eth0' }, 'interfaces'],
  [{ network: HOST }, 'reach the network'],
  [{ namespaces: 'made' }, 'namespaces of its own'],
  [{ processes: '140' }, 'other processes'],
  [{ writes: '/usr' }, 'write to /usr'],
] as const)('one that says %o does not', ([more, fault]) => {
  expect(judged(more)).toMatchObject({ outcome: 'refused', reason: expect.stringContaining(fault) });
});

test('one that says nothing does not', () => expect(judge('', HOST)).toMatchObject({ outcome: 'refused' }));

test('what nobody knows is told as it was said, in one line', () => {
  expect(explainSetup('bwrap: something new\nmore')).toMatchObject({
    reason: 'The jail cannot be set up: bwrap: something new',
    mend: expect.stringContaining('bwrap --unshare-all'),
  });
});
