import type { AnySchemaObject } from 'ajv/dist/2020.js';
import { compileCheck } from '#gateway/json-schema.ts';

/** What a method takes and gives. Each check answers null, or a sentence that says what is wrong. */
export interface Contract {
  params(value: unknown): string | null;
  result(value: unknown): string | null;
}

/** @throws Error when a schema is not a strict JSON Schema of draft 2020-12 */
export const compileContract = (schema: { params: AnySchemaObject; result: AnySchemaObject }): Contract => {
  const params = compileCheck('params', schema.params);
  const result = compileCheck('result', schema.result);
  return {
    params: (value) => params(value)?.sentence ?? null,
    result: (value) => result(value)?.sentence ?? null,
  };
};
