import type { BillingStore, Price } from './store/billing.ts';

/** Micro-credits for a token of a model that was given no price. */
const DEFAULT = { prompt: 1, completion: 1 } as const;

export interface Prices {
  /** What a token of a model costs now. The prices are read once for all fields of a request. */
  of(model: string, request: object): Promise<Pick<Price, 'prompt' | 'completion'>>;
}

export const createPrices = (billing: Pick<BillingStore, 'prices'>): Prices => {
  const read = new WeakMap<object, Promise<ReadonlyMap<string, Price>>>();
  const pricesOf = async (): Promise<ReadonlyMap<string, Price>> =>
    new Map((await billing.prices()).map((price) => [price.model, price]));
  return {
    of: async (model, request) => {
      const prices = read.get(request) ?? pricesOf();
      read.set(request, prices);
      return (await prices).get(model) ?? DEFAULT;
    },
  };
};
