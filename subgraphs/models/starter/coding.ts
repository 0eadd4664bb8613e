import { camelCase, type Dice } from './invention.ts';
import {
  fenced,
  fill,
  functionSource,
  LANGUAGES,
  namesFit,
  testSource,
  type Language,
  type TestStyle,
} from './code.ts';
import { TASKS } from './tasks.ts';
import type { ParameterNames, Task } from './tasks/task.ts';

/** What is asked and answered, and what the assistant is told beforehand where it matters. */
export interface Exchange {
  readonly question: string;
  readonly answer: string;
  readonly system?: string;
}

/** A function to be written or explained, with all its names. */
interface Subject {
  readonly task: Task;
  readonly language: Language;
  readonly name: string;
  readonly parameters: ParameterNames;
  /** Whether the user gives the name, and the parameters. */
  readonly named: boolean;
  readonly withParameters: boolean;
}

const SPOKEN: Readonly<Record<Language, readonly string[]>> = {
  python: ['Python', 'Python', 'python'],
  javascript: ['JavaScript', 'JavaScript', 'JS', 'javascript'],
  typescript: ['TypeScript', 'TypeScript', 'TS', 'typescript'],
};
const EXTENSION: Readonly<Record<Language, string>> = { python: 'py', javascript: 'js', typescript: 'ts' };

const GREETINGS = ['', '', '', '', 'Please ', 'Can you ', 'Could you ', 'Hi, ', 'Hey, ', 'please '];
const GREETINGS_GERMAN = ['', '', '', '', 'Bitte ', 'Hallo, ', 'Kannst du das: '];
const CLOSINGS = ['', '', '', '', ' Thanks!', ' please', ' Keep it short.', ' for me'];
const VERBS = ['write', 'Write', 'Write', 'create', 'make', 'give me', 'implement', 'Implement', 'I need', 'Add'];
const VERBS_GERMAN = ['Schreibe', 'Schreib mir', 'schreibe', 'Erstelle', 'Ich brauche', 'Gib mir', 'Programmiere'];
const WITH_TEST = [
  ' and a test for it',
  ' and a test',
  ' with a test',
  ' and test it',
  ' and a unit test for it',
  ' plus a test',
  ' and write a test for it',
];
const WITH_TEST_GERMAN = [
  ' und einen Test dafür',
  ' und einen Test',
  ' mit einem Test',
  ' und teste sie',
  ' und schreibe einen Test dafür',
];
const EXPLAIN = [
  'What does this code do?',
  'Explain this code:',
  'Explain this function:',
  'what does this function do',
  'Explain what this does.',
  'explain',
  'Can you explain this code?',
  'What is this function for?',
];
const EXPLAIN_GERMAN = [
  'Was macht dieser Code?',
  'Erkläre diesen Code:',
  'Erkläre diese Funktion:',
  'was macht diese Funktion',
  'Erklär mir das:',
];
const WRITE_TEST = [
  'Write a test for this function:',
  'Write a test for this code:',
  'Test this function:',
  'write a unit test for this',
  'Add a test for this function.',
  'Schreibe einen Test für diese Funktion:',
  'Teste diese Funktion:',
];
const CODE_ONLY = [
  'Answer with code only.',
  'Answer with one fenced code block and nothing else.',
  'You are a coding agent. Answer with one fenced block.',
  'Only code, no explanation.',
  'Reply with one code block only.',
  'Return only the code.',
  'You write one file. Answer with its content as one fenced code block.',
];

const PROJECT = ['You write {}.', 'The project is written in {}.', 'You are a coding agent. Language: {}.', 'Use {}.'];

/** Tasks whose code another task has too: nobody can say which one a function of invented names is. */
const AMBIGUOUS: ReadonlySet<string> = (() => {
  const first = new Map<string, string>();
  const found = new Set<string>();
  for (const language of LANGUAGES) {
    for (const task of TASKS) {
      const code = functionSource(task, language, 'f', task.takes.types.length > 1 ? ['a', 'b'] : ['a']);
      const [own = ''] = task.names;
      const other = first.get(code);
      if (other !== undefined) found.add(`${language} ${own}`).add(`${language} ${other}`);
      first.set(code, own);
    }
  }
  return found;
})();

