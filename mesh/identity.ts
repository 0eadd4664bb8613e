import { createHmac, createSecretKey, hash, timingSafeEqual, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { SUBGRAPHS, type SubgraphName } from './config.ts';

/** The header in which the gateway tells a subgraph on whose behalf it asks. */
export const IDENTITY_HEADER = 'x-devstudio-identity';

/** How long a signed identity may be presented, in milliseconds: enough for a slow hop, too short to be worth stealing. */
const LIFETIME_MS = 30_000;

const Caller = z.strictObject({
  userId: z.uuid(),
  email: z.string(),
  role: z.enum(['ADMIN', 'DEVELOPER', 'VIEWER']),
  /** What proves it: a session (signed in) or an API key. */
  credential: z.strictObject({ kind: z.enum(['session', 'key']), id: z.uuid() }),
  /** What it may do: of the role, narrowed by the key. Decide by these, not by the role. */
  scopes: z.array(z.string()),
});

const Client = z.strictObject({ address: z.string().nullable(), userAgent: z.string().max(256).nullable() });

/** A person or a program that has proven who it is. */
export type Caller = Readonly<z.infer<typeof Caller>>;
export type Role = Caller['role'];
/** Where a request comes from; null where it is not known. Good for records, never for decisions about access. */
export type Client = Readonly<z.infer<typeof Client>>;

const Claims = z.strictObject({
  requestId: z.string(),
  caller: Caller.nullable(),
  client: Client,
  audience: z.enum(SUBGRAPHS),
  expires: z.int(),
  body: z.string(),
});

/** Who asks, and in which request. `caller` is null for an anonymous one (a login, say). */
export interface Identity {
  readonly requestId: string;
  readonly caller: Caller | null;
  readonly client: Client;
}

export type Verdict =
  | { readonly outcome: 'accepted'; readonly identity: Identity }
  | {
      readonly outcome: 'refused';
      readonly reason: 'missing' | 'malformed' | 'forged' | 'expired' | 'for another service' | 'for another request';
    };

/** Node makes such an object of the bytes at each signature, which takes it five times as long as the signature. */
const keyObjects = new WeakMap<Buffer, KeyObject>();
const keyObjectOf = (key: Buffer): KeyObject => {
  const known = keyObjects.get(key) ?? createSecretKey(key);
  keyObjects.set(key, known);
  return known;
};

const digest = (body: string): string => hash('sha256', body, 'base64url');
const signature = (key: Buffer, claims: string): Buffer =>
  createHmac('sha256', keyObjectOf(key)).update(claims).digest();

/**
 * Signs who asks, bound to one subgraph and to the bytes of one request.
 * @param key the key of purpose `identity`
 * @param audience the subgraph that the request goes to
 * @param body the request's body, byte for byte as it is sent
 */
export const signIdentity = (
  key: Buffer,
  audience: SubgraphName,
  identity: Identity,
  body: string,
  now: number = Date.now(),
): string => {
  const claims: z.infer<typeof Claims> = { ...identity, audience, expires: now + LIFETIME_MS, body: digest(body) };
  const text = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${text}.${signature(key, text).toString('base64url')}`;
};

/** Decides whether a header was signed by the gateway for this subgraph and this body. Never throws. */
export const verifyIdentity = (
  key: Buffer,
  audience: SubgraphName,
  header: string | null | undefined,
  body: string,
  now: number = Date.now(),
): Verdict => {
  if (!header) return { outcome: 'refused', reason: 'missing' };
  const [text, signed, ...rest] = header.split('.');
  if (!text || !signed || rest.length > 0) return { outcome: 'refused', reason: 'malformed' };
  const given = Buffer.from(signed, 'base64url');
  const expected = signature(key, text);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return { outcome: 'refused', reason: 'forged' };
  }
  // Signed by us, so it has our shape; parsing guards against a gateway of another version.
  const claims = Claims.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  if (!claims.success) return { outcome: 'refused', reason: 'malformed' };
  if (claims.data.audience !== audience) return { outcome: 'refused', reason: 'for another service' };
  if (claims.data.expires < now) return { outcome: 'refused', reason: 'expired' };
  if (claims.data.body !== digest(body)) return { outcome: 'refused', reason: 'for another request' };
  const { requestId, caller, client } = claims.data;
  return { outcome: 'accepted', identity: { requestId, caller, client } };
};
