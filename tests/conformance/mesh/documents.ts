import {
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
const randomFrom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

export interface RandomOperation {
  readonly document: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * Fields that are left to tests of their own: executeQueryPlan forgets the type of an object when a service that knows
 * only its interface is asked for `__typename`, and then leaves out the fields of the type.
 */
const LEFT_OUT: ReadonlySet<string> = new Set(['reviews']);

const STRINGS = ['1', '2', '3', '10', '11', 'small', 'large', 'nobody', 'broken'];

/** Writes valid operations over a schema: aliases, fragments, conditions, variables, arguments. */
class Writer {
  readonly #schema: GraphQLSchema;
  readonly #random: () => number;
  readonly #fragments: string[] = [];
  readonly #variables: Record<string, unknown> = {};
  readonly #definitions: string[] = [];
  #names = 0;

  constructor(schema: GraphQLSchema, random: () => number) {
    this.#schema = schema;
    this.#random = random;
  }

  operation(kind: 'query' | 'mutation'): RandomOperation {
    const root = kind === 'query' ? this.#schema.getQueryType() : this.#schema.getMutationType();
    if (!root) throw new Error(`the schema has no ${kind}`);
    const selections = this.#selections(root, 0);
    const definitions = this.#definitions.length > 0 ? `(${this.#definitions.join(', ')})` : '';
    return {
      document: [`${kind} Random${definitions} ${selections}`, ...this.#fragments].join('\n'),
      variables: this.#variables,
    };
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.#random() * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  #name(prefix: string): string {
    this.#names += 1;
    return `${prefix}${this.#names}`;
  }

  #selections(type: GraphQLCompositeType, depth: number): string {
    const parts: string[] = [];
    const amount = 1 + Math.floor(this.#random() * (depth < 2 ? 4 : 3));
    for (let index = 0; index < amount; index += 1) parts.push(this.#selection(type, depth));
    return `{ ${parts.filter((part) => part !== '').join(' ') || '__typename'} }`;
  }

  #selection(type: GraphQLCompositeType, depth: number): string {
    if (this.#chance(0.08)) return `${this.#chance(0.5) ? `${this.#name('t')}: ` : ''}__typename`;
    if (!isObjectType(type) || this.#chance(0.15)) return this.#fragment(type, depth);
    return this.#fieldOf(type, depth);
  }

  #fieldOf(type: GraphQLObjectType | GraphQLInterfaceType, depth: number): string {
    const fields = Object.values(type.getFields()).filter(({ name }) => !LEFT_OUT.has(name));
    return this.#field(this.#pick(fields), depth);
  }

  #field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const type = getNamedType(field.type);
    if (isCompositeType(type) && depth >= 5) return '';
    // A response name that is used once only never asks for two things under one name.
    const alias = `${this.#name('f')}: `;
    const given = field.args.flatMap((argument) => this.#argument(argument));
    const args = given.length > 0 ? `(${given.join(', ')})` : '';
    const inner = isCompositeType(type) ? ` ${this.#selections(type, depth + 1)}` : '';
    return `${alias}${field.name}${args}${this.#condition()}${inner}`;
  }

  #fragment(type: GraphQLCompositeType, depth: number): string {
    const possible = isUnionType(type) || isInterfaceType(type) ? [...this.#schema.getPossibleTypes(type)] : [];
    const types: readonly GraphQLCompositeType[] = isObjectType(type)
      ? [type, ...type.getInterfaces()]
      : [...possible, ...(isInterfaceType(type) ? [type] : [])];
    const on = this.#pick(types);
    if (on === type && isInterfaceType(on)) return this.#fieldOf(on, depth);
    if (isInterfaceType(on)) {
      const field = this.#fieldOf(on, depth);
      return `... on ${on.name}${this.#condition()} { ${field || '__typename'} }`;
    }
    if (this.#chance(0.6)) return `... on ${on.name}${this.#condition()} ${this.#selections(on, depth + 1)}`;
    const name = this.#name('Fragment');
    this.#fragments.push(`fragment ${name} on ${on.name} ${this.#selections(on, depth + 1)}`);
    return `...${name}${this.#condition()}`;
  }

  #condition(): string {
    if (!this.#chance(0.12)) return '';
    const directive = this.#chance(0.5) ? 'skip' : 'include';
    if (this.#chance(0.3)) return ` @${directive}(if: ${this.#chance(0.5)})`;
    const value = this.#chance(0.5);
    return ` @${directive}(if: $${this.#variable('Boolean!', value)})`;
  }

  #variable(type: string, value: unknown): string {
    const name = this.#name('v');
    const byDefault = this.#chance(0.3) && value !== null;
    this.#definitions.push(`$${name}: ${type}${byDefault ? ` = ${this.#literal(value)}` : ''}`);
    if (!byDefault) this.#variables[name] = value;
    return name;
  }

  #literal(value: unknown): string {
    if (Array.isArray(value)) return `[${value.map((item) => this.#literal(item)).join(', ')}]`;
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    return `{ ${Object.entries(value)
      .map(([name, inner]) => `${name}: ${this.#literal(inner)}`)
      .join(', ')} }`;
  }

  #argument(argument: GraphQLArgument): string[] {
    if (!isNonNullType(argument.type) && this.#chance(0.4)) return [];
    const { type } = argument;
    const named = getNamedType(type);
    const value = this.#value(type);
    if (isEnumType(named)) return [`${argument.name}: ${String(value)}`];
    if (this.#chance(0.5)) return [`${argument.name}: $${this.#variable(String(type), value)}`];
    return [`${argument.name}: ${this.#literal(value)}`];
  }

  #value(type: GraphQLInputType): unknown {
    if (isNonNullType(type)) return this.#value(type.ofType);
    if (isListType(type)) return [this.#value(type.ofType), this.#value(type.ofType)];
    if (isEnumType(type)) return this.#pick(type.getValues()).name;
    if (isInputObjectType(type)) {
      return Object.fromEntries(
        Object.values(type.getFields())
          .filter((field) => isNonNullType(field.type) || this.#chance(0.5))
          .map((field) => [field.name, this.#value(field.type)]),
      );
    }
    switch (type.name) {
      case 'Int':
        return Math.floor(this.#random() * 4);
      case 'Boolean':
        return this.#chance(0.5);
      default:
        return this.#pick(STRINGS);
    }
  }
}

export const randomOperation = (schema: GraphQLSchema, seed: number): RandomOperation =>
  new Writer(schema, randomFrom(seed)).operation(seed % 10 === 0 ? 'mutation' : 'query');
