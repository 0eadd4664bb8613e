import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { isAcceptable } from './accept.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

const COMPRESSIBLE = /^(text|application\/(json|manifest\+json|wasm)|image\/svg)/;
/** Vite names these files by their content. */
const HASHED = /^\/assets\//;
/** Below this, a compressed file is no smaller on the wire. */
const WORTH_COMPRESSING = 1_024;

interface Asset {
  readonly type: string;
  readonly etag: string;
  readonly cache: string;
  readonly plain: Buffer;
  readonly gzip: Buffer | undefined;
  readonly br: Buffer | undefined;
}

const squeeze = async (content: Buffer) => {
  const [small, smaller] = await Promise.all([
    promisify(gzip)(content),
    promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }),
  ]);
  return { gzip: small, br: smaller };
};

const readAsset = async (folder: string, path: string): Promise<Asset> => {
  const plain = await readFile(join(folder, path));
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  const worth = COMPRESSIBLE.test(type) && plain.length >= WORTH_COMPRESSING;
  return {
    type,
    plain,
    etag: `"${createHash('sha256').update(plain).digest('base64url')}"`,
    cache: HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
    ...(worth ? await squeeze(plain) : { gzip: undefined, br: undefined }),
  };
};

/** Whether a browser asks, to show what it gets. */
export const wantsPage = ({ headers }: Pick<IncomingMessage, 'headers'>): boolean =>
  (headers.accept ?? '').includes('text/html');

/** Answers a GET or HEAD for a file; false when there is none. */
export type ServeStatic = (request: IncomingMessage, response: ServerResponse, path: string) => boolean;

const encodingFor = (request: IncomingMessage, asset: Asset): 'br' | 'gzip' | 'plain' => {
  const accepted = request.headers['accept-encoding'] ?? '';
  if (asset.br && isAcceptable(accepted, 'br')) return 'br';
  return asset.gzip && isAcceptable(accepted, 'gzip') ? 'gzip' : 'plain';
};

/**
 * Serves the built studio. Every file is read at the start and found by its exact path, so no request reaches the
 * file system. A page that the studio routes itself gets `index.html`.
 * @param folder may be missing, as where another container serves the studio
 */
export const openStatic = async (folder: string): Promise<ServeStatic> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => `/${relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/')}`);
  const assets = new Map<string, Asset>();
  for (const path of paths) assets.set(path, await readAsset(folder, path));

  const find = (request: IncomingMessage, path: string): Asset | undefined => {
    const exact = assets.get(path === '/' ? '/index.html' : path);
    if (exact) return exact;
    return wantsPage(request) && extname(path) === '' ? assets.get('/index.html') : undefined;
  };

  return (request, response, path) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    const asset = find(request, path);
    if (!asset) return false;
    const encoding = encodingFor(request, asset);
    const body = asset[encoding] ?? asset.plain;
    const headers = {
      'content-type': asset.type,
      'cache-control': asset.cache,
      etag: asset.etag,
      ...(asset.br ? { vary: 'accept-encoding' } : {}),
    };
    if (request.headers['if-none-match'] === asset.etag) {
      response.writeHead(304, headers).end();
      return true;
    }
    response.writeHead(200, {
      ...headers,
      'content-length': body.length,
      ...(encoding === 'plain' ? {} : { 'content-encoding': encoding }),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
    return true;
  };
};
