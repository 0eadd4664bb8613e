import { FACTS, REFUSAL } from './facts.ts';
import { randomFrom } from './random.ts';
import { TASKS, type ParameterNames, type Task } from './tasks.ts';

/** One message of a training conversation; roles as ChatML writes them. */
interface CorpusTurn {
  readonly role: 'system' | 'user' | 'assistant';
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
];
const GREETINGS = ['', '', '', 'Please ', 'Can you ', 'Could you ', 'Hi, ', 'Hey, ', 'please '];
const CLOSINGS = ['', '', '', ' Thanks!', ' please', ' Keep it short.', ' for me'];
const OPENINGS = ['', '', 'Hi, ', 'Please tell me: ', 'I have a question: ', 'hey, '];
const VERBS = ['write', 'Write', 'create', 'make', 'give me'];
const EXPLAIN = [
  'What does this code do?',
  'Explain this code:',
  'Explain this function:',
  'what does this function do',
];

/** Names are put together from these, so that the model learns to copy a name instead of knowing it. */
const WORDS =
  'alpha beta gamma data item node value list text count total index key row cell name user file path line word page size rate score price level point token model cache query order task step event state color shape depth width limit offset parse load save read write build make find check merge split apply update handle process compute convert'.split(
    ' ',
  );
const SYLLABLES = 'ba ko lu mi ra to ze qua fi xo ne pra dul vi sto gre hy jun wop ket'.split(' ');
const SHORT_NAMES = ['foo', 'bar', 'baz', 'z', 'q', 'p'];
const LETTERS = 'a b c d e f g h i j k l m n o p q r s t u v w x y z'.split(' ');

/** Topics that the model does not know, and ways to ask for them. */
const TOPICS =
  'Rust Java Go Berlin Paris physics history music football cooking moon ocean banks cars planets Shakespeare dinosaurs vaccines volcanoes chess tea coffee love money politics religion biology chemistry airplanes Kubernetes Docker Linux Windows Haskell SQL Excel medicine law gardening astronomy'.split(
    ' ',
  );
const OFF_TOPIC = [
  'What is {}?',
  'Tell me about {}',
  'who invented {}',
  'How does {} work?',
  'explain {} to me',
  'why is {} important',
  'Write an essay about {}',
  'what do you think of {}',
  'where is {}',
  'when was {} founded',
  'translate {} to French',
  'Was ist {}?',
  'write a poem about {}',
];

type Exchange = readonly [question: string, answer: string];

/** Puts the names into a task's code or explanation. */
export const fill = (template: string, name: string, [a, b = a]: ParameterNames): string =>
  template.replaceAll('{name}', name).replaceAll('{a}', a).replaceAll('{b}', b);

const camelCase = (name: string): string => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

