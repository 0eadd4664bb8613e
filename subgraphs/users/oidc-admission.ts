/** What is known when somebody comes from the provider. */
export interface Arrival {
  /** The e-mail address that the provider has verified; null for none. */
  readonly email: string | null;
  /** The account of that address. */
  readonly account: {
    readonly id: string;
    readonly status: 'ACTIVE' | 'SUSPENDED';
    /** Whether it is linked to somebody else at this provider. */
    readonly linked: boolean;
  } | null;
  /** Whether somebody without an account is given one. */
  readonly createAccounts: boolean;
}

export type Admission =
  | { readonly outcome: 'link'; readonly userId: string }
  | { readonly outcome: 'create'; readonly email: string }
  | { readonly outcome: 'refused'; readonly reason: string; readonly sentence: string };

const refused = (reason: string, sentence: string): Admission => ({ outcome: 'refused', reason, sentence });

/**
 * Decides what becomes of somebody whom the provider knows and this installation does not yet. An account is linked by
 * its e-mail address only when the provider says that it has verified it: otherwise whoever writes another's address into
 * their profile there would have the other's account here. The same holds for an account that is made: it would wait for
 * its rightful owner.
 */
export const admit = ({ email, account, createAccounts }: Arrival): Admission => {
  if (email === null) {
    return refused('e-mail not verified', 'The identity provider has not verified your e-mail address.');
  }
  if (account?.linked) {
    return refused('account linked already', 'Your account is linked to somebody else there: ask an admin.');
  }
  if (account?.status === 'SUSPENDED') {
    return refused('suspended account', 'This account is suspended: ask an admin.');
  }
  if (account) return { outcome: 'link', userId: account.id };
  if (createAccounts) return { outcome: 'create', email };
  return refused('unknown account', 'You have no account here: ask an admin for one with this e-mail address.');
};
