import type { AnySchemaObject } from 'ajv/dist/2020.js';
import { ERRORS, type ErrorCode } from '#mesh/errors.ts';
import { VERSION } from '#mesh/version.ts';
import type { Dialect } from './dialect.ts';
import type { Route } from './route.ts';
import { ROUTES } from './routes.ts';

const ERROR: AnySchemaObject = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['message', 'type', 'code', 'param'],
      properties: {
        message: { type: 'string' },
        type: { enum: [...new Set(Object.values(ERRORS).map(({ openai }) => openai))] },
        code: { enum: Object.keys(ERRORS) },
        param: { type: ['string', 'null'], description: 'The parameter that is wrong.' },
      },
    },
  },
};

/** The answer of Ollama's clients to what went wrong. */
const OLLAMA_ERROR: AnySchemaObject = {
  type: 'object',
  required: ['error', 'code'],
  properties: { error: { type: 'string' }, code: { enum: Object.keys(ERRORS) } },
};

/** The schemas of errors, by the dialects that have their own. */
const ERROR_SCHEMAS = { Error: ERROR, OllamaError: OLLAMA_ERROR };

const schemaOf = ({ name }: Dialect): keyof typeof ERROR_SCHEMAS => (name === 'Ollama' ? 'OllamaError' : 'Error');

/** The name of a refusal among the components. */
const nameOf = (code: ErrorCode, schema: keyof typeof ERROR_SCHEMAS): string =>
  schema === 'Error' ? code : `${code}_${schema}`;

const refusal = (code: ErrorCode, dialect: Dialect) => ({
  $ref: `#/components/responses/${nameOf(code, schemaOf(dialect))}`,
});

/** The refusals that any route may give. */
const REFUSALS = {
  400: 'BAD_USER_INPUT',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  413: 'PAYLOAD_TOO_LARGE',
  429: 'RATE_LIMITED',
  500: 'INTERNAL_SERVER_ERROR',
  503: 'SERVICE_UNAVAILABLE',
} as const satisfies Record<number, ErrorCode>;

const RETRY_AFTER = { description: 'Seconds after which to come again.', schema: { type: 'integer' } };

const responseOf = (code: ErrorCode, schema: keyof typeof ERROR_SCHEMAS) => ({
  description: ERRORS[code].sentence,
  ...(ERRORS[code].status === 429 ? { headers: { 'Retry-After': RETRY_AFTER } } : {}),
  content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } },
});

const operationId = ({ method, path }: Route): string =>
  [method.toLowerCase(), ...path.split(/[/{}]+/).filter((part) => part !== '')].join('_');

const contentOf = ({ answer, event, file, dialect }: Route) => ({
  ...(answer ? { 'application/json': { schema: answer } } : {}),
  // Each event, or line, is this in JSON.
  ...(event ? { [dialect.stream]: { schema: event } } : {}),
  ...(file === undefined ? {} : { [file]: { schema: { type: 'string', format: 'binary' } } }),
});

const operationOf = (route: Route) => ({
  operationId: operationId(route),
  summary: route.summary,
  tags: [route.tag],
  parameters: [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  })),
  ...(route.body ? { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } } : {}),
  responses: {
    200: { description: 'What was asked for.', content: contentOf(route) },
    ...Object.fromEntries(Object.entries(REFUSALS).map(([status, code]) => [status, refusal(code, route.dialect)])),
  },
});

const paths: Record<string, Record<string, unknown>> = {};
for (const route of ROUTES) {
  paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route) };
}

/** The OpenAPI document of the REST door, made of the schemas that its requests and answers are held to. */
export const OPENAPI = {
  openapi: '3.1.0',
  jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
  info: {
    title: 'CyberDevStudio',
    version: VERSION,
    description: "OpenAI's and Ollama's shapes and the routes of legacy clients, on the studio's graph.",
  },
  servers: [{ url: '/' }],
  security: [{ bearer: [] }, { key: [] }],
  paths,
  components: {
    schemas: ERROR_SCHEMAS,
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', description: 'An access token or an API key.' },
      key: { type: 'apiKey', in: 'header', name: 'x-api-key' },
    },
    responses: Object.fromEntries(
      Object.values(REFUSALS).flatMap((code) => [
        [nameOf(code, 'Error'), responseOf(code, 'Error')],
        [nameOf(code, 'OllamaError'), responseOf(code, 'OllamaError')],
      ]),
    ),
  },
};
