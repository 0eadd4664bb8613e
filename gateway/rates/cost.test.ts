import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { costOf } from './cost.ts';

const cost = (text: string, variables?: Record<string, unknown>) => costOf({ document: parse(text), variables });

test('each root field costs a point, in fragments and under aliases too', () => {
  expect(cost('{ me { id } }').points).toBe(1);
  expect(
    cost('{ a: me { id } b: me { id } ...F ... { d: me { id } } } fragment F on Query { c: me { id } }').points,
  ).toBe(4);
});

test('what is heavy costs more wherever it stands, under each alias and in fragments', () => {
  expect(cost('{ me { ledgerCsv accountData } }').points).toBe(41);
  expect(cost('{ me { a: ledgerCsv ...F } } fragment F on User { b: ledgerCsv ... { c: ledgerCsv } }').points).toBe(61);
  expect(cost('{ conversations { owner { usageSeries { at } } } }').points).toBe(6);
  expect(cost('{ usageSeries { at } }').points).toBe(6);
});

test('each refresh of a session costs ten', () => {
  const field = 'refreshSession(refreshToken: "x") { accessToken }';
  expect(cost(`mutation { a: ${field} b: ${field} }`).points).toBe(20);
});

test('each alias of login is a sign-in, with the e-mail that it names', () => {
  const text = `mutation ($given: String!, $standing: String = "c@d") {
    login(email: "a@b", password: "p") { accessToken }
    second: login(email: $given, password: "p") { accessToken }
    third: login(email: $standing, password: "p") { accessToken }
  }`;
  expect(cost(text, { given: 'x@y' })).toEqual({
    points: 3,
    signIns: [{ email: 'a@b' }, { email: 'x@y' }, { email: 'c@d' }],
  });
});

test('an e-mail that is no text is none', () => {
  const text = 'mutation ($e: String!) { login(email: $e, password: "p") { accessToken } }';
  expect(cost(text, { e: 7 }).signIns).toEqual([{ email: undefined }]);
});

test('an operation that is not there costs what any request does', () => {
  expect(costOf({ document: parse('query A { me { id } }'), operationName: 'B' })).toEqual({ points: 1, signIns: [] });
});
