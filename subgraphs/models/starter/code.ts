import type { Example, ParameterNames, Task, Value } from './tasks/task.ts';

export const LANGUAGES = ['python', 'javascript', 'typescript'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Puts the names into a task's code or explanation. */
export const fill = (template: string, name: string, [a, b = a]: ParameterNames): string =>
  template.replaceAll('{name}', name).replaceAll('{a}', a).replaceAll('{b}', b);

const indent = (lines: string, by: string): string => lines.replace(/^/gm, by);

/** A task as a function of its own, as the model is taught to write it. */
export const functionSource = (task: Task, language: Language, name: string, parameters: ParameterNames): string => {
  if (language === 'python') {
    return `def ${name}(${parameters.join(', ')}):\n${fill(indent(task.python, '    '), name, parameters)}`;
  }
  const typed = language === 'typescript';
  const signature = parameters.map((parameter, at) => (typed ? `${parameter}: ${task.takes.types[at]}` : parameter));
  const result = typed ? `: ${task.gives}` : '';
  // What is pushed to it has no type of its own.
  const body = typed
    ? task.javascript.replace('const result = []', `const result: ${task.gives} = []`)
    : task.javascript;
  return `function ${name}(${signature.join(', ')})${result} {\n${fill(indent(body, '  '), name, parameters)}\n}`;
};

const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

const pythonLiteral = (value: Value): string => {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return isList(value) ? `[${value.map(pythonLiteral).join(', ')}]` : JSON.stringify(value);
};

const scriptLiteral = (value: Value): string =>
  isList(value) ? `[${value.map(scriptLiteral).join(', ')}]` : JSON.stringify(value);

const call = (name: string, [args]: Example, literal: (value: Value) => string): string =>
  `${name}(${args.map(literal).join(', ')})`;

export type TestStyle = 'plain' | 'unittest';

const pythonTest = ({ examples }: Task, name: string, style: TestStyle): string => {
  const calls = examples.map((example) => [call(name, example, pythonLiteral), pythonLiteral(example[1])] as const);
  if (style === 'plain') return calls.map(([called, result]) => `assert ${called} == ${result}`).join('\n');
  const checks = calls.map(([called, result]) => `        self.assertEqual(${called}, ${result})`);
  return `import unittest\n\n\nclass Tests(unittest.TestCase):\n    def test_${name}(self):\n${checks.join('\n')}`;
};

const scriptTest = ({ examples }: Task, name: string): string => {
  const checks = examples.map((example) => {
    const compare = typeof example[1] === 'object' ? 'deepEqual' : 'equal';
    return `assert.${compare}(${call(name, example, scriptLiteral)}, ${scriptLiteral(example[1])});`;
  });
  return `import assert from "node:assert/strict";\n\n${checks.join('\n')}`;
};

/** The test of a task's function, to stand after it in one file. */
export const testSource = (task: Task, language: Language, name: string, style: TestStyle = 'plain'): string =>
  language === 'python' ? pythonTest(task, name, style) : scriptTest(task, name);

/** Code as an answer has it. */
export const fenced = (language: Language, source: string): string => `\`\`\`${language}\n${source}\n\`\`\``;

/** Whether the names can stand in the task's code: none hides another that the code uses. */
export const namesFit = (task: Task, name: string, parameters: ParameterNames): boolean => {
  const used = new Set(`${task.python} ${task.javascript}`.replace(/\{[ab]\}/g, ' ').match(/\w+/g));
  const names = [name, ...parameters];
  return new Set(names).size === names.length && names.every((one) => !used.has(one));
};
