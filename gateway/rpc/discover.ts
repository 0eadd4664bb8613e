import { ERRORS } from '#mesh/errors.ts';
import { VERSION } from '#mesh/version.ts';
import type { Method, MethodSchema } from './method.ts';
import { METHODS } from './methods.ts';

/** The method that OpenRPC has its document asked for with. */
export const DISCOVER = 'rpc.discover';

const propertiesOf = ({ params }: MethodSchema): readonly [string, unknown][] =>
  Object.entries(params['properties'] ?? {});

const isRequired = ({ params }: MethodSchema, name: string): boolean => {
  const required: unknown = params['required'];
  return Array.isArray(required) && required.includes(name);
};

const methodOf = ({ name, schema }: Method) => ({
  name,
  summary: schema.description,
  paramStructure: 'by-name',
  params: propertiesOf(schema).map(([param, property]) => ({
    name: param,
    required: isRequired(schema, param),
    schema: property,
  })),
  result: { name: 'result', schema: schema.result },
});

/** Each number of JSON-RPC once, with the first sentence of the table that has it. */
const errors = [
  ...new Map(
    Object.values(ERRORS)
      .toReversed()
      .map(({ rpc, sentence }) => [rpc, sentence]),
  ),
].map(([code, message]) => ({ code, message }));

/** The OpenRPC document of the JSON-RPC door, made of the schemas that its calls are held to. */
export const OPENRPC = {
  openrpc: '1.3.2',
  info: { title: 'CyberDevStudio', version: VERSION, description: "JSON-RPC 2.0 on the studio's graph." },
  servers: [{ name: 'gateway', url: '/rpc' }],
  methods: Array.from(METHODS.values(), (method) => ({
    ...methodOf(method),
    errors: errors.map(({ code }) => ({ $ref: `#/components/errors/${Math.abs(code)}` })),
  })),
  components: { errors: Object.fromEntries(errors.map((error) => [Math.abs(error.code), error])) },
};
