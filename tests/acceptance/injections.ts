import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';

/** An operation that is good but for one text, which is the attack. */
export interface Injection {
  /** `Mutation.login(email)` */
  readonly place: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What travels as text; an instant or a number that is none has to be refused as one. */
const TEXTS = new Set(['String', 'ID', 'DateTime', 'BigInt']);
const MAX_DEPTH = 5;

/** The paths of all texts below an input, its own path first: `input.messages.content`. */
const textsOf = (type: GraphQLInputType, path: string, depth = 0): readonly string[] => {
  const named = getNamedType(type);
  if (TEXTS.has(named.name)) return [path];
  if (!isInputObjectType(named) || depth === MAX_DEPTH) return [];
  return Object.values(named.getFields()).flatMap((field) => textsOf(field.type, `${path}.${field.name}`, depth + 1));
};

/**
 * A value of the type: the attack at its path, elsewhere what is usual under this name.
 * @param usual what stands in a text of a name, where the plain word `text` would be refused
 */
const valueOf = (
  { name, type }: Pick<GraphQLArgument | GraphQLInputField, 'name' | 'type'>,
  path: string,
  attack: { readonly path: string; readonly text: string },
  usual: Readonly<Record<string, unknown>>,
): unknown => {
  const bare = isNonNullType(type) ? type.ofType : type;
  if (isListType(bare)) return [valueOf({ name, type: bare.ofType }, path, attack, usual)];
  const named = getNamedType(type);
  if (path === attack.path) return attack.text;
  if (isInputObjectType(named)) {
    const needed = Object.values(named.getFields()).filter(
      (field) => isNonNullType(field.type) || `${attack.path}.`.startsWith(`${path}.${field.name}.`),
    );
    return Object.fromEntries(
      needed.map((field) => [field.name, valueOf(field, `${path}.${field.name}`, attack, usual)]),
    );
  }
  if (Object.hasOwn(usual, name)) return usual[name];
  if (isEnumType(named)) return named.getValues()[0]?.name;
  if (named.name === 'Boolean') return true;
  return TEXTS.has(named.name) ? 'text' : 1;
};

/** One operation for each text that a field of Query or Mutation takes, however deep it stands. */
export const injectionsInto = (
  schema: GraphQLSchema,
  text: string,
  usual: Readonly<Record<string, unknown>>,
): readonly Injection[] =>
  [schema.getQueryType(), schema.getMutationType()].flatMap((root) =>
    Object.values(root?.getFields() ?? {}).flatMap((field) => {
      const selection = isLeafType(getNamedType(field.type)) ? '' : ' { __typename }';
      return field.args
        .flatMap((argument) => textsOf(argument.type, argument.name))
        .map((path) => {
          const given = field.args.filter(({ name, type }) => isNonNullType(type) || path.split('.')[0] === name);
          const declared = given.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
          const passed = given.map(({ name }) => `${name}: $${name}`).join(', ');
          const operation = root === schema.getQueryType() ? 'query' : 'mutation';
          return {
            place: `${root?.name ?? ''}.${field.name}(${path})`,
            query: `${operation} (${declared}) { ${field.name}(${passed})${selection} }`,
            variables: Object.fromEntries(
              given.map((argument) => [argument.name, valueOf(argument, argument.name, { path, text }, usual)]),
            ),
          };
        });
    }),
  );
