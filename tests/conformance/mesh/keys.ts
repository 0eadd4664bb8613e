import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Role } from '#mesh/identity.ts';
import { scopesOf } from '#mesh/scopes.ts';

interface Account {
  readonly userId: string;
  readonly email: string;
  readonly role: Role;
  readonly credential: 'SESSION';
  readonly credentialId: string;
  readonly scopes: readonly string[];
  readonly availableTokens: number;
}

export interface TokenOptions {
  readonly expiresIn?: number;
  readonly issuer?: string;
  readonly audience?: string;
  readonly typ?: string;
  readonly kid?: string;
}

/** Issues tokens as the users service does, and knows the accounts behind them. */
export interface TestKeys {
  readonly rows: { kid: string; jwk: string }[];
  principalOf(sessionId: string): Account | null;
  /** Makes an account with a session and answers its token. */
  token(role: Role, options?: TokenOptions & { readonly availableTokens?: number }): Promise<string>;
  /** Ends every session. */
  revokeAll(): void;
  /** Replaces the key that signs; the old one stays among `rows` unless `forget`. */
  rotate(forget?: boolean): void;
}

export const createTestKeys = (): TestKeys => {
  const accounts = new Map<string, Account>();
  const rows: { kid: string; jwk: string }[] = [];
  let signing: { readonly kid: string; readonly key: KeyObject };
  const rotate = (forget = false): void => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const kid = randomUUID();
    if (forget) rows.length = 0;
    rows.push({ kid, jwk: JSON.stringify(publicKey.export({ format: 'jwk' })) });
    signing = { kid, key: privateKey };
  };
  rotate();
  return {
    rows,
    rotate,
    principalOf: (sessionId) => accounts.get(sessionId) ?? null,
    revokeAll: () => accounts.clear(),
    token: (role, options = {}) => {
      const account: Account = {
        // The last digit is the id of the user in the test mesh.
        userId: `${randomUUID().slice(0, -1)}1`,
        email: `${role.toLowerCase()}@devstudio.test`,
        role,
        credential: 'SESSION',
        credentialId: randomUUID(),
        scopes: scopesOf(role),
        availableTokens: options.availableTokens ?? 1_000,
      };
      accounts.set(account.credentialId, account);
      return new SignJWT({ sid: account.credentialId })
        .setProtectedHeader({ alg: 'EdDSA', typ: options.typ ?? 'at+jwt', kid: options.kid ?? signing.kid })
        .setSubject(account.userId)
        .setIssuer(options.issuer ?? 'cyberdevstudio')
        .setAudience(options.audience ?? 'cyberdevstudio')
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1_000) + (options.expiresIn ?? 600))
        .sign(signing.key);
    },
  };
};
