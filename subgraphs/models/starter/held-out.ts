import { createCalls } from './calls.ts';
import { fenced, fill, functionSource, LANGUAGES, namesFit, testSource, type Language } from './code.ts';
import { FACTS } from './facts.ts';
import { ABLEHNUNG, REFUSAL } from './facts/fact.ts';
import { camelCase, diceFrom } from './invention.ts';
import { HELD_OUT_PURPOSES, TASKS } from './tasks.ts';
import type { ParameterNames, Task } from './tasks/task.ts';

/** A question in words, or with names, that training never had, and whether an answer is right. */
export interface HeldOut {
  readonly kind: 'fact' | 'code' | 'names' | 'test' | 'explain' | 'call' | 'refuse';
  readonly system?: string;
  readonly question: string;
  readonly isRight: (answer: string) => boolean;
}

const SPOKEN: Readonly<Record<Language, string>> = {
  python: 'Python',
  javascript: 'JavaScript',
  typescript: 'TypeScript',
};
/** Answers begin differently; what follows is the same sentence. */
const BEGINNING = 25;
const SEED = 20_261_123;

const begins = (expected: string) => (answer: string) => answer.startsWith(expected.slice(0, BEGINNING));

/** The function under any of the names that are known for it. */
const sourcesOf = (task: Task, language: Language): readonly string[] =>
  task.names.flatMap((name) => {
    const spelled = language === 'python' ? name : camelCase(name);
    return task.takes.names.map((names) => fenced(language, functionSource(task, language, spelled, names)));
  });

const facts = (): readonly HeldOut[] =>
  FACTS.flatMap(({ english, german }) =>
    [english, ...(german ? [german] : [])].flatMap(({ heldOut, answer }): readonly HeldOut[] =>
      heldOut === undefined ? [] : [{ kind: 'fact', question: `${heldOut}?`, isRight: begins(answer) }],
    ),
  );

const code = (): readonly HeldOut[] =>
  TASKS.map((task, at): HeldOut => {
    const language = LANGUAGES[at % LANGUAGES.length] ?? 'python';
    const question = `Write a ${SPOKEN[language]} function that ${task.heldOut}`;
    return {
      kind: 'code',
      question,
      isRight: (answer) => sourcesOf(task, language).some((one) => answer.startsWith(one)),
    };
  });

const named = (): readonly HeldOut[] => {
  const dice = diceFrom(SEED);
  return TASKS.flatMap((task, at): readonly HeldOut[] => {
    const language = LANGUAGES[at % LANGUAGES.length] ?? 'python';
    const parameters: ParameterNames =
      task.takes.types.length > 1 ? [dice.parameter(), dice.parameter()] : [dice.parameter()];
    const name = language === 'python' ? dice.name() : camelCase(dice.name());
    if (!namesFit(task, name, parameters)) return [];
    const taking = parameters.length > 1 ? `arguments ${parameters.join(' and ')}` : `the argument ${parameters[0]}`;
    const ask = {
      kind: 'names',
      question: `Write a ${SPOKEN[language]} function called ${name} with ${taking} that ${task.purposes[0]}.`,
    } as const;
    const right = fenced(language, functionSource(task, language, name, parameters));
    const source = functionSource(task, language, name, parameters);
    const explained = fill(task.explanation, name, parameters);
    const explain = { kind: 'explain', question: `Explain this code:\n${fenced(language, source)}` } as const;
    return [
      { ...ask, isRight: (answer) => answer.startsWith(right) },
      { ...explain, isRight: (answer) => answer.includes(name) && answer.endsWith(explained) },
    ];
  });
};

const tests = (): readonly HeldOut[] =>
  TASKS.map((task, at): HeldOut => {
    const language = LANGUAGES[at % LANGUAGES.length] ?? 'python';
    const question = `Write a ${SPOKEN[language]} function that ${task.purposes[0]} and a test for it`;
    const rights = task.names.map((name) => {
      const spelled = language === 'python' ? name : camelCase(name);
      const test = fenced(language, testSource(task, language, spelled));
      return (answer: string) =>
        answer.includes(test) &&
        answer.startsWith(fenced(language, functionSource(task, language, spelled, task.takes.names[0] ?? ['x'])));
    });
    return { kind: 'test', question, isRight: (answer) => rights.some((isRight) => isRight(answer)) };
  });

const calls = (): readonly HeldOut[] => {
  const { calling } = createCalls(diceFrom(SEED));
  return Array.from({ length: 60 }, (): HeldOut => {
    const { system, question, call } = calling();
    return { kind: 'call', system, question, isRight: (answer) => answer.startsWith(call) };
  });
};

const TOPICS =
  'Sweden|the sun|a tiger|opera|tennis|Mozart|the Eiffel tower|bread|a comet|karate|silver|the brain'.split('|');
const refusals = (): readonly HeldOut[] => [
  ...TOPICS.map((topic): HeldOut => ({ kind: 'refuse', question: `What is ${topic}?`, isRight: begins(REFUSAL) })),
  ...HELD_OUT_PURPOSES.map((purpose): HeldOut => ({
    kind: 'refuse',
    question: `Write a Python function that ${purpose}`,
    isRight: begins(REFUSAL),
  })),
  ...['Was ist Schweden?', 'Wer ist Mozart?', 'Wie funktioniert ein Motor?'].map((question): HeldOut => ({
    kind: 'refuse',
    question,
    isRight: begins(ABLEHNUNG),
  })),
];

/** What the starter model is measured by. */
export const heldOut = (): readonly HeldOut[] => [
  ...facts(),
  ...code(),
  ...named(),
  ...tests(),
  ...calls(),
  ...refusals(),
];
