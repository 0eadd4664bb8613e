import { Ajv2020, type AnySchemaObject, type ErrorObject } from 'ajv/dist/2020.js';

/** What is wrong with a value. */
export interface Flaw {
  readonly sentence: string;
  /** Where, as OpenAI names it: `messages[0].role`; empty for the whole. */
  readonly place: string;
}

/** Decides whether a value keeps a schema. */
export type Check = (value: unknown) => Flaw | null;

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: false });

/** Names of clients may be as long as a body; a sentence is not. */
const MOST = 80;
const shown = (value: unknown): string => JSON.stringify(value).slice(0, MOST);

const detailOf = ({ keyword, params, message = 'is not valid' }: ErrorObject): string => {
  if (keyword === 'additionalProperties') return `must not hold ${shown(params['additionalProperty'])}`;
  if (keyword === 'enum') return `must be one of ${shown(params['allowedValues'])}`;
  if (keyword === 'const') return `must be ${shown(params['allowedValue'])}`;
  return message;
};

const placeOf = ({ instancePath, params }: ErrorObject): string => {
  const name: unknown = params['additionalProperty'] ?? params['missingProperty'];
  const path = [...instancePath.split('/').slice(1), ...(typeof name === 'string' ? [name] : [])];
  return path
    .map((step, index) => (/^\d+$/.test(step) ? `[${step}]` : `${index === 0 ? '' : '.'}${step}`))
    .join('')
    .slice(0, MOST);
};

/**
 * @param what names the value in the sentences, as `params`
 * @throws Error when the schema is not a strict JSON Schema of draft 2020-12
 */
export const compileCheck = (what: string, schema: AnySchemaObject): Check => {
  const validate = ajv.compile(schema);
  return (value) => {
    if (validate(value)) return null;
    const [error] = validate.errors ?? [];
    if (!error) return { sentence: `The ${what} is not valid.`, place: '' };
    const sentence = `${what}${error.instancePath.replaceAll('/', '.')} ${detailOf(error)}.`;
    return { sentence, place: placeOf(error) };
  };
};
