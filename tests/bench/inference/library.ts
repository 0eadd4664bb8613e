/** A process of its own with node-llama-cpp as its documentation has it: a LlamaChat for each sequence of one context. */
import { getLlama, LlamaChat, LlamaLogLevel, resolveChatWrapper } from 'node-llama-cpp';
import { z } from 'zod';
import { askAll, Question, type Answering } from './questions.ts';
import { SLOTS } from './terms.ts';

const [modelPath = '', contextSize = ''] = process.argv.slice(2);
const llama = await getLlama({ gpu: false, build: 'never', maxThreads: 1, logLevel: LlamaLogLevel.error });
const model = await llama.loadModel({ modelPath });
const context = await model.createContext({
  contextSize: Number(contextSize),
  sequences: SLOTS,
  threads: { ideal: 1, min: 1 },
});
const chatWrapper = resolveChatWrapper(model);
const free = Array.from(
  { length: SLOTS },
  () => new LlamaChat({ contextSequence: context.getSequence(), chatWrapper, autoDisposeSequence: false }),
);

const answer: Answering = async ({ text, maxTokens }, piece) => {
  const chat = free.pop();
  if (!chat) throw new Error('more questions at once than sequences');
  const before = chat.sequence.tokenMeter.getState();
  await chat.generateResponse(
    [
      { type: 'user', text },
      { type: 'model', response: [] },
    ],
    { maxTokens, temperature: 0, onTextChunk: () => {}, onToken: piece },
  );
  free.push(chat);
  return chat.sequence.tokenMeter.diff(before).usedOutputTokens;
};

process.on('message', (message) => {
  askAll(z.array(Question).parse(message), answer).then(
    (answers) => process.send?.(answers),
    (error: unknown) => process.send?.({ failure: String(error) }),
  );
});
process.send?.({ ready: true });
