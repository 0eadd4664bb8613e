import { Ajv2020, type AnySchemaObject, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';

/** What a method takes and gives. Each check answers null, or a sentence that says what is wrong. */
export interface Contract {
  params(value: unknown): string | null;
  result(value: unknown): string | null;
}

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: false });

/** Names of clients may be as long as a body; a sentence is not. */
const shown = (value: unknown): string => JSON.stringify(value).slice(0, 80);

const detailOf = ({ keyword, params, message = 'is not valid' }: ErrorObject): string => {
  if (keyword === 'additionalProperties') return `must not hold ${shown(params['additionalProperty'])}`;
  if (keyword === 'enum') return `must be one of ${shown(params['allowedValues'])}`;
  if (keyword === 'const') return `must be ${shown(params['allowedValue'])}`;
  return message;
};

const sentenceOf = (what: string, { errors }: ValidateFunction): string => {
  const [error] = errors ?? [];
  if (!error) return `The ${what} are not valid.`;
  return `${what}${error.instancePath.replaceAll('/', '.')} ${detailOf(error)}.`;
};

/** @throws Error when a schema is not a strict JSON Schema of draft 2020-12 */
export const compileContract = (schema: { params: AnySchemaObject; result: AnySchemaObject }): Contract => {
  const params = ajv.compile(schema.params);
  const result = ajv.compile(schema.result);
  return {
    params: (value) => (params(value) ? null : sentenceOf('params', params)),
    result: (value) => (result(value) ? null : sentenceOf('result', result)),
  };
};
