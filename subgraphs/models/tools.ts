import type { ToolInput } from '#codegen/models.ts';
import { refuse } from './bounds.ts';
import { jsonGrammar } from './json-grammar.ts';
import type { Tool } from './worker/protocol.ts';

const MAX_TOOLS = 64;
const MAX_DESCRIPTION = 4_096;
/** Of all parameters together: each is written into the prompt. */
const MAX_BYTES = 131_072;
const NAME = /^[\w-]{1,64}$/;
const NO_PARAMETERS = { type: 'object', properties: {}, additionalProperties: false } as const;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const readTool = ({ name, description, parameters }: ToolInput, place: string): Tool => {
  if (!NAME.test(name)) return refuse('tools', `${place}.name must be 1 to 64 letters, digits, _ and -.`);
  if ((description?.length ?? 0) > MAX_DESCRIPTION) {
    return refuse('tools', `${place}.description has over ${MAX_DESCRIPTION} characters.`);
  }
  const schema: unknown = parameters ?? NO_PARAMETERS;
  if (!isObject(schema) || ('type' in schema && schema['type'] !== 'object')) {
    return refuse('tools', `${place}.parameters must be a JSON Schema of an object.`);
  }
  // With `type` it is an object where nothing but properties is said.
  const object = { type: 'object', ...schema };
  const grammar = jsonGrammar(object);
  if (grammar.outcome === 'refused')
    return refuse('tools', `${place}.parameters cannot be enforced: ${grammar.reason}.`);
  return { name, description: description?.toWellFormed() ?? null, parameters: object, grammar: grammar.gbnf };
};

/** @throws StudioError BAD_USER_INPUT saying which tool is wrong, and in what */
export const readTools = (tools: readonly ToolInput[]): readonly Tool[] => {
  if (tools.length > MAX_TOOLS) return refuse('tools', `tools has ${tools.length} entries; it may have ${MAX_TOOLS}.`);
  const read = tools.map((tool, index) => readTool(tool, `tools[${index}]`));
  const names = read.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return refuse('tools', `tools holds ${twice} twice.`);
  const bytes = Buffer.byteLength(JSON.stringify(read.map(({ parameters }) => parameters)));
  if (bytes > MAX_BYTES) return refuse('tools', `tools has ${bytes} bytes of parameters; it may have ${MAX_BYTES}.`);
  return read;
};
