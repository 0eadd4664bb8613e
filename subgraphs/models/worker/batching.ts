import type { CustomBatchingPrioritizationStrategy } from 'node-llama-cpp';

/** How often an incomplete batch is looked at again; each look is a microtask, and 4 were measured to be needed. */
const PATIENCE = 8;

/**
 * How waiting sequences become one batch of llama.cpp. The library's own way always misses one sequence, and keeps the
 * order of arrival, which llama.cpp takes apart into several decodes. Waiting a moment for every active sequence and
 * ordering them by their slot brought 4 to 8 streams from 0.74–0.9 of llama-server's speed to its equal.
 * @param active how many sequences generate or read a prompt at the moment
 */
export const gatherAndSort = (active: () => number): CustomBatchingPrioritizationStrategy => {
  let looked = 0;
  return ({ items, size }) => {
    if (items.length < active() && looked < PATIENCE) {
      looked += 1;
      return [];
    }
    looked = 0;
    let left = size;
    return items
      .toSorted((one, other) => one.evaluationPriority - other.evaluationPriority)
      .flatMap((item) => {
        const processAmount = Math.min(left, item.tokens.length);
        left -= processAmount;
        return processAmount > 0 ? [{ item, processAmount }] : [];
      });
  };
};
