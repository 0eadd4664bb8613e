import { functionSource, LANGUAGES, namesFit, fill } from '../code.ts';
import { FACTS } from '../facts.ts';
import { camelCase, diceFrom, type Dice } from '../invention.ts';
import { questionsOf } from '../talking.ts';
import { TASKS } from '../tasks.ts';
import type { ParameterNames } from '../tasks/task.ts';

/** Two texts that mean the same. Others of the same group mean it too; those of no group are alone. */
export interface Pair {
  readonly texts: readonly [string, string];
  readonly group: number;
}

const NO_GROUP = -1;
const PURPOSE = [
  '{}',
  '{}',
  'a function that {}',
  'write a function that {}',
  'Python function that {}',
  'code that {}',
  'how do I write a function that {}',
  'where is the function that {}',
];
const PURPOSE_GERMAN = [
  '{}',
  'eine Funktion, die {}',
  'schreibe eine Funktion, die {}',
  'Code, der {}',
  'wo ist die Funktion, die {}',
];
const NAMED = [
  '{}',
  'where is {} defined',
  'the function {}',
  'what does {} do',
  'wo ist {} definiert',
  'was macht {}',
];

const createPairs = (dice: Dice) => {
  const { chance, pick } = dice;

  const code = (): { readonly at: number; readonly name: string; readonly text: string } => {
    const at = dice.upTo(TASKS.length - 1);
    const task = TASKS[at];
    if (!task) throw new Error('there are no tasks');
    const language = pick(LANGUAGES);
    const own = pick(task.takes.names);
    const parameters: ParameterNames = chance(0.6)
      ? own
      : own.length === 1
        ? [dice.parameter()]
        : [dice.parameter(), dice.parameter()];
    const spelled = chance(0.6) ? pick(task.names) : dice.name();
    const name = language === 'python' ? spelled : camelCase(spelled);
    if (!namesFit(task, name, parameters)) return code();
    return { at, name, text: functionSource(task, language, name, parameters) };
  };

  const ofTask = (): Pair => {
    const { at, text } = code();
    const task = TASKS[at];
    if (!task) throw new Error('there is no such task');
    const said = (): string => {
      const kind = dice.upTo(9);
      if (kind < 5) return pick(PURPOSE).replace('{}', pick(task.purposes));
      if (kind < 8) return pick(PURPOSE_GERMAN).replace('{}', pick(task.german));
      return fill(kind === 8 ? task.explanation : task.erklaerung, pick(task.names), pick(task.takes.names));
    };
    return { texts: [said(), chance(0.7) ? text : said()], group: FACTS.length + at };
  };

  const ofFact = (): Pair => {
    const at = dice.upTo(FACTS.length - 1);
    const fact = FACTS[at];
    if (!fact) throw new Error('there are no facts');
    const ways = () => (fact.german && chance(0.4) ? fact.german : fact.english);
    const question = (): string => {
      const chosen = ways();
      const own = (chosen.ask ?? []).length > 0 && chance(0.5);
      return own ? pick(chosen.ask ?? []) : pick(questionsOf(chosen, chosen === fact.german));
    };
    return { texts: [question(), chance(0.7) ? ways().answer : question()], group: at };
  };

  const word = (): string => (chance(0.5) ? dice.name() : pick(COMMON));
  /** Texts that share most of their words mean much the same, whatever the words are. */
  const ofWords = (): Pair => {
    const words = Array.from({ length: 4 + dice.upTo(14) }, word);
    const some = (): string => {
      const kept = words.filter(() => chance(0.7));
      return (kept.length === 0 ? words : kept).join(' ');
    };
    return { texts: [some(), some()], group: NO_GROUP };
  };
  /** Code is found by the name in it. */
  const ofName = (): Pair => {
    const { name, text } = code();
    return { texts: [pick(NAMED).replace('{}', name), text], group: NO_GROUP };
  };

  return (): Pair => {
    const kind = dice.upTo(99);
    if (kind < 40) return ofTask();
    if (kind < 78) return ofFact();
    return kind < 92 ? ofWords() : ofName();
  };
};

/** Words of the studio's texts, which stand in texts about anything. */
const COMMON = [
  ...new Set(
    FACTS.flatMap(({ english, german }) => `${english.answer} ${german?.answer ?? ''}`.match(/\p{L}+/gu) ?? []),
  ),
];

/** Pairs of texts in English, German and code: the same seed gives the same ones. */
export const generatePairs = (count: number, seed: number): readonly Pair[] =>
  Array.from({ length: count }, createPairs(diceFrom(seed)));