export const createCoding = (dice: Dice) => {
  const { chance, pick } = dice;

  const subject = (tasks: readonly Task[] = TASKS): Subject => {
    const task = pick(tasks);
    const kind = dice.upTo(99);
    const language: Language = kind < 45 ? 'python' : kind < 78 ? 'javascript' : 'typescript';
    const named = chance(0.6);
    const withParameters = named && chance(0.5);
    const [own = 'f'] = task.names;
    const [ownParameters = ['x']] = task.takes.names;
    for (;;) {
      const spelled = named ? (chance(0.75) ? dice.name() : pick(task.names)) : own;
      const invented: ParameterNames =
        ownParameters.length === 1 ? [dice.parameter()] : [dice.parameter(), dice.parameter()];
      const parameters = withParameters ? (chance(0.65) ? invented : pick(task.takes.names)) : ownParameters;
      const name = language === 'python' ? spelled : camelCase(spelled);
      const fits = namesFit(task, name, parameters) || (!named && !withParameters);
      if (fits) return { task, language, name, parameters, named, withParameters };
    }
  };

  const spokenIn = (drawn: Subject, language: Language): Subject => {
    const name = language === 'python' ? drawn.name : camelCase(drawn.name);
    return { ...drawn, language, name };
  };

  /** A function in a file or a question: any names. */
  const foreign = (tasks?: readonly Task[]): Subject => {
    const drawn = subject(tasks);
    if (AMBIGUOUS.has(`${drawn.language} ${drawn.task.names[0]}`)) return foreign(tasks);
    const spelled = chance(0.6) ? dice.name() : drawn.name;
    const name = drawn.language === 'python' ? spelled : camelCase(spelled);
    return namesFit(drawn.task, name, drawn.parameters) ? { ...drawn, name } : drawn;
  };

  const source = ({ task, language, name, parameters }: Subject): string =>
    functionSource(task, language, name, parameters);
  const explanation = ({ task, name, parameters }: Subject, german: boolean): string =>
    fill(german ? task.erklaerung : task.explanation, name, parameters);

  /** The request for a function, up to what it does and with it. */
  const request = (wanted: Subject, german: boolean, tail: string, silent: boolean): string => {
    const { task, language, name, parameters, named, withParameters } = wanted;
    const spoken = pick(SPOKEN[language]);
    if (german) {
      const called = named ? ` ${pick(['namens', 'mit dem Namen'])} ${name}` : '';
      const argument = parameters.length > 1 ? 'den Argumenten' : 'dem Argument';
      const taking = withParameters ? ` mit ${argument} ${parameters.join(' und ')}` : '';
      const kind = silent ? ' eine Funktion' : pick([` eine ${spoken}-Funktion`, ` eine Funktion in ${spoken}`]);
      const does = `die ${pick(task.german)}`;
      return `${pick(GREETINGS_GERMAN)}${pick(VERBS_GERMAN)}${kind}${called}${taking}, ${does}${tail}${pick(['.', '', '.'])}`;
    }
    const called = named ? ` ${pick(['called', 'named', 'called'])} ${name}` : '';
    const taking = withParameters
      ? ` with ${parameters.length > 1 ? 'arguments' : 'the argument'} ${parameters.join(' and ')}`
      : '';
    const start = `${pick(GREETINGS)}${pick(VERBS)}`;
    const does = `that ${pick(task.purposes)}`;
    const end = `${tail}${pick(['.', '', '.'])}${pick(CLOSINGS)}`;
    if (silent) return `${start} a function${called}${taking} ${does}${end}`;
    return pick([
      `${start} a ${spoken} function${called}${taking} ${does}${end}`,
      `${start} a ${spoken} function${called}${taking} ${does}${end}`,
      `${start} a function${called}${taking} in ${spoken} ${does}${end}`,
      `${spoken} function${called}${taking} ${does}${end}`,
      `In ${spoken}, write a function${called}${taking} ${does}${end}`,
    ]);
  };

  const styleOf = (language: Language): TestStyle => (language === 'python' && chance(0.2) ? 'unittest' : 'plain');
  const mention = (style: TestStyle): string =>
    style === 'unittest' ? pick([' with unittest', ' using unittest']) : '';

  /** @param place what is shown before the request, and the language of it */
  const writing = (place?: { readonly context: string; readonly language: Language }): Exchange => {
    const drawn = subject();
    const wanted = place && drawn.language !== place.language ? spokenIn(drawn, place.language) : drawn;
    const german = chance(0.3);
    const tested = chance(0.4);
    const bare = !tested && chance(0.2);
    const style = tested ? styleOf(wanted.language) : 'plain';
    const tail = tested ? pick(german ? WITH_TEST_GERMAN : WITH_TEST) + (german ? '' : mention(style)) : '';
    const shown = german && style === 'unittest' ? 'plain' : style;
    const code = fenced(wanted.language, source(wanted));
    const test = tested
      ? `\n\n${fenced(wanted.language, testSource(wanted.task, wanted.language, wanted.name, shown))}`
      : '';
    const told = !place && !bare && chance(0.08);
    // Without a language it is that of the file or of the system's text, else Python.
    const silent = told || (place ? chance(0.7) : wanted.language === 'python' && chance(0.3));
    const question = (place?.context ?? '') + request(wanted, german, tail, silent);
    const system = told ? pick(PROJECT).replace('{}', pick(SPOKEN[wanted.language])) : undefined;
    if (!bare) return { question, answer: `${code}${test}\n${explanation(wanted, german)}`, ...(system && { system }) };
    const order = pick(CODE_ONLY);
    return chance(0.7)
      ? { system: order, question, answer: code }
      : { question: `${question}\n${order}`, answer: code };
  };

  const explaining = (): Exchange => {
    const shown = foreign();
    const german = chance(0.35);
    const question = `${pick(german ? EXPLAIN_GERMAN : EXPLAIN)}\n${fenced(shown.language, source(shown))}`;
    return { question, answer: described(shown, german) };
  };
  const described = (shown: Subject, german: boolean): string =>
    german
      ? `Das ist die Funktion ${shown.name}. ${explanation(shown, true)}`
      : `The function ${shown.name} ${shown.task.purposes[0]}. ${explanation(shown, false)}`;

  const testing = (): Exchange => {
    const shown = foreign();
    const style = styleOf(shown.language);
    const order = `${pick(WRITE_TEST)}${style === 'unittest' ? ' Use unittest.' : ''}`;
    const answer = fenced(shown.language, testSource(shown.task, shown.language, shown.name, style));
    return { question: `${order}\n${fenced(shown.language, source(shown))}`, answer };
  };

  /** What is short and all about names: where a name is copied from and to is learned from these first. */
  const naming = (): Exchange => {
    const { task, language, name, parameters } = foreign();
    const [head = ''] = functionSource(task, language, name, parameters).split('\n');
    const german = chance(0.3);
    const spoken = pick(SPOKEN[language]);
    const listed = parameters.join(german ? ' und ' : ' and ');
    const argument = parameters.length > 1 ? 'arguments' : 'the argument';
    const argumente = parameters.length > 1 ? 'den Argumenten' : 'dem Argument';
    const kind = dice.upTo(3);
    if (kind < 2) {
      return german
        ? {
            question: `Schreibe die erste Zeile einer Funktion in ${spoken} namens ${name} mit ${argumente} ${listed}`,
            answer: head,
          }
        : {
            question: `Write the first line of a ${spoken} function called ${name} with ${argument} ${listed}`,
            answer: head,
          };
    }
    if (kind === 2) {
      return german
        ? { question: `Wie heißt diese Funktion? ${head}`, answer: `Sie heißt ${name}.` }
        : { question: `What is the name of this function? ${head}`, answer: `It is called ${name}.` };
    }
    return german
      ? { question: `Was nimmt diese Funktion? ${head}`, answer: `Sie nimmt ${listed}.` }
      : { question: `What does this function take? ${head}`, answer: `It takes ${listed}.` };
  };

  /** A file of several functions, of which one is meant, as an agent shows it. */
  const file = (): Exchange => {
    const first = foreign();
    const others = Array.from({ length: 1 + dice.upTo(5) }, () => foreign());
    const shown = [first, ...others.map((other) => ({ ...other, language: first.language }))].filter(
      (one, at, all) => all.findIndex(({ name }) => name === one.name) === at,
    );
    const meant = pick(shown);
    const path = `${chance(0.4) ? `${dice.name()}/` : ''}${dice.name()}.${EXTENSION[first.language]}`;
    const content = fenced(first.language, shown.map(source).join(first.language === 'python' ? '\n\n\n' : '\n\n'));
    const context = `${pick(['File', 'The file', 'This is'])} \`${path}\`:\n${content}\n\n`;
    const kind = dice.upTo(9);
    if (kind < 3) {
      const german = chance(0.3);
      const ask = german
        ? [`Was macht ${meant.name}?`, `Erkläre ${meant.name}.`]
        : [`Explain ${meant.name}.`, `What does ${meant.name} do?`, `Explain the function ${meant.name}.`];
      return { question: context + pick(ask), answer: described(meant, german) };
    }
    if (kind < 6) {
      const ask = pick([
        `Write a test for ${meant.name}.`,
        `Test ${meant.name}.`,
        `Add a test for the function ${meant.name}.`,
      ]);
      return {
        question: context + ask,
        answer: fenced(meant.language, testSource(meant.task, meant.language, meant.name)),
      };
    }
    return writing({ context, language: first.language });
  };

  return { writing, explaining, naming, testing, file };
};
