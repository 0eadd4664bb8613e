import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GraphQLError } from 'graphql';
import { describe, expect, test } from 'vitest';
import { entryOf, ERRORS, isErrorCode, StudioError, type ErrorEntry } from './errors.ts';

const REFERENCE = join(import.meta.dirname, '../docs/reference/errors.md');
const table: readonly [string, ErrorEntry][] = Object.entries(ERRORS);

describe('the table of errors', () => {
  test('is what docs/reference/errors.md lists, row by row', async () => {
    const rows = (await readFile(REFERENCE, 'utf8'))
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    expect(rows).toEqual(
      table.map(([code, { status, rpc, openai, sentence, mend }]) => [
        `\`${code}\``,
        `${status}`,
        `${rpc}`,
        `\`${openai}\``,
        sentence,
        mend,
      ]),
    );
  });

  test.each(table)('%s has a status and a JSON-RPC code of their ranges, and two sentences', (code, entry) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(entry.status).toBeGreaterThanOrEqual(400);
    expect(entry.status).toBeLessThan(600);
    expect(entry.rpc).toBeGreaterThanOrEqual(-32_768);
    expect(entry.rpc).toBeLessThanOrEqual(-32_000);
    expect(entry.openai).toMatch(/^[a-z]+(_[a-z]+)*$/);
    // A cell of a Markdown table cannot hold a bar.
    for (const text of [entry.sentence, entry.mend]) expect(text).toMatch(/^[A-Z][^|\n]+\.$/);
  });

  test.each([
    ['UNAUTHENTICATED', 401, -32_001],
    ['FORBIDDEN', 403, -32_003],
    ['BUDGET_EXCEEDED', 429, -32_029],
    ['RATE_LIMITED', 429, -32_029],
    ['MODEL_NOT_LOADED', 500, -32_050],
    ['MODEL_CRASHED', 500, -32_050],
    ['BAD_USER_INPUT', 400, -32_602],
    ['PATH_REFUSED', 403, -32_013],
  ])('%s is what the contract promised', (code, status, rpc) => {
    expect(entryOf(code)).toMatchObject({ status, rpc });
  });

  test('says of any other code that it is an internal error', () => {
    for (const code of ['NO_SUCH_CODE', 'toString', '__proto__', '', undefined, null, 7]) {
      expect(isErrorCode(code)).toBe(false);
      expect(entryOf(code)).toBe(ERRORS.INTERNAL_SERVER_ERROR);
    }
  });
});

describe('an error of the studio', () => {
  test('carries its code, its sentence and its mend', () => {
    const error = new StudioError('FORBIDDEN');
    expect(error).toBeInstanceOf(GraphQLError);
    expect(error.code).toBe('FORBIDDEN');
    expect(error.toJSON()).toEqual({
      message: ERRORS.FORBIDDEN.sentence,
      extensions: { code: 'FORBIDDEN', mend: ERRORS.FORBIDDEN.mend },
    });
  });

  test('may say more of its case', () => {
    const error = new StudioError('RATE_LIMITED', 'Ten logins a minute.', { retryAfterSeconds: 30, argument: 'email' });
    expect(error.toJSON()).toEqual({
      message: 'Ten logins a minute.',
      extensions: { code: 'RATE_LIMITED', mend: ERRORS.RATE_LIMITED.mend, retryAfterSeconds: 30, argument: 'email' },
    });
  });
});
