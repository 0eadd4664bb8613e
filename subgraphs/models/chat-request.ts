import type { ChatInput } from '#codegen/models.ts';
import { refuse, within } from './bounds.ts';
import { readMessages } from './chat-messages.ts';
import { readSampling, type Decoding } from './decoding.ts';
import { choiceGrammar, jsonGrammar, OBJECT_GRAMMAR } from './json-grammar.ts';
import { chatWithDefaults } from './model-settings.ts';
import type { ModelSettings } from './store/settings.ts';
import { readTools } from './tools.ts';
import type { Form, Prompt, Tool } from './worker/protocol.ts';

/** What is to be generated, and may be. */
export interface GenerationRequest extends Decoding {
  readonly model: string;
  readonly prompts: readonly Prompt[];
  readonly form: Form;
  /** Answers to each prompt. */
  readonly answers: number;
  /** Whether a prompt, which is a text then, stands before its answer. */
  readonly echo: boolean;
  /** Whether a conversation that is too long loses its beginning, rather than being refused. */
  readonly shifts: boolean;
}

/** A chat as the service takes it: what the client leaves out is what the model's settings say. */
export const askChat = (input: ChatInput) => ({
  kind: 'CHAT' as const,
  model: input.model,
  read: (settings: ModelSettings): GenerationRequest => ({
    ...readChatRequest(chatWithDefaults(input, settings)),
    shifts: settings.contextShift,
  }),
});

export const MAX_ANSWERS = 8;
/** Calls of one answer. */
const MOST_CALLS = 16;

const grammarForm = (grammar: string, schema: unknown): Form => ({ kind: 'grammar', grammar, schema });

/** The tool that must be called by name. */
const toolNamed = (name: string, tools: readonly Tool[]): Tool =>
  tools.find((tool) => tool.name === name) ??
  refuse('toolName', `toolName is ${JSON.stringify(name.slice(0, 64))}, which tools does not hold.`);

const readForm = (input: ChatInput, tools: readonly Tool[]): Form => {
  const { responseSchema, responseFormat, toolChoice, toolName } = input;
  const structured = (responseSchema ?? null) !== null || responseFormat === 'JSON_OBJECT';
  if (typeof toolName === 'string' || toolChoice === 'REQUIRED') {
    if (structured)
      return refuse('toolChoice', 'A call that is required leaves no text for responseSchema or responseFormat.');
    const names = (typeof toolName === 'string' ? [toolNamed(toolName, tools)] : tools).map(({ name }) => name);
    if (names.length === 0) return refuse('toolChoice', 'toolChoice is REQUIRED, and there are no tools.');
    return { kind: 'call', names, choice: choiceGrammar(names) };
  }
  if (structured && tools.length > 0 && toolChoice !== 'NONE') {
    return refuse('responseSchema', 'responseSchema and responseFormat need toolChoice NONE where there are tools.');
  }
  if ((responseSchema ?? null) !== null) {
    const grammar = jsonGrammar(responseSchema);
    if (grammar.outcome === 'grammar') return grammarForm(grammar.gbnf, responseSchema);
    return refuse('responseSchema', `responseSchema cannot be enforced: ${grammar.reason}.`);
  }
  if (structured) return grammarForm(OBJECT_GRAMMAR, null);
  return { kind: 'free', mostCalls: input.parallelToolCalls === false ? 1 : MOST_CALLS };
};

/**
 * Validates what a client asks for.
 * @throws StudioError BAD_USER_INPUT naming the argument that is out of bounds
 */
export const readChatRequest = (input: ChatInput): GenerationRequest => {
  const decoding = readSampling(input);
  const tools = readTools(input.tools ?? []);
  const form = readForm(input, tools);
  if (form.kind === 'call' && decoding.scores !== null) {
    return refuse('logprobs', 'A call that is required has no logprobs.');
  }
  return {
    ...decoding,
    model: input.model,
    // Tools that are not to be called are not told of either.
    prompts: [
      {
        kind: 'chat',
        turns: readMessages(input.messages),
        tools: input.toolChoice === 'NONE' && form.kind !== 'call' ? [] : tools,
      },
    ],
    form,
    answers: within('n', input.n ?? 1, 1, MAX_ANSWERS),
    echo: false,
    shifts: false,
  };
};
