import { expect, test } from 'vitest';
import { asText, canStart, missing, ok, reduced } from './finding.ts';

test('a reduction does not keep the studio from starting, something missing does', () => {
  expect(canStart([ok('Node', '24.21.0'), reduced('Browser', 'none', 'install chromium')])).toBe(true);
  expect(canStart([ok('Node', '24.21.0'), missing('Ports', '6813 is taken', 'set GATEWAY_PORT')])).toBe(false);
});

test('the findings stand in columns, each mend under what it mends', () => {
  expect(asText([ok('Node', '24.21.0'), missing('Ports', '6813 is taken', 'set GATEWAY_PORT')])).toBe(
    [
      'ok       Node   24.21.0',
      'missing  Ports  6813 is taken',
      '                → set GATEWAY_PORT',
      '',
      'The studio cannot start here: 1 thing is missing.',
    ].join('\n'),
  );
});
