import { isObject, type JsonObject } from '../json.ts';

/** What a subgraph answers, unchecked but for being JSON of this form. */
export interface Answer {
  readonly data?: JsonObject | null;
  readonly errors?: readonly unknown[];
}

/** Undefined when the text is no GraphQL result. */
export const parseAnswer = (text: string): Answer | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return undefined;
    const { data, errors } = value;
    if (data !== undefined && data !== null && !isObject(data)) return undefined;
    if (errors !== undefined && !Array.isArray(errors)) return undefined;
    if (data === undefined && errors === undefined) return undefined;
    return { ...(data === undefined ? {} : { data }), ...(errors === undefined ? {} : { errors }) };
  } catch {
    return undefined;
  }
};
