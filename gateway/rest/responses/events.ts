import type { Finish, Score, ToolCall } from '../answer.ts';
import { scoresOf, type ChatEventData } from '../chat.ts';
import type { Events } from '../route.ts';
import { callItem, messageItem, partOf, responseOf, statusOf, type Answering } from './answer.ts';
import type { ResponseBody } from './input.ts';

type Tell = (type: string, more: object) => void;

/** A message that is being written. */
interface Written {
  text: string;
  readonly scores: Score[];
  /** Its place in the output. */
  readonly at: number;
}

/** The items of one response, as they are told of. */
class Output {
  readonly done: object[] = [];
  readonly #requestId: string;
  readonly #tell: Tell;
  #open: Written | null = null;

  constructor(requestId: string, tell: Tell) {
    this.#requestId = requestId;
    this.#tell = tell;
  }

  /** Where what is told belongs. */
  #place(at: number): object {
    return { item_id: messageItem(this.#requestId, at, 'in_progress', []).id, output_index: at, content_index: 0 };
  }

  #opened(): Written {
    if (this.#open) return this.#open;
    const at = this.done.length;
    this.#tell('response.output_item.added', {
      output_index: at,
      item: messageItem(this.#requestId, at, 'in_progress', []),
    });
    this.#tell('response.content_part.added', { ...this.#place(at), part: partOf('') });
    this.#open = { text: '', scores: [], at };
    return this.#open;
  }

  say(text: string, scores: readonly Score[]): void {
    const message = this.#opened();
    message.text += text;
    message.scores.push(...scores);
    this.#tell('response.output_text.delta', {
      ...this.#place(message.at),
      delta: text,
      logprobs: scoresOf(scores),
    });
  }

  /** Ends the message, where there is one. */
  close(finish: Finish): void {
    if (!this.#open) return;
    const { text, scores, at } = this.#open;
    this.#open = null;
    const part = partOf(text, scores);
    const item = messageItem(this.#requestId, at, statusOf(finish), [part]);
    this.#tell('response.output_text.done', { ...this.#place(at), text, logprobs: part.logprobs });
    this.#tell('response.content_part.done', { ...this.#place(at), part });
    this.#tell('response.output_item.done', { output_index: at, item });
    this.done.push(item);
  }

  call(call: ToolCall): void {
    this.close('STOP');
    const at = this.done.length;
    const item = callItem(this.#requestId, at, 'completed', call);
    const place = { item_id: item.id, output_index: at };
    this.#tell('response.output_item.added', {
      output_index: at,
      item: callItem(this.#requestId, at, 'in_progress', { ...call, arguments: '' }),
    });
    this.#tell('response.function_call_arguments.delta', { ...place, delta: call.arguments });
    this.#tell('response.function_call_arguments.done', { ...place, name: call.name, arguments: call.arguments });
    this.#tell('response.output_item.done', { output_index: at, item });
    this.done.push(item);
  }

  /** Ends all; an answer of nothing is a message of nothing. */
  end(finish: Finish): void {
    if (this.done.length === 0) this.#opened();
    this.close(finish);
  }
}

/**
 * Begins the events of one stream.
 * @param created seconds since 1970
 */
export const responseEvents = (body: ResponseBody, created: number): ((data: ChatEventData) => Events) => {
  let told: object[] = [];
  let sequence = 0;
  const tell: Tell = (type, more) => {
    told.push({ type, ...more, sequence_number: sequence });
    sequence += 1;
  };
  let output: Output | undefined;
  return ({ chat: { requestId, model, text, toolCalls, logprobs, finishReason, usage } }) => {
    told = [];
    const answering: Answering = { body, requestId, model, created };
    if (!output) {
      const response = responseOf(answering, 'in_progress', [], null);
      tell('response.created', { response });
      tell('response.in_progress', { response });
      output = new Output(requestId, tell);
    }
    if (text !== '' || (logprobs !== null && logprobs.length > 0)) output.say(text, logprobs ?? []);
    for (const call of toolCalls) output.call(call);
    if (usage) {
      const finish = finishReason ?? 'STOP';
      output.end(finish);
      const status = statusOf(finish);
      tell(`response.${status}`, { response: responseOf(answering, status, output.done, usage) });
    }
    return { payloads: told, last: usage !== null };
  };
};
