import type { AnySchemaObject } from 'ajv/dist/2020.js';
import { compileContract, type Contract } from './contract.ts';

/** One method of JSON-RPC, as an operation on the graph. */
export interface Method {
  readonly name: string;
  readonly schema: MethodSchema;
  /** Whether it makes sense without a credential. Spares work only: the graph decides who may do what. */
  readonly open: boolean;
  readonly contract: Contract;
  readonly document: string;
  /** The operation's variables. `params` has passed the contract. */
  readonly variables: (params: unknown) => Readonly<Record<string, unknown>>;
  /** What the client gets. `data` is the complete answer of the operation. May throw a StudioError. */
  readonly result: (data: unknown, params: unknown) => unknown;
}

/** The files of `schemas/rpc`. */
export interface MethodSchema {
  readonly title: string;
  readonly description: string;
  readonly params: AnySchemaObject;
  readonly result: AnySchemaObject;
}

/** A method as data. The functions may take any type: what the schema lets through, and what the document selects. */
interface Declaration {
  readonly schema: MethodSchema;
  readonly open?: boolean;
  readonly document: string;
  readonly variables: (params: never) => Readonly<Record<string, unknown>>;
  readonly result: (data: never, params: never) => unknown;
}

export const defineMethod = (declaration: Declaration): Method => ({
  name: declaration.schema.title,
  schema: declaration.schema,
  open: declaration.open ?? false,
  contract: compileContract(declaration.schema),
  document: declaration.document,
  // The boundary between JSON and types: the schema has decided that these are params, the graph's own schema that this
  // is the document's data, and the result is checked against its schema before it leaves.
  variables: (params) => declaration.variables(params as never),
  result: (data, params) => declaration.result(data as never, params as never),
});
