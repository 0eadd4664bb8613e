import { z } from 'zod';
import { RATE_LIMITS } from '#gateway/rates/limits.ts';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';
import { stateOf } from './state.ts';

export const PASSWORD = 'a password for tests';
/** Stands in all that the victim has. */
export const MARK = 'only the owner may read this';

interface Asked {
  readonly query?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly path?: string;
  /** Instead of the query: anything. */
  readonly body?: unknown;
}

interface Answered {
  readonly status: number;
  /** The first error's. */
  readonly code: string | undefined;
  readonly text: string;
}

/** A studio with an attacker, who is a developer, and a victim, who is another. */
export interface Attacked {
  readonly studio: TestStudio;
  /** Tokens of the admin and of the attacker. */
  readonly admin: string;
  readonly dev: string;
  readonly devId: string;
  readonly victim: {
    readonly id: string;
    readonly token: string;
    readonly conversation: string;
    readonly project: string;
  };
  readonly ask: (asked: Asked) => Promise<Answered>;
  /** The same, and the tables that it has changed. */
  readonly attempt: (asked: Asked) => Promise<Answered & { readonly changed: readonly string[] }>;
  stop(): Promise<void>;
}

const idIn = ({ text }: Answered): string => z.string().parse(/"id":\s*"([^"]+)"/u.exec(text)?.[1]);

export const startAttacked = async (): Promise<Attacked> => {
  // An attack is many requests, and none of them is to be refused for that alone.
  const studio = await startStudio({ rates: { ...RATE_LIMITS, principal: 100_000, address: 100_000 } });
  const ask: Attacked['ask'] = async ({ query, variables = {}, token, headers = {}, path = '/graphql', body }) => {
    const response = await fetch(`${studio.url}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: JSON.stringify(body ?? { query, variables }),
    });
    const text = await response.text();
    return { status: response.status, code: /"code":\s*"([A-Z_]+)"/u.exec(text)?.[1], text };
  };
  const attempt: Attacked['attempt'] = async (asked) => {
    const before = await stateOf(studio.database);
    const answer = await ask(asked);
    const after = await stateOf(studio.database);
    return { ...answer, changed: Object.keys(after).filter((table) => after[table] !== before[table]) };
  };

  const admin = await studio.login();
  const addDeveloper = async (email: string): Promise<{ id: string; token: string }> => {
    const query = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }';
    const variables = { input: { email, password: PASSWORD, tokens: 1_000 } };
    const id = idIn(await ask({ query, variables, token: admin }));
    return { id, token: await studio.login(email, PASSWORD) };
  };
  const dev = await addDeveloper('dev@devstudio.test');
  const victim = await addDeveloper('victim@devstudio.test');
  const { token } = victim;
  const conversation = idIn(await ask({ query: `mutation { createConversation(title: "${MARK}") { id } }`, token }));
  const project = idIn(await ask({ query: `mutation { createProject(name: "${MARK}") { id } }`, token }));
  await ask({
    query: 'mutation ($input: WriteFileInput!) { writeFile(input: $input) { path } }',
    variables: { input: { projectId: project, path: 'secret.txt', content: MARK } },
    token,
  });
  return {
    studio,
    admin,
    dev: dev.token,
    devId: dev.id,
    victim: { ...victim, conversation, project },
    ask,
    attempt,
    stop: () => studio.stop(),
  };
};
