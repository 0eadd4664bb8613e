import { createHmac, randomBytes } from 'node:crypto';
import { compare, hash } from 'bcrypt';
import { createWorkQueue } from './work-queue.ts';

/** 2^12 rounds, about 0.2 to 0.4 s of one core. */
const COST = 12;
/** Hashing is processor time on libuv's few threads: two at once leave the others to everything else. */
const LANES = 2;
/** About six seconds of waiting at worst. */
const PLACES = 32;
/** Whoever is known waits for no stranger, but there are only so many threads. */
const KNOWN_LANES = 1;

/** Whose turn a hash is: strangers, by their network, have other lanes than accounts whose device or address is known. */
export interface Turn {
  readonly known: boolean;
  readonly who: string;
}

/** What the studio or somebody who has signed in asks for. */
const OWN: Turn = { known: true, who: 'signed in' };

export interface Passwords {
  /** Throws OVERLOADED when too many wait. */
  hash(password: string, turn?: Turn): Promise<string>;
  /**
   * Whether the password is the one that was hashed. Null, for an account that does not exist, is false after the same
   * work, so that time does not tell which e-mail addresses are known.
   * Throws OVERLOADED when too many wait.
   */
  verify(password: string, hashed: string | null, turn?: Turn): Promise<boolean>;
}

/**
 * bcrypt over HMAC-SHA-256: bcrypt reads 72 bytes and forgets the rest, an HMAC reads all and takes a pepper that a
 * stolen database does not hold. NFKC, so that a password typed on another keyboard is the same one.
 * @param pepper the key of purpose `password-pepper`
 * @param cost the logarithm of the rounds; lower in tests alone
 */
export const createPasswords = (pepper: Buffer, cost: number = COST): Passwords => {
  const strangers = createWorkQueue(LANES, PLACES);
  const acquaintances = createWorkQueue(KNOWN_LANES, PLACES);
  const inTurn = <T>(work: () => Promise<T>, { known, who }: Turn): Promise<T> =>
    (known ? acquaintances : strangers)(work, who);
  const prepared = (password: string): string =>
    createHmac('sha256', pepper).update(password.normalize('NFKC')).digest('base64');
  /** Well formed, and the hash of nothing that anyone could find. */
  const decoy = `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(53)}`;
  return {
    hash: (password, turn = OWN) => inTurn(() => hash(prepared(password), cost), turn),
    verify: async (password, hashed, turn = OWN) => {
      const same = await inTurn(() => compare(prepared(password), hashed ?? decoy), turn);
      return same && hashed !== null;
    },
  };
};

/** 24 random letters and digits in groups that can be read out. */
export const randomPassword = (): string =>
  randomBytes(18)
    .toString('base64url')
    .replaceAll(/[-_]/g, 'x')
    .replace(/(.{6})(.{6})(.{6})(.{6})/, '$1-$2-$3-$4');
