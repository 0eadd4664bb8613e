import { z } from 'zod';
import { randomPassword } from '#subgraphs/users/passwords.ts';
import { MOST_INT } from '#subgraphs/users/input.ts';
import { CommandError } from '../command.ts';

const ROLES = ['ADMIN', 'DEVELOPER', 'VIEWER'] as const;

/** Characters of standard input that are read at most: more than any password has. */
const MOST = 4_096;

/** The one word that a command needs. */
export const wordOf = (words: readonly string[], index: number, what: string): string => {
  const word = words[index];
  if (word === undefined) throw new CommandError(`${what} is missing; see devstudio help.`, 2);
  return word;
};

/** A role in any case. */
export const roleOf = (word: string): (typeof ROLES)[number] => {
  const role = ROLES.find((one) => one === word.toUpperCase());
  if (!role) throw new CommandError(`'${word}' is no role: take ${ROLES.join(', ')}.`, 2);
  return role;
};

/** A whole number from 0 on that the graph can show. */
export const numberOf = (word: string, what: string): number => {
  if (!/^\d{1,15}$/.test(word) || Number(word) > MOST_INT) {
    throw new CommandError(`${what} is '${word}'; it must be a whole number from 0 to ${MOST_INT}.`, 2);
  }
  return Number(word);
};

/** The parts between commas; null for none. */
export const listOf = (word: string | undefined): readonly string[] | null =>
  word === undefined ? null : word.split(',').map((part) => part.trim());

/** As `numberOf`; null for none. */
export const numberOrNull = (word: string | undefined, what: string): number | null =>
  word === undefined ? null : numberOf(word, what);

/**
 * The password for an account: the first line of standard input, or one that is made. Never an argument, which anybody on
 * the machine could read.
 */
export const passwordFor = async (
  fromStdin: boolean | undefined,
): Promise<{ readonly password: string; readonly made: boolean }> => {
  if (!fromStdin) return { password: randomPassword(), made: true };
  if (process.stdin.isTTY) {
    throw new CommandError('--password-stdin reads a pipe or a file; leave it out to have a password made.', 2);
  }
  // What is no UTF-8 is refused: replaced, different passwords would be one.
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  try {
    for await (const chunk of process.stdin) {
      text += decoder.decode(z.instanceof(Uint8Array).parse(chunk), { stream: true });
      if (text.includes('\n') || text.length > MOST) break;
    }
    if (!text.includes('\n')) text += decoder.decode();
  } catch (error) {
    if (error instanceof TypeError) throw new CommandError('the password on standard input is not valid UTF-8.', 2);
    throw error;
  }
  const [password = ''] = text.split(/\r?\n/, 1);
  return { password, made: false };
};
