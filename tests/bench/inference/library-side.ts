import { join } from 'node:path';
import { z } from 'zod';
import { startNode } from '../processes.ts';
import type { BenchModel } from './models.ts';
import { Answer, type Side } from './questions.ts';

/** node-llama-cpp in a process of its own, which takes the times itself. */
export const startLibrarySide = async ({ path, contextSize }: BenchModel): Promise<Side> => {
  const child = startNode([join(import.meta.dirname, 'library.ts'), path, String(contextSize)]);
  await child.receive(z.object({ ready: z.literal(true) }));
  return {
    name: 'library',
    ask: (questions) => child.receive(z.array(Answer), [...questions]),
    stop: () => child.stop(),
  };
};
