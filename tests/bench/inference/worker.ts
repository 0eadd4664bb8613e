import { StudioError } from '#mesh/errors.ts';
import { createLog } from '#mesh/log.ts';
import { startModel } from '#subgraphs/models/loaded-model.ts';
import { askAll, type Answering, type Side } from './questions.ts';
import type { BenchModel } from './models.ts';
import { SLOTS } from './terms.ts';

/** Our worker process, without anything before it. */
export const startWorkerSide = async ({ path, contextSize }: BenchModel): Promise<Side> => {
  const { signal } = new AbortController();
  const options = { kind: 'CHAT', path, contextSize, sequences: SLOTS, threads: 1 } as const;
  const started = await startModel('bench', options, signal, createLog('bench', 'silent'));
  if (started.outcome !== 'loaded') throw new Error(started.reason);
  const { model } = started;

  const answer: Answering = async ({ text, maxTokens }, piece) => {
    const turns = [{ role: 'USER', content: text }] as const;
    using conversation = await model.open([{ kind: 'chat', turns, tools: [] }], 'bench', signal);
    const sampling = { temperature: 0, topP: 1, topK: 0, repeatPenalty: 1, seed: 1 };
    const how = { form: { kind: 'free', mostCalls: 1 }, scores: null, stop: [], maxTokens, sampling } as const;
    let tokens = 0;
    for await (const step of conversation.generate(0, how, signal)) {
      tokens = step.completionTokens;
      piece();
    }
    return tokens;
  };

  return {
    name: 'worker',
    ask: (questions) => askAll(questions, answer),
    stop: () => model.close(new StudioError('MODEL_NOT_LOADED')),
  };
};
