import { randomUUID } from 'node:crypto';
import { areArguments } from '../call-arguments.ts';
import type { Call } from '../worker/protocol.ts';
import type { CallPart } from './chunk.ts';

/** Puts together the calls of an answer, which come in parts. */
export interface Calls {
  add(parts: readonly CallPart[]): void;
  /** Those that are whole, in the order of their places; null where one of them is no call of a function that was told of. */
  whole(): readonly Call[] | null;
}

interface Begun {
  id: string;
  name: string;
  given: string;
}

/** @param names of the functions that may be called */
export const gatherCalls = (names: ReadonlySet<string>): Calls => {
  const begun = new Map<number, Begun>();
  return {
    add: (parts) => {
      for (const { index, id, function: part } of parts) {
        const call = begun.get(index) ?? { id: '', name: '', given: '' };
        begun.set(index, call);
        if (call.id === '') call.id = id ?? '';
        if (call.name === '') call.name = part?.name ?? '';
        call.given += part?.arguments ?? '';
      }
    },
    whole: () => {
      const calls = [...begun]
        .toSorted(([one], [other]) => one - other)
        .map(([, { id, name, given }]) => ({
          id: id === '' ? `call_${randomUUID()}` : id,
          name,
          arguments: given.trim() === '' ? '{}' : given.toWellFormed(),
        }));
      return calls.every((call) => names.has(call.name) && areArguments(call.arguments)) ? calls : null;
    },
  };
};
