import { stringify } from 'csv-stringify/sync';
import type { Entry } from './store/ledger.ts';

const COLUMNS = {
  id: 'id',
  kind: 'kind',
  at: 'at',
  userId: 'user_id',
  tokens: 'tokens',
  costMicrocredits: 'cost_microcredits',
  requestId: 'request_id',
  model: 'model',
  apiKeyId: 'api_key_id',
  promptTokens: 'prompt_tokens',
  completionTokens: 'completion_tokens',
  outcome: 'outcome',
  reason: 'reason',
  grantedBy: 'granted_by',
} as const satisfies Record<keyof Entry, string>;

/**
 * Part of the ledger as a table: RFC 4180; the first part has the header line. A text that a spreadsheet would run as a formula begins with an
 * apostrophe; numbers stay numbers, negative ones too.
 */
export const ledgerCsv = (entries: readonly Entry[], header = true): string =>
  stringify([...entries], {
    header,
    columns: COLUMNS,
    record_delimiter: 'windows',
    quoted_match: /[\r\n]/u,
    escape_formulas: true,
  });

/** The whole table. It is written page by page, so that others get their turn between two of them. */
export const ledgerCsvOf = async (pages: AsyncIterable<readonly Entry[]>): Promise<string> => {
  let csv = ledgerCsv([]);
  for await (const page of pages) csv += ledgerCsv(page, false);
  return csv;
};