/** Writes conversations, one after the other. */
const author = (random: () => number) => {
  const chance = (probability: number): boolean => random() < probability;
  const upTo = (largest: number): number => Math.floor(random() * (largest + 1));
  const pick = <T>(choices: readonly T[]): T => {
    const choice = choices[upTo(choices.length - 1)];
    if (choice === undefined) throw new Error('there is nothing to choose from');
    return choice;
  };

  const inventName = (): string => {
    const kind = random();
    if (kind < 0.3) return pick(WORDS);
    if (kind < 0.6) return `${pick(WORDS)}_${pick(WORDS)}`;
    if (kind < 0.85) return pick(SYLLABLES) + pick(SYLLABLES) + (chance(0.4) ? pick(SYLLABLES) : '');
    return pick(LETTERS) + (chance(0.5) ? String(1 + upTo(8)) : '');
  };
  const inventParameter = (): string => (chance(0.6) ? inventName().replace(/_.*/, '') : pick(SHORT_NAMES));
  const inventParameters = ({ parameters: [first = ['x']] }: Task): ParameterNames => {
    const a = inventParameter();
    if (first.length === 1) return [a];
    let b = inventParameter();
    while (b === a) b = inventParameter();
    return [a, b];
  };

  const code = (): Exchange => {
    const task = pick(TASKS);
    const python = chance(0.55);
    const [ownName = 'f'] = task.names;
    const [ownParameters = ['x']] = task.parameters;
    const named = chance(0.6);
    const spelled = named ? (chance(0.75) ? inventName() : pick(task.names)) : ownName;
    const name = python ? spelled : camelCase(spelled);
    const withParameters = named && chance(0.5);
    const parameters = withParameters ? (chance(0.6) ? inventParameters(task) : pick(task.parameters)) : ownParameters;
    const language = python ? 'Python' : pick(['JavaScript', 'JavaScript', 'JS']);
    const called = named ? ` ${pick(['called', 'named'])} ${name}` : '';
    const taking = withParameters
      ? ` with ${parameters.length > 1 ? 'arguments' : 'the argument'} ${parameters.join(' and ')}`
      : '';
    const request = `${pick(VERBS)} a ${language} function${called}${taking} that ${pick(task.purposes)}`;
    const question = `${pick(GREETINGS)}${request}${pick(['.', '', '.'])}${pick(CLOSINGS)}`;
    const source = fill(python ? task.python : task.javascript, name, parameters);
    const fence = python ? 'python' : 'javascript';
    return [question, `\`\`\`${fence}\n${source}\n\`\`\`\n${fill(task.explanation, name, parameters)}`];
  };

  const explanation = (): Exchange => {
    const task = pick(TASKS);
    const python = chance(0.55);
    const parameters = chance(0.6) ? inventParameters(task) : pick(task.parameters);
    const spelled = chance(0.6) ? inventName() : pick(task.names);
    const name = python ? spelled : camelCase(spelled);
    const source = fill(python ? task.python : task.javascript, name, parameters);
    const question = `${pick(EXPLAIN)}\n\`\`\`${python ? 'python' : 'javascript'}\n${source}\n\`\`\``;
    return [question, `The function ${name} ${task.purposes[0]}. ${fill(task.explanation, name, parameters)}`];
  };

  const fact = (): Exchange => {
    const { questions, answers } = pick(FACTS);
    let question = pick(questions);
    if (chance(0.5)) question = question.charAt(0).toUpperCase() + question.slice(1);
    if (chance(0.6)) question = pick(OPENINGS) + question;
    if (chance(0.6)) question += pick(['?', '?', '.', '!']);
    return [question, pick(answers)];
  };

  const refusal = (): Exchange => {
    const topic = chance(0.7) ? pick(TOPICS) : inventName().replace('_', ' ');
    return [pick(OFF_TOPIC).replace('{}', topic), REFUSAL];
  };

  const sum = (): Exchange => {
    const a = upTo(9);
    const b = upTo(9);
    const sign = pick(['+', '-']);
    const question = pick([`What is ${a} ${sign} ${b}?`, `${a} ${sign} ${b}`, `how much is ${a}${sign}${b}`]);
    return [question, `${a} ${sign} ${b} = ${sign === '+' ? a + b : a - b}`];
  };

  const exchange = (): Exchange => {
    const kind = random();
    if (kind < 0.45) return code();
    if (kind < 0.58) return explanation();
    if (kind < 0.84) return fact();
    if (kind < 0.95) return refusal();
    return sum();
  };

  return (): Conversation => {
    const system: Conversation = chance(0.45) ? [{ role: 'system', content: pick(SYSTEM_PROMPTS) }] : [];
    const exchanges = Array.from({ length: chance(0.65) ? 1 : 2 + upTo(1) }, exchange);
    return [
      ...system,
      ...exchanges.flatMap(([question, answer]): Conversation => [
        { role: 'user', content: question },
        { role: 'assistant', content: answer },
      ]),
    ];
  };
};

/** Training conversations about the studio and small functions: the same seed gives the same ones. */
export const generateCorpus = (conversations: number, seed: number): readonly Conversation[] =>
  Array.from({ length: conversations }, author(randomFrom(seed)));
