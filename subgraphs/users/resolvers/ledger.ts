import type { LedgerEntry, QueryResolvers, UserResolvers } from '#codegen/users.ts';
import type { Database } from '#mesh/database/pool.ts';
import type { HeavyReads } from '../heavy-reads.ts';
import { ledgerCsvOf } from '../ledger-csv.ts';
import { readLedger, readLedgerForCsv } from '../ledger.ts';
import type { Entry } from '../store/ledger.ts';
import { refuseStrangers } from '../strangers.ts';
import { filterOf } from '../usage.ts';

const shown = (entry: Entry): LedgerEntry => ({
  ...entry,
  tokens: entry.tokens.toString(),
  costMicrocredits: entry.costMicrocredits.toString(),
});

/** Grants and charges. */
export const ledgerResolvers = (
  db: Database,
  heavily: HeavyReads,
): {
  readonly Query: Required<Pick<QueryResolvers, 'ledger' | 'ledgerCsv'>>;
  readonly User: Required<Pick<UserResolvers, 'ledger' | 'ledgerCsv'>>;
} => {
  const of = (userId: string) => ({ userId, apiKeyId: null, model: null });
  return {
    Query: {
      ledger: async (_parent, { filter, first, window, after }) =>
        (await readLedger(db, { first, window, after }, filterOf(filter))).map(shown),
      ledgerCsv: (_parent, { filter, window, after }, context) =>
        heavily(context, 'ledgerCsv', () => ledgerCsvOf(readLedgerForCsv(db, { window, after }, filterOf(filter)))),
    },
    User: {
      ledger: async ({ id }, { first, window, after }, context) => {
        refuseStrangers(id, context);
        return (await readLedger(db, { first, window, after }, of(id))).map(shown);
      },
      ledgerCsv: async ({ id }, { window, after }, context) => {
        refuseStrangers(id, context);
        return heavily(context, 'ledgerCsv', () => ledgerCsvOf(readLedgerForCsv(db, { window, after }, of(id))));
      },
    },
  };
};
