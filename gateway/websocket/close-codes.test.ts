import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CloseCode } from 'graphql-ws';
import { expect, test } from 'vitest';
import { CLOSES } from './close-codes.ts';

const REFERENCE = join(import.meta.dirname, '../../docs/reference/api.md');

/** Codes of which ws closes a connection itself: a frame that is malformed, no UTF-8, or too large. */
const OF_WS = [1002, 1007, 1009];
/** Codes of graphql-ws that its server never sends. */
const OF_CLIENTS = [CloseCode.InternalClientError, CloseCode.BadResponse, CloseCode.ConnectionAcknowledgementTimeout];

test('every code that a WebSocket is closed with stands in docs/reference/api.md, and no other', async () => {
  const table = new Map(
    [...(await readFile(REFERENCE, 'utf8')).matchAll(/^\| (\d{4}) +\| ([^|]*?) +\|/gm)].map(
      ([, code, reason]) => [Number(code), reason] as const,
    ),
  );
  const ofProtocol = Object.values(CloseCode).filter((code) => typeof code === 'number' && !OF_CLIENTS.includes(code));
  const codes = new Set([...Object.values(CLOSES).map(({ code }) => code), ...ofProtocol, ...OF_WS]);
  expect([...table.keys()]).toEqual([...codes].toSorted((a, b) => Number(a) - Number(b)));
  for (const { code, reason } of Object.values(CLOSES)) expect(table.get(code)).toBe(reason);
});
