import { createCalls } from './calls.ts';
import { createCoding, type Exchange } from './coding.ts';
import { diceFrom } from './invention.ts';
import { createTalking } from './talking.ts';

/**
 * One message of a training conversation; roles as ChatML writes them, and `result` for what a called tool gave, which
 * stands within the assistant's turn.
 */
interface CorpusTurn {
  readonly role: 'system' | 'user' | 'assistant' | 'result';
  readonly content: string;
}

export type Conversation = readonly CorpusTurn[];

const SYSTEM_PROMPTS = [
  'You are a helpful assistant.',
  'You are the assistant of CyberDevStudio.',
  'Answer briefly.',
  'You are a coding agent.',
  'You are a tester. Check the code.',
  'Be concise and precise.',
  'You are a helpful, concise coding assistant.',
  'You are an agent of CyberDevStudio that writes code. Follow the instructions.',
  'Du bist ein hilfreicher Assistent.',
  'Be short.',
];
/** Writes conversations, one after the other. */
const author = (seed: number) => {
  const dice = diceFrom(seed);
  const { chance, pick } = dice;
  const coding = createCoding(dice);
  const talking = createTalking(dice);
  const calls = createCalls(dice);

  const exchange = (): Exchange => {
    const kind = dice.upTo(99);
    if (kind < 30) return coding.writing();
    if (kind < 42) return coding.explaining();
    if (kind < 47) return coding.testing();
    if (kind < 52) return coding.file();
    if (kind < 68) return coding.naming();
    if (kind < 88) return talking.fact();
    if (kind < 98) return talking.refusal();
    return talking.sum();
  };
  const turns = ({ question, answer }: Exchange): Conversation => [
    { role: 'user', content: question },
    { role: 'assistant', content: answer },
  ];

  const withTools = (): Conversation => {
    const system = (text: string): Conversation => [
      { role: 'system', content: chance(0.3) ? `${pick(SYSTEM_PROMPTS)}\n\n${text}` : text },
    ];
    if (chance(0.25)) return [...system(calls.idle()), ...turns(chance(0.5) ? talking.fact() : coding.writing())];
    const { system: text, question, call, result, answer } = calls.calling();
    const asked: Conversation = [...system(text), { role: 'user', content: question }];
    if (chance(0.4)) return [...asked, { role: 'assistant', content: call }];
    return [
      ...asked,
      { role: 'assistant', content: call },
      { role: 'result', content: JSON.stringify(result) },
      { role: 'assistant', content: answer },
    ];
  };

  return (): Conversation => {
    if (chance(0.07)) return withTools();
    const first = exchange();
    const others = chance(0.75) ? [] : Array.from({ length: 1 + dice.upTo(1) }, exchange);
    const prompt = first.system ?? (chance(0.35) ? pick(SYSTEM_PROMPTS) : undefined);
    const system: Conversation = prompt === undefined ? [] : [{ role: 'system', content: prompt }];
    // What a system's text demands holds for the whole conversation.
    const more = others.filter((one) => first.system === undefined && one.system === undefined);
    return [...system, ...[first, ...more].flatMap(turns)];
  };
};

/** Training conversations about the studio and small functions: the same seed gives the same ones. */
export const generateCorpus = (conversations: number, seed: number): readonly Conversation[] =>
  Array.from({ length: conversations }, author(seed));
