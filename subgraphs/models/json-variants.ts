export type Schema = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether the first property of each variant is a constant of its own. */
const areToldApart = (variants: readonly unknown[]): boolean => {
  const first = variants.map((variant) => {
    const properties = isObject(variant) ? variant['properties'] : undefined;
    const [name, schema] = Object.entries(isObject(properties) ? properties : {})[0] ?? [];
    const required: unknown = isObject(variant) ? variant['required'] : undefined;
    const told = Array.isArray(required) && required.includes(name) && isObject(schema) && 'const' in schema;
    return told ? JSON.stringify([name, schema['const']]) : undefined;
  });
  return !first.includes(undefined) && new Set(first).size === first.length;
};

/**
 * In how many ways a value of this type may begin.
 * @param known of each part of the schema that was looked at; one that is being looked at leads to itself, and counts 1
 */
const startsOf = (root: Schema, schema: unknown, type: 'array' | 'object', known: Map<Schema, number>): number => {
  if (!isObject(schema)) return 1;
  const before = known.get(schema);
  if (before !== undefined) return before;
  known.set(schema, 1);
  const starts = countStarts(root, schema, type, known);
  known.set(schema, starts);
  return starts;
};

const countStarts = (root: Schema, schema: Schema, type: 'array' | 'object', known: Map<Schema, number>): number => {
  const { $ref: reference, anyOf, oneOf, type: types } = schema;
  if (typeof reference === 'string') {
    const [, folder = '', name = ''] = reference.split('/');
    const definitions = root[folder];
    return startsOf(root, isObject(definitions) ? definitions[name] : undefined, type, known);
  }
  const variants = anyOf ?? oneOf;
  if (Array.isArray(variants)) {
    if (type === 'object' && areToldApart(variants)) return 1;
    return variants.reduce((sum: number, variant) => sum + startsOf(root, variant, type, known), 0);
  }
  if ('const' in schema || 'enum' in schema) return 0;
  if (types === undefined) return 'properties' in schema && type === 'array' ? 0 : 1;
  return (Array.isArray(types) ? types : [types]).filter((one) => one === type).length;
};

/**
 * How many of the variants a reader still follows after the bracket with which they begin; at least 1.
 * @param root holds the definitions that are referred to
 */
export const waysToBegin = (root: Schema, variants: readonly unknown[]): number =>
  Math.max(1, ...(['array', 'object'] as const).map((type) => startsOf(root, { anyOf: variants }, type, new Map())));
