import type { Step } from '../answers.ts';
import type { Prompt, Reason, Score } from '../worker/protocol.ts';
import { askOf, type Wish } from './ask.ts';
import { inBatches } from './batches.ts';
import { gatherCalls } from './calls.ts';
import { readChunk, type Piece } from './chunk.ts';
import { AnswerTooLong, eventsOf } from './events.ts';
import { brokenOff, refusalInAnswer } from './failure.ts';
import type { ServerAnswer, Servers } from './servers.ts';

/** As a worker's batches. */
const BATCH_TOKENS = 8;
const BATCH_MS = 33;
/** What an answer may take on the wire: so much, and so much for each token that it may have. */
const MOST_BYTES = 1_048_576;
const MOST_BYTES_PER_TOKEN = 8_192;

const isEmpty = ({ text, written, calls, finish, usage }: Piece): boolean =>
  text === '' && !written && calls.length === 0 && finish === null && usage === null;

/**
 * The pieces of an answer as they come, to its end; what makes no sense between them is passed over.
 * @throws StudioError when it ends before it is whole; what the answer throws
 */
const piecesOf = async function* (
  name: string,
  answer: ServerAnswer,
  most: number,
): AsyncGenerator<Piece, void, undefined> {
  const broken = (reason: string): Error => {
    answer.failed(reason);
    return brokenOff(name, reason);
  };
  if (!/^text\/event-stream\b/i.test(answer.type)) throw broken('its server does not stream');
  let finished = false;
  try {
    for await (const event of eventsOf(answer.chunks, most)) {
      const said = readChunk(event);
      if (said.kind === 'done') break;
      if (said.kind === 'problem') {
        const { error, health } = refusalInAnswer(name, answer.concealed(said.problem));
        if (health) answer.failed(health.reason);
        throw error;
      }
      if (said.kind === 'garbage' || isEmpty(said)) continue;
      finished ||= said.finish !== null;
      yield said;
    }
  } catch (error) {
    if (error instanceof AnswerTooLong) throw broken('its server says more than an answer can hold');
    throw error;
  }
  if (!finished) throw broken('its server hung up');
  answer.ended();
};

const reasonOf = (finish: string | null, called: boolean): Reason => {
  if (finish === 'length') return 'length';
  return called ? 'calls' : 'stop';
};

/**
 * Has one of a model's servers answer a prompt.
 * @param model as the servers call it
 * @param room the most completion tokens that can come
 * @throws StudioError whatever was in the way; the signal's reason
 */
export const generateRemotely = async function* (
  servers: Servers,
  { name, model }: { readonly name: string; readonly model: string },
  prompt: Prompt,
  wish: Wish,
  room: number,
  signal: AbortSignal,
): AsyncGenerator<Step, void, undefined> {
  const { maxTokens, scores: wantsScores } = wish;
  const { path, body } = askOf(model, prompt, wish, room);
  const calls = gatherCalls(new Set(prompt.kind === 'chat' ? prompt.tools.map((tool) => tool.name) : []));
  using answer = await servers.post(path, body, signal);
  const pieces = piecesOf(name, answer, MOST_BYTES + maxTokens * MOST_BYTES_PER_TOKEN);
  let counted = 0;
  let finish: string | null = null;
  let usage: Piece['usage'] = null;
  let cut = false;

  for await (const batch of inBatches(pieces, BATCH_TOKENS, BATCH_MS)) {
    let text = '';
    const scores: Score[] = [];
    for (const piece of batch) {
      // One that goes on past what it was allowed is not listened to any more.
      cut ||= piece.written && counted === maxTokens;
      if (cut) break;
      if (piece.written) counted += 1;
      text += piece.text;
      calls.add(piece.calls);
      scores.push(...piece.scores);
      finish = piece.finish ?? finish;
      usage = piece.usage ?? usage;
      if (usage) counted = Math.max(counted, Math.min(usage.completionTokens, maxTokens));
    }
    const common = { text, completionTokens: counted, ...(wantsScores === null ? {} : { scores }) };
    yield { ...common, reason: null, cachedTokens: 0 };
    if (cut) break;
  }

  if (cut) finish = 'length';
  const called = finish === 'length' ? [] : calls.whole();
  if (called === null) throw brokenOff(name, 'it called a function in a way that is none');
  yield {
    text: '',
    completionTokens: counted,
    reason: reasonOf(finish, called.length > 0),
    ...(called.length > 0 ? { calls: called } : {}),
    cachedTokens: usage?.cachedTokens ?? 0,
    ...(usage ? { promptTokens: usage.promptTokens } : {}),
  };
};
