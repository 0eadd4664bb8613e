import { expect, test } from 'vitest';
import { ledgerCsv } from './ledger-csv.ts';
import type { Entry } from './store/ledger.ts';

const GRANT: Entry = {
  id: 'grant-1',
  kind: 'GRANT',
  at: '2026-03-01T00:00:00.000Z',
  userId: 'u',
  tokens: 5n,
  costMicrocredits: 0n,
  requestId: null,
  model: null,
  apiKeyId: null,
  promptTokens: null,
  completionTokens: null,
  outcome: null,
  reason: null,
  grantedBy: null,
};
const HEADER =
  'id,kind,at,user_id,tokens,cost_microcredits,request_id,model,api_key_id,prompt_tokens,completion_tokens,outcome,reason,granted_by';
const linesOf = (csv: string) => csv.split('\r\n');
const reasonOf = (reason: string) =>
  linesOf(ledgerCsv([{ ...GRANT, reason }]))
    .slice(1, -1)
    .join('\r\n')
    .split(',,,,,,,')[1];

test('every line ends with CR and LF, the header too', () => {
  expect(ledgerCsv([])).toBe(`${HEADER}\r\n`);
  expect(linesOf(ledgerCsv([GRANT, GRANT]))).toEqual([
    HEADER,
    ...Array.from({ length: 2 }, () => 'grant-1,GRANT,2026-03-01T00:00:00.000Z,u,5,0,,,,,,,,'),
    '',
  ]);
});

test('numbers stay numbers, whatever their sign and size', () => {
  const charge: Entry = { ...GRANT, kind: 'CHARGE', tokens: -12n, costMicrocredits: 9_007_199_254_740_993n };
  expect(linesOf(ledgerCsv([charge]))[1]).toContain(',-12,9007199254740993,');
});

test.each([
  ['=1+1', "'=1+1,"],
  ['+49', "'+49,"],
  ['-49', "'-49,"],
  ['@SUM(A1)', "'@SUM(A1),"],
  ['\tx', "'\tx,"],
  ['＝1', "'＝1,"],
  ['=HYPERLINK("http://x.test","y")', `"'=HYPERLINK(""http://x.test"",""y"")",`],
  ['for = 5', 'for = 5,'],
])('the text %j is no formula', (text, cell) => {
  expect(reasonOf(text)).toBe(cell);
});

test('commas, quotes and line breaks stay inside their cell', () => {
  expect(reasonOf('a,b')).toBe('"a,b",');
  expect(reasonOf('say "hi"')).toBe('"say ""hi""",');
  expect(reasonOf('a\r\nb')).toBe('"a\r\nb",');
  expect(reasonOf('a\nb')).toBe('"a\nb",');
});
