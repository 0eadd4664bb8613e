import { createHmac, randomBytes } from 'node:crypto';
import { compare, hash } from 'bcrypt';
import { createWorkQueue } from './work-queue.ts';

/** 2^12 rounds, about 0.2 to 0.4 s of one core. */
const COST = 12;
/** Hashing is processor time on libuv's few threads: two at once leave the others to everything else. */
const LANES = 2;
/** About six seconds of waiting at worst. */
const PLACES = 32;

export interface Passwords {
  /** Throws OVERLOADED when too many wait. */
  hash(password: string): Promise<string>;
  /**
   * Whether the password is the one that was hashed. Null, for an account that does not exist, is false after the same
   * work, so that time does not tell which e-mail addresses are known.
   * Throws OVERLOADED when too many wait.
   */
  verify(password: string, hashed: string | null): Promise<boolean>;
}

/**
 * bcrypt over HMAC-SHA-256: bcrypt reads 72 bytes and forgets the rest, an HMAC reads all and takes a pepper that a
 * stolen database does not hold. NFKC, so that a password typed on another keyboard is the same one.
 * @param pepper the key of purpose `password-pepper`
 * @param cost the logarithm of the rounds; lower in tests alone
 */
export const createPasswords = (pepper: Buffer, cost: number = COST): Passwords => {
  const queue = createWorkQueue(LANES, PLACES);
  const prepared = (password: string): string =>
    createHmac('sha256', pepper).update(password.normalize('NFKC')).digest('base64');
  /** Well formed, and the hash of nothing that anyone could find. */
  const decoy = `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(53)}`;
  return {
    hash: (password) => queue(() => hash(prepared(password), cost)),
    verify: async (password, hashed) => {
      const same = await queue(() => compare(prepared(password), hashed ?? decoy));
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
