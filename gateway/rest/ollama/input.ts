import { samplingInput, type Sampling } from '../sampling.ts';

interface Options extends Omit<Sampling, 'max_tokens'> {
  readonly num_predict?: number | null;
}

interface Message {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content?: string | null;
  readonly tool_calls?:
    | readonly { readonly id?: string; readonly function: { readonly name: string; readonly arguments: object } }[]
    | null;
  readonly tool_name?: string;
  readonly tool_call_id?: string;
}

interface Generating {
  readonly model: string;
  readonly options?: Options | null;
  readonly format?: 'json' | '' | object | null;
  readonly stream?: boolean | null;
}

/** The body of /api/chat, as far as it has an effect. */
export interface ChatBody extends Generating {
  readonly messages: readonly Message[];
  readonly tools?:
    | readonly {
        readonly function: {
          readonly name: string;
          readonly description?: string | null;
          readonly parameters?: unknown;
        };
      }[]
    | null;
}

/** The body of /api/generate, likewise. */
export interface GenerateBody extends Generating {
  readonly prompt: string;
  readonly system?: string;
}

/** Ollama's clients may write a tag; our models have but one. */
export const modelNamed = (name: string): string => name.replace(/:latest$/, '');

const commonInput = ({ model, options, format }: Generating) => {
  const { num_predict: most, ...sampling } = options ?? {};
  return {
    model: modelNamed(model),
    ...samplingInput(sampling),
    ...(typeof most === 'number' && most > 0 ? { maxTokens: most } : {}),
    ...(format === 'json' ? { responseFormat: 'JSON_OBJECT' } : {}),
    ...(typeof format === 'object' && format !== null ? { responseSchema: format } : {}),
  };
};

const ROLES = { system: 'SYSTEM', user: 'USER', assistant: 'ASSISTANT', tool: 'TOOL' } as const;

/** Ollama's calls need no ids: those that have none get one, and a result goes to the next call of its name. */
const messagesInput = (messages: readonly Message[]) => {
  let open: { readonly id: string; readonly name: string }[] = [];
  const answered = ({ tool_call_id: id, tool_name: name }: Message): string => {
    const fits = (call: { readonly id: string; readonly name: string }): boolean =>
      id === undefined ? name === undefined || call.name === name : call.id === id;
    const at = open.findIndex(fits);
    const [call] = at === -1 ? [] : open.splice(at, 1);
    // The models service says of a call that was not made that it was not.
    return call?.id ?? id ?? name ?? '';
  };
  return messages.map((message, index) => {
    const { role, content, tool_calls: made } = message;
    const common = { role: ROLES[role], content: content ?? '' };
    if (role === 'tool') return { ...common, toolCallId: answered(message) };
    const toolCalls = (made ?? []).map(({ id, function: { name, arguments: given } }, at) => ({
      id: id ?? `call_${index}_${at}`,
      name,
      arguments: JSON.stringify(given),
    }));
    open = [...toolCalls];
    return { ...common, ...(toolCalls.length > 0 ? { toolCalls } : {}) };
  });
};

/** The graph's input for a chat. */
export const chatInput = (body: ChatBody) => ({
  ...commonInput(body),
  messages: messagesInput(body.messages),
  ...(body.tools && body.tools.length > 0
    ? {
        tools: body.tools.map(({ function: { name, description, parameters } }) => ({ name, description, parameters })),
      }
    : {}),
});

/** The graph's input for a prompt, which is a chat with one message of the user. */
export const generateInput = (body: GenerateBody) => ({
  ...commonInput(body),
  messages: [
    ...(body.system === undefined || body.system === '' ? [] : [{ role: 'SYSTEM', content: body.system }]),
    { role: 'USER', content: body.prompt },
  ],
});
