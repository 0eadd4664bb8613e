import {
  coerceInputValue,
  GraphQLError,
  isInputType,
  isNonNullType,
  typeFromAST,
  valueFromAST,
  type GraphQLSchema,
  type VariableDefinitionNode,
} from 'graphql';
import type { Variables } from './conditions.ts';

export type Coercion =
  | { readonly outcome: 'coerced'; readonly variables: Variables }
  | { readonly outcome: 'wrong'; readonly errors: readonly GraphQLError[] };

const MAX_ERRORS = 10;
const MAX_REASON = 200;

const short = (text: string): string => (text.length > MAX_REASON ? `${text.slice(0, MAX_REASON)}…` : text);

/** Where a value is wrong, as `$input.files[2].path`. */
const placeOf = (name: string, path: readonly (string | number)[]): string =>
  short(`$${name}${path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('')}`);

/** What is expected, without the value that graphql-js adds: it may be a password, and as long as a body may be. */
const reasonOf = ({ message }: GraphQLError): string =>
  short(
    message
      .replace(/(cannot represent [^:]*?)(?: value)?: [\s\S]*$/, '$1 value.')
      .replace(/^Value "[\s\S]*" does not exist in "(\w+)" enum\.[\s\S]*$/, 'It is no value of the enum "$1".'),
  );

/**
 * Gives the variables of an operation the types that it declares, with its defaults, as the GraphQL specification has it
 * (§6.1.2). Unlike graphql-js no error repeats a value.
 */
export const coerceVariables = (
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  given: Variables,
): Coercion => {
  const errors: GraphQLError[] = [];
  const coerced: Record<string, unknown> = {};
  const report = (definition: VariableDefinitionNode, message: string): void => {
    if (errors.length < MAX_ERRORS) {
      errors.push(new GraphQLError(message, { nodes: definition, extensions: { code: 'BAD_USER_INPUT' } }));
    }
  };
  for (const definition of definitions) {
    const name = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type);
    // The document is valid: its types are those of the schema.
    if (!isInputType(type)) continue;
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined && definition.defaultValue) {
      coerced[name] = valueFromAST(definition.defaultValue, type);
    } else if (value === undefined || value === null) {
      if (isNonNullType(type)) {
        const how = value === null ? 'must not be null' : 'was not provided';
        report(definition, `Variable "$${name}" of required type "${String(type)}" ${how}.`);
      } else if (value === null) coerced[name] = null;
    } else {
      coerced[name] = coerceInputValue(value, type, (path, _, error) =>
        report(definition, `Variable "${placeOf(name, path)}" is wrong: ${reasonOf(error)}`),
      );
    }
  }
  return errors.length > 0 ? { outcome: 'wrong', errors } : { outcome: 'coerced', variables: coerced };
};
