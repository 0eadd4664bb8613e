import { expect, test } from 'vitest';
import { readyBlock } from './ready-block.ts';

const facts = { address: 'http://127.0.0.1:6813', home: '/srv/devstudio', tookMs: 2_340 };

test('the ready block holds the address, the folder and how long it took', () => {
  expect(readyBlock({ ...facts, admin: undefined })).toMatchInlineSnapshot(`
    "
    CyberDevStudio is ready after 2.3 s.

      Studio    http://127.0.0.1:6813
      Data      /srv/devstudio

      Ctrl-C stops it.
    "
  `);
});

test('on an empty database it shows the first admin with the one-time password', () => {
  const block = readyBlock({ ...facts, admin: { email: 'admin@localhost', password: 'a1b2-c3d4' } });
  expect(block).toContain(
    '  Admin     admin@localhost\n  Password  a1b2-c3d4\n            shown this once; keep it (devstudio user passwd makes another)\n',
  );
});

test('a password that the environment gave is not repeated', () => {
  const block = readyBlock({ ...facts, admin: { email: 'admin@example.org', password: null } });
  expect(block).toContain('  Password  the one of DEVSTUDIO_ADMIN_PASSWORD\n');
});
