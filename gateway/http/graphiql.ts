import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { isAcceptable } from './accept.ts';
import { SECURITY_HEADERS } from './security.ts';

const WELCOME = `# CyberDevStudio's graph. Sign in below and put the token into "Headers":
# { "authorization": "Bearer …" }
mutation SignIn {
  login(email: "admin@devstudio.local", password: "") {
    accessToken
  }
}
`;

interface Page {
  readonly policy: string;
  readonly plain: Buffer;
  readonly small: Buffer;
}

const SCRIPT = /<script>([\s\S]*?)<\/script>/;

/** The page brings along all that it needs, so that it works without the internet: 9 MB, read when somebody wants it. */
const render = async (): Promise<Page> => {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({
    title: 'CyberDevStudio: GraphiQL',
    endpoint: '/graphql',
    defaultQuery: WELCOME,
    // Server-sent events carry the header with the token; a browser's WebSocket cannot.
    subscriptionsProtocol: 'SSE',
  });
  const script = SCRIPT.exec(html)?.[1] ?? '';
  const hash = createHash('sha256').update(script).digest('base64');
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    // The editor writes its style sheets itself and runs its language services as workers out of blobs.
    "style-src 'unsafe-inline'",
    'worker-src blob:',
    "connect-src 'self'",
    'img-src data:',
    'font-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  const plain = Buffer.from(html);
  return { policy, plain, small: await promisify(gzip)(plain) };
};

/** Serves GraphiQL, an editor for the graph. */
export const createGraphiql = (): ((request: IncomingMessage, response: ServerResponse) => Promise<void>) => {
  let page: Promise<Page> | undefined;
  return async (request, response) => {
    page ??= render();
    const { policy, plain, small } = await page;
    const compressed = isAcceptable(request.headers['accept-encoding'] ?? '', 'gzip');
    const body = compressed ? small : plain;
    response.writeHead(200, {
      ...SECURITY_HEADERS,
      'content-security-policy': policy,
      'content-type': 'text/html; charset=utf-8',
      'content-length': body.length,
      'cache-control': 'no-store',
      ...(compressed ? { 'content-encoding': 'gzip' } : {}),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
};
