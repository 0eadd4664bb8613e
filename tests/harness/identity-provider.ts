import { createServer, type IncomingMessage } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';
import { freePort } from './ports.ts';

/** Somebody whom the provider knows. */
interface Person {
  readonly email: string;
  readonly verified: boolean;
}

/** A real OpenID provider on this machine, with a page that asks for a name and believes it. */
export interface IdentityProvider {
  readonly issuer: string;
  /** The variables that make a studio use it. */
  readonly env: Readonly<Record<string, string>>;
  /** Who may sign in there, by name. */
  readonly people: Map<string, Person>;
  /** Signs in without a browser and answers the address that the provider goes back to; as nobody, who is refused. */
  visit(url: string, name: string): Promise<string>;
  stop(): Promise<void>;
}

const CLIENT = { id: 'studio', secret: 'a secret for tests' };

const PAGE = `<!doctype html><html lang="en"><title>Provider</title><link rel="icon" href="data:,">
<form method="post"><label>Name <input name="name"></label><button>Continue</button></form></html>`;

const bodyOf = async (request: IncomingMessage): Promise<URLSearchParams> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return new URLSearchParams(text);
};

/** Follows redirects with cookies, as a browser does, until one leads elsewhere. */
const browse = async (issuer: string, url: string, name: string): Promise<string> => {
  const cookies = new Map<string, string>();
  let [address, body]: [string, URLSearchParams | null] = [url, null];
  while (address.startsWith(issuer)) {
    const response: Response = await fetch(address, {
      method: body ? 'POST' : 'GET',
      body,
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([key, value]) => `${key}=${value}`).join('; ') },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, key = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(key, value);
    }
    const location: string | null = response.headers.get('location');
    if (location !== null) [address, body] = [new URL(location, address).href, null];
    else if (response.ok) body = new URLSearchParams({ name });
    else throw new Error(`the provider answered ${response.status}: ${await response.text()}`);
  }
  return address;
};

/** @param redirectUri where the studio wants people to come back to */
export const startIdentityProvider = async (redirectUri: string): Promise<IdentityProvider> => {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const people = new Map<string, Person>();
  const provider = new Provider(issuer, {
    clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirectUri] }],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'test' }] },
    cookies: { keys: ['a key for tests'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    ttl: { Interaction: 600, Session: 600, Grant: 600, IdToken: 600, AccessToken: 600 },
    findAccount: (_context, id) => {
      const person = people.get(id);
      return (
        person && { accountId: id, claims: () => ({ sub: id, email: person.email, email_verified: person.verified }) }
      );
    },
    // The client is the house's own: nobody is asked whether it may know who they are.
    loadExistingGrant: async ({ oidc }) => {
      const grant = new provider.Grant({
        clientId: oidc.client?.clientId ?? '',
        accountId: oidc.session?.accountId ?? '',
      });
      grant.addOIDCScope('openid email');
      await grant.save();
      return grant;
    },
  });
  const callback = provider.callback();
  const server = createServer((request, response) => {
    if (!request.url?.startsWith('/interaction/')) void callback(request, response);
    else if (request.method === 'GET') response.setHeader('content-type', 'text/html').end(PAGE);
    else {
      void bodyOf(request).then((form) => {
        const name = form.get('name') ?? '';
        const result = people.has(name) ? { login: { accountId: name } } : { error: 'access_denied' };
        return provider.interactionFinished(request, response, result);
      });
    }
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  return {
    issuer,
    env: {
      OIDC_ISSUER: issuer,
      OIDC_CLIENT_ID: CLIENT.id,
      OIDC_CLIENT_SECRET: CLIENT.secret,
      OIDC_NAME: 'Test Provider',
    },
    people,
    visit: (url, name) => browse(issuer, url, name),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
};
