import { z } from 'zod';
import type { Database } from '#mesh/database/pool.ts';
import { recordAudit, type Actor } from './audit.ts';
import { ModelName, parseInput, WholeNumber } from './input.ts';
import { setModelPrice, type ModelPrice } from './store/billing.ts';

/** A thousand credits a token: so the cost of the largest request stays a number of 63 bits, and a price an Int. */
const MAX_PRICE = 1_000_000_000n;
const Price = WholeNumber.refine((price) => price <= MAX_PRICE, `must be at most ${MAX_PRICE}`);
const NewPrice = z.object({ model: ModelName, prompt: Price, completion: Price });

/**
 * Sets what a token of a model costs; requests that run keep their prices.
 * @throws StudioError BAD_USER_INPUT
 */
export const priceModel = (
  db: Database,
  input: Readonly<Record<keyof z.input<typeof NewPrice>, unknown>>,
  actor: Actor,
): Promise<ModelPrice> => {
  const price = parseInput(NewPrice, input);
  return db.transaction(async (transaction) => {
    const set = await setModelPrice(transaction, price);
    await recordAudit(transaction, actor, {
      action: 'model-price.set',
      targetKind: 'model',
      targetId: price.model,
      details: { prompt: String(price.prompt), completion: String(price.completion) },
    });
    return set;
  });
};
