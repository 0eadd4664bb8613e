import type { Prompt } from '../worker/protocol.ts';

/** What is known of a prompt's tokens before the server has counted them. */
export interface Estimate {
  /** As many as there can be. */
  readonly most: number;
  /** About as many as there are. */
  readonly likely: number;
}

/** What a template puts around each turn. */
const PER_TURN = 16;
/** What it puts before and after all of them, be it instructions of its own. */
const PER_PROMPT = 64;
/** A token of a text is about so long, whatever the vocabulary. */
const BYTES_PER_TOKEN = 4;

/** A vocabulary that knows a byte of a text not better makes it one token; no text has more tokens than bytes. */
const estimate = (bytes: number, around: number, contextSize: number): Estimate => {
  const most = Math.max(1, Math.min(bytes + around, contextSize - 1));
  return { most, likely: Math.min(most, Math.ceil(bytes / BYTES_PER_TOKEN) + Math.ceil(around / BYTES_PER_TOKEN)) };
};

/** @param contextSize tokens that prompt and answer may have together: a longer prompt is refused by the server */
export const estimatePrompt = (prompt: Prompt, contextSize: number): Estimate => {
  if (prompt.kind === 'text') return estimate(Buffer.byteLength(prompt.text), 2, contextSize);
  const { turns, tools } = prompt;
  const told = [
    ...turns.flatMap(({ content, calls, callId }) => [content, callId ?? '', calls ? JSON.stringify(calls) : '']),
    ...tools.map(({ name, description, parameters }) => JSON.stringify([name, description, parameters])),
  ];
  const bytes = told.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return estimate(bytes, PER_PROMPT + PER_TURN * (turns.length + tools.length), contextSize);
};

export const estimateText = (text: string, contextSize: number): Estimate =>
  estimate(Buffer.byteLength(text), 2, contextSize + 1);
