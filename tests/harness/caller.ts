import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { IDENTITY_HEADER, signIdentity, type Caller, type Client, type Role } from '#mesh/identity.ts';
import { scopesOf } from '#mesh/scopes.ts';
import type { Secret } from '#mesh/secret.ts';
import type { Subgraph } from '#mesh/service.ts';

const Answer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        extensions: z.looseObject({ code: z.string(), argument: z.string().optional() }),
      }),
    )
    .optional(),
});
export type Answer = z.infer<typeof Answer>;

/** Somebody whom the gateway would vouch for. */
export const someone = (role: Role = 'DEVELOPER', known: Partial<Caller> = {}): Caller => ({
  userId: randomUUID(),
  email: `${role.toLowerCase()}@devstudio.test`,
  role,
  credential: { kind: 'session', id: randomUUID() },
  scopes: [...scopesOf(role)],
  ...known,
});

/** Where a test comes from. */
export const HERE: Client = { address: '127.0.0.1', userAgent: 'test' };

const send = (
  subgraph: Subgraph,
  secret: Secret,
  caller: Caller | null,
  asked: { readonly query: string; readonly variables: Readonly<Record<string, unknown>> },
  accept: string,
): Promise<Response> => {
  const body = JSON.stringify(asked);
  const header = signIdentity(
    secret('identity'),
    subgraph.name,
    { requestId: randomUUID(), caller, client: HERE },
    body,
  );
  const headers = { [IDENTITY_HEADER]: header, accept };
  return subgraph.handle({ headers, body, signal: AbortSignal.timeout(30_000) });
};

/** Asks a subgraph directly, as the gateway does on behalf of a caller or of nobody. */
export const askSubgraph = async (
  subgraph: Subgraph,
  secret: Secret,
  caller: Caller | null,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<Answer> => {
  const response = await send(subgraph, secret, caller, { query, variables }, 'application/json');
  return Answer.parse(await response.json());
};

/** Every event of a subscription that ends by itself. */
export const eventsOfSubgraph = async (
  subgraph: Subgraph,
  secret: Secret,
  caller: Caller | null,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<Answer[]> => {
  const response = await send(subgraph, secret, caller, { query, variables }, 'text/event-stream');
  const text = await response.text();
  return text.match(/(?<=^data: ?)\{.*$/gm)?.map((data) => Answer.parse(JSON.parse(data))) ?? [];
};

/** The code of an answer's first error, or undefined when all went well. */
export const codeOf = (answer: Answer): string | undefined => answer.errors?.[0]?.extensions.code;
