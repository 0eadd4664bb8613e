import {
  GraphQLError,
  isObjectType,
  parse,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
  type GraphQLSchema,
} from 'graphql';

/** A document that somebody relies on. */
export interface UsedDocument {
  /** Where it comes from, for the reader of the report. */
  readonly name: string;
  readonly text: string;
}

export interface BrokenDocument {
  readonly name: string;
  readonly reason: string;
}

export interface Use {
  /** Documents that do not fit the schema. */
  readonly broken: readonly BrokenDocument[];
  /** `Type.field` of what no document selects, sorted. */
  readonly unused: readonly string[];
}

const MAX_ERRORS = 3;

/** Why a document does not fit; undefined when it does, and then its fields are added to `used`. */
const read = (schema: GraphQLSchema, text: string, used: Set<string>): string | undefined => {
  try {
    const document = parse(text);
    const flaws = validate(schema, document, undefined, { maxErrors: MAX_ERRORS });
    if (flaws.length > 0) return flaws.map(({ message }) => message).join(' ');
    const types = new TypeInfo(schema);
    visit(
      document,
      visitWithTypeInfo(types, {
        Field: () => {
          const [parent, field] = [types.getParentType(), types.getFieldDef()];
          if (!parent || !field) return;
          used.add(`${parent.name}.${field.name}`);
          // Whoever selects a field of an interface or union selects it of every type behind it.
          if (isObjectType(parent)) return;
          if ('getFields' in parent || 'getTypes' in parent) {
            for (const type of schema.getPossibleTypes(parent)) used.add(`${type.name}.${field.name}`);
          }
        },
      }),
    );
    return undefined;
  } catch (error) {
    if (error instanceof GraphQLError) return error.message;
    throw error;
  }
};

/** Holds documents against a schema, and the schema against the documents. */
export const checkUse = (schema: GraphQLSchema, documents: readonly UsedDocument[]): Use => {
  const used = new Set<string>();
  const broken = documents.flatMap(({ name, text }) => {
    const reason = read(schema, text, used);
    return reason === undefined ? [] : [{ name, reason }];
  });
  const fields = Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) && !type.name.startsWith('__')
      ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`)
      : [],
  );
  return { broken, unused: fields.filter((coordinate) => !used.has(coordinate)).toSorted() };
};
