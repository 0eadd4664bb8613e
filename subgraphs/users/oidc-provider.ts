import * as oidc from 'openid-client';
import { z } from 'zod';
import type { OidcConfig } from '#mesh/config.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';

const TIMEOUT_SECONDS = 10;
const MAX_ANSWER_BYTES = 1_048_576;
/** What the provider says of itself is asked for again after this long. */
const METADATA_LIFETIME_MS = 3_600_000;

/** What one sign-in is checked by when it comes back. Each is good for one. */
export interface Checks {
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE (RFC 7636). */
  readonly verifier: string;
}

export const newChecks = (): Checks => ({
  state: oidc.randomState(),
  nonce: oidc.randomNonce(),
  verifier: oidc.randomPKCECodeVerifier(),
});

export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  /**
   * The e-mail address that the provider has verified; null when it does not say so, or has none.
   * Throws SERVICE_UNAVAILABLE.
   */
  verifiedEmail(): Promise<string | null>;
}

export interface OidcProvider {
  /** Where somebody signs in. Throws SERVICE_UNAVAILABLE. */
  authorizationUrl(checks: Checks): Promise<string>;
  /**
   * Who came back, by the query that the provider added to the redirect address.
   * Throws UNAUTHENTICATED when the provider let nobody in or the answer belongs to another sign-in, SERVICE_UNAVAILABLE.
   */
  identify(checks: Checks, query: URLSearchParams, log: Log): Promise<Identity>;
}

const Subject = z.string().min(1).max(255);

const EmailClaims = z.object({ email: z.string(), email_verified: z.literal(true) });

/** `fetch` that reads no more of an answer than any provider has to say. */
const boundedFetch: oidc.CustomFetch = async (url, { body, ...options }) => {
  const sent = body instanceof Uint8Array ? new Uint8Array(body) : (body ?? null);
  const response = await fetch(url, { ...options, body: sent });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error(`an answer of more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  const { status, statusText, headers } = response;
  return new Response(size === 0 ? null : Buffer.concat(chunks), { status, statusText, headers });
};

/** In the header where the provider takes it there, which is the standard's default, otherwise in the body. */
const authenticationWith = (secret: string | undefined): oidc.ClientAuth => {
  if (secret === undefined) return oidc.None();
  const [basic, post] = [oidc.ClientSecretBasic(secret), oidc.ClientSecretPost(secret)];
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (methods.includes('client_secret_basic') ? basic : post)(server, ...rest);
  };
};

/** Codes of openid-client for an answer that is not the one to this sign-in, or that somebody has tampered with. */
const FOREIGN_ANSWER = new Set([
  'OAUTH_INVALID_RESPONSE',
  'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
  'OAUTH_KEY_SELECTION_FAILED',
]);

/** What a failure at the provider means for whoever signs in. What the provider wrote is shown to nobody. */
const refusalOf = (error: unknown, name: string): StudioError => {
  if (error instanceof oidc.AuthorizationResponseError) {
    return error.error === 'server_error' || error.error === 'temporarily_unavailable'
      ? new StudioError('SERVICE_UNAVAILABLE', `${name} cannot sign anybody in at the moment.`)
      : new StudioError('UNAUTHENTICATED', `${name} did not let you in.`);
  }
  if (error instanceof oidc.ResponseBodyError) {
    return error.error === 'invalid_grant'
      ? new StudioError('UNAUTHENTICATED', 'This sign-in took too long, or was used already: begin again.')
      : new StudioError('SERVICE_UNAVAILABLE', `${name} does not accept this studio: tell an admin.`);
  }
  if (error instanceof oidc.ClientError && error.code !== undefined && FOREIGN_ANSWER.has(error.code)) {
    return new StudioError('UNAUTHENTICATED', `The answer of ${name} does not belong to this sign-in: begin again.`);
  }
  return new StudioError('SERVICE_UNAVAILABLE', `${name} does not answer at the moment.`);
};

/**
 * The configured identity provider (OpenID Connect, authorization code flow with PKCE). It is asked for its metadata when
 * somebody first signs in, so that a start does not need it.
 * @param redirectUri where it sends people back to
 */
export const createOidcProvider = (
  { issuer, clientId, clientSecret, name }: OidcConfig,
  redirectUri: string,
  serviceLog: Log,
): OidcProvider => {
  const authentication = authenticationWith(clientSecret);
  const insecure = new URL(issuer).protocol === 'http:';
  let known: { readonly client: Promise<oidc.Configuration>; readonly since: number } | undefined;

  const discover = (): Promise<oidc.Configuration> =>
    oidc.discovery(new URL(issuer), clientId, undefined, authentication, {
      timeout: TIMEOUT_SECONDS,
      [oidc.customFetch]: boundedFetch,
      // The id token came straight from the provider; its signature is looked at nevertheless.
      execute: [oidc.enableNonRepudiationChecks, ...(insecure ? [oidc.allowInsecureRequests] : [])],
    });

  /** Asked once by many at the same time, and again after a failure. */
  const client = (): Promise<oidc.Configuration> => {
    if (known && Date.now() - known.since < METADATA_LIFETIME_MS) return known.client;
    const asked = { client: discover(), since: Date.now() };
    known = asked;
    asked.client.catch(() => {
      if (known === asked) known = undefined;
    });
    return asked.client;
  };

  const asking = async <T>(log: Log, ask: (client: oidc.Configuration) => Promise<T>): Promise<T> => {
    try {
      return await ask(await client());
    } catch (error) {
      const refusal = refusalOf(error, name);
      log.warn({ error }, 'a sign-in at the identity provider failed');
      throw refusal;
    }
  };

  return {
    authorizationUrl: ({ state, nonce, verifier }) =>
      asking(serviceLog, async (configuration) => {
        const url = oidc.buildAuthorizationUrl(configuration, {
          redirect_uri: redirectUri,
          scope: 'openid email',
          state,
          nonce,
          code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
        });
        return url.href;
      }),

    identify: ({ state, nonce, verifier }, query, log) =>
      asking(log, async (configuration) => {
        const tokens = await oidc.authorizationCodeGrant(configuration, new URL(`${redirectUri}?${query}`), {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        const subject = Subject.parse(claims?.sub);
        return {
          issuer: z.string().parse(claims?.iss),
          subject,
          verifiedEmail: () =>
            asking(log, async () => {
              // Both of one source: a verification of the one says nothing of an address of the other.
              const source =
                claims?.['email'] === undefined
                  ? await oidc.fetchUserInfo(configuration, tokens.access_token, subject)
                  : claims;
              const found = EmailClaims.safeParse(source);
              return found.success ? found.data.email : null;
            }),
        };
      }),
  };
};
