/** A value as JSON has it, of which the examples of tasks are made. */
export type Value = number | string | boolean | readonly Value[];

export type ParameterNames = readonly [string] | readonly [string, string];

/** What a function takes: TypeScript's type of each parameter, and names for them, of which the first are its own. */
export interface Taking {
  readonly types: readonly [string] | readonly [string, string];
  readonly names: readonly ParameterNames[];
}

/** A call and its result. */
export type Example = readonly [args: readonly Value[], result: Value];

/** A small function that the starter model is taught to write, test and explain. `{name}`, `{a}` and `{b}` are filled in. */
export interface Task {
  /** Names for it; the first is taken when the user gives none. */
  readonly names: readonly string[];
  /** What it does, after "a function that". */
  readonly purposes: readonly string[];
  /** The same after "eine Funktion, die". */
  readonly german: readonly string[];
  /** Said in neither way in training: what the model understands of these is measured. */
  readonly heldOut: string;
  readonly takes: Taking;
  /** TypeScript's type of the result. */
  readonly gives: string;
  /** The lines of its body. */
  readonly python: string;
  /** The lines of its body, in JavaScript and TypeScript alike. */
  readonly javascript: string;
  readonly explanation: string;
  readonly erklaerung: string;
  readonly examples: readonly Example[];
}

export const TWO_NUMBERS: Taking = {
  types: ['number', 'number'],
  names: [
    ['a', 'b'],
    ['x', 'y'],
    ['n', 'm'],
    ['left', 'right'],
    ['first', 'second'],
  ],
};
export const NUMBER: Taking = { types: ['number'], names: [['n'], ['x'], ['value'], ['number']] };
export const LIST: Taking = { types: ['number[]'], names: [['items'], ['values'], ['numbers'], ['xs']] };
export const TEXT: Taking = { types: ['string'], names: [['text'], ['s'], ['word'], ['line']] };
export const PERSON: Taking = { types: ['string'], names: [['name'], ['person'], ['user']] };
export const TWO_TEXTS: Taking = {
  types: ['string', 'string'],
  names: [
    ['text', 'part'],
    ['a', 'b'],
    ['first', 'second'],
  ],
};
export const LIST_AND_NUMBER: Taking = {
  types: ['number[]', 'number'],
  names: [
    ['items', 'n'],
    ['values', 'value'],
    ['numbers', 'number'],
  ],
};
export const TWO_LISTS: Taking = {
  types: ['number[]', 'number[]'],
  names: [
    ['a', 'b'],
    ['first', 'second'],
    ['left', 'right'],
  ],
};
export const TEXT_AND_NUMBER: Taking = {
  types: ['string', 'number'],
  names: [
    ['text', 'n'],
    ['s', 'count'],
    ['word', 'number'],
  ],
};
export const TEXTS: Taking = { types: ['string[]'], names: [['words'], ['texts'], ['names'], ['lines']] };
export const LISTS: Taking = { types: ['number[][]'], names: [['lists'], ['rows'], ['items']] };
