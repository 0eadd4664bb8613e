import type { Client } from 'urql';
import { answerOf, type Answer } from '../../graph/graph.tsx';
import {
  BeginOidcLoginDocument,
  RequestPasswordResetDocument,
  ResetPasswordDocument,
  SignInOptionsDocument,
} from './documents.ts';

/** What the sign-in page offers beside a password. */
export interface SignInOptions {
  /** The name of the identity provider; null for none. */
  readonly oidcProvider?: string | null;
  readonly passwordResetByMail: boolean;
}

/** What somebody may ask who has not signed in. */
export interface Door {
  /** Nothing beside a password when the server does not answer: the sign-in itself then says why. */
  options(): Promise<SignInOptions>;
  /** Leads this tab to the identity provider; answers when that has failed, or is about to happen. */
  goToProvider(): Promise<Answer<unknown>>;
  /** The answer is the same for every address. */
  requestReset(email: string): Promise<Answer<unknown>>;
  resetPassword(token: string, password: string): Promise<Answer<unknown>>;
}

const TICKET = 'oidc-ticket';

/** The ticket of the sign-in that this tab began, which is good once; null when it began none. */
export const takeTicket = (): string | null => {
  const ticket = sessionStorage.getItem(TICKET);
  sessionStorage.removeItem(TICKET);
  return ticket;
};

export const createDoor = (client: Client): Door => ({
  options: async () => {
    const answer = answerOf(await client.query(SignInOptionsDocument, {}).toPromise());
    return answer.outcome === 'answered'
      ? answer.data.signInOptions
      : { oidcProvider: null, passwordResetByMail: false };
  },
  goToProvider: async () => {
    const answer = answerOf(await client.mutation(BeginOidcLoginDocument, {}).toPromise());
    if (answer.outcome === 'answered') {
      const { url, ticket } = answer.data.beginOidcLogin;
      sessionStorage.setItem(TICKET, ticket);
      location.assign(url);
    }
    return answer;
  },
  requestReset: async (email) => answerOf(await client.mutation(RequestPasswordResetDocument, { email }).toPromise()),
  resetPassword: async (token, password) =>
    answerOf(await client.mutation(ResetPasswordDocument, { token, password }).toPromise()),
});
