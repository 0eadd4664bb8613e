/** A small function that the starter model is taught to write and to explain. `{name}`, `{a}` and `{b}` are filled in. */
export interface Task {
  /** Names for it; the first is taken when the user gives none. */
  readonly names: readonly string[];
  /** What it does, after "a function that". */
  readonly purposes: readonly string[];
  /** Names for its arguments; the first are taken when the user gives none. */
  readonly parameters: readonly ParameterNames[];
  readonly python: string;
  readonly javascript: string;
  readonly explanation: string;
}

export type ParameterNames = readonly [string] | readonly [string, string];

const TWO_NUMBERS = [
  ['a', 'b'],
  ['x', 'y'],
  ['n', 'm'],
  ['left', 'right'],
  ['first', 'second'],
] as const;
const NUMBER = [['n'], ['x'], ['value'], ['number']] as const;
const LIST = [['items'], ['values'], ['numbers'], ['xs']] as const;
const TEXT = [['text'], ['s'], ['word'], ['line']] as const;
const PERSON = [['name'], ['person'], ['user']] as const;

export const TASKS: readonly Task[] = [
  {
    names: ['add', 'sum_two'],
    purposes: ['adds two numbers', 'returns the sum of two numbers'],
    parameters: TWO_NUMBERS,
    python: 'def {name}({a}, {b}):\n    return {a} + {b}',
    javascript: 'function {name}({a}, {b}) {\n  return {a} + {b};\n}',
    explanation: 'It returns the sum of {a} and {b}.',
  },
  {
    names: ['subtract', 'difference'],
    purposes: ['subtracts two numbers', 'returns the difference of two numbers'],
    parameters: TWO_NUMBERS,
    python: 'def {name}({a}, {b}):\n    return {a} - {b}',
    javascript: 'function {name}({a}, {b}) {\n  return {a} - {b};\n}',
    explanation: 'It returns the difference of {a} and {b}.',
  },
  {
    names: ['multiply', 'product'],
    purposes: ['multiplies two numbers', 'returns the product of two numbers'],
    parameters: TWO_NUMBERS,
    python: 'def {name}({a}, {b}):\n    return {a} * {b}',
    javascript: 'function {name}({a}, {b}) {\n  return {a} * {b};\n}',
    explanation: 'It returns the product of {a} and {b}.',
  },
  {
    names: ['power'],
    purposes: ['raises a number to a power'],
    parameters: TWO_NUMBERS,
    python: 'def {name}({a}, {b}):\n    return {a} ** {b}',
    javascript: 'function {name}({a}, {b}) {\n  return {a} ** {b};\n}',
    explanation: 'It returns the power of {a} and {b}.',
  },
  {
    names: ['modulo', 'remainder'],
    purposes: ['returns the remainder of a division'],
    parameters: TWO_NUMBERS,
    python: 'def {name}({a}, {b}):\n    return {a} % {b}',
    javascript: 'function {name}({a}, {b}) {\n  return {a} % {b};\n}',
    explanation: 'It returns the remainder of {a} and {b}.',
  },
  {
    names: ['is_greater'],
    purposes: ['checks if the first number is greater'],
    parameters: TWO_NUMBERS,
    python: 'def {name}({a}, {b}):\n    return {a} > {b}',
    javascript: 'function {name}({a}, {b}) {\n  return {a} > {b};\n}',
    explanation: 'It returns the comparison of {a} and {b}.',
  },
  {
    names: ['divide'],
    purposes: ['divides two numbers', 'divides safely'],
    parameters: TWO_NUMBERS,
    python:
      'def {name}({a}, {b}):\n    if {b} == 0:\n        raise ValueError("division by zero")\n    return {a} / {b}',
    javascript:
      'function {name}({a}, {b}) {\n  if ({b} === 0) throw new Error("division by zero");\n  return {a} / {b};\n}',
    explanation: 'It divides {a} by {b} and rejects zero.',
  },
  {
    names: ['square'],
    purposes: ['squares a number', 'returns the square of a number'],
    parameters: NUMBER,
    python: 'def {name}({a}):\n    return {a} * {a}',
    javascript: 'function {name}({a}) {\n  return {a} * {a};\n}',
    explanation: 'It multiplies {a} with itself.',
  },
  {
    names: ['is_even', 'even'],
    purposes: ['checks if a number is even', 'tells whether a number is even'],
    parameters: NUMBER,
    python: 'def {name}({a}):\n    return {a} % 2 == 0',
    javascript: 'function {name}({a}) {\n  return {a} % 2 === 0;\n}',
    explanation: 'It returns true when {a} is even.',
  },
  {
    names: ['is_odd', 'odd'],
    purposes: ['checks if a number is odd', 'tells whether a number is odd'],
    parameters: NUMBER,
    python: 'def {name}({a}):\n    return {a} % 2 == 1',
    javascript: 'function {name}({a}) {\n  return {a} % 2 === 1;\n}',
    explanation: 'It returns true when {a} is odd.',
  },
  {
    names: ['factorial', 'fact'],
    purposes: ['computes the factorial', 'returns the factorial of a number'],
    parameters: NUMBER,
    python: 'def {name}({a}):\n    result = 1\n    for i in range(2, {a} + 1):\n        result *= i\n    return result',
    javascript:
      'function {name}({a}) {\n  let result = 1;\n  for (let i = 2; i <= {a}; i++) result *= i;\n  return result;\n}',
    explanation: 'It multiplies all numbers from 1 to {a}.',
  },
  {
    names: ['fibonacci', 'fib'],
    purposes: ['computes the Fibonacci numbers', 'returns the Fibonacci number'],
    parameters: NUMBER,
    python: 'def {name}({a}):\n    a, b = 0, 1\n    for _ in range({a}):\n        a, b = b, a + b\n    return a',
    javascript:
      'function {name}({a}) {\n  let a = 0, b = 1;\n  for (let i = 0; i < {a}; i++) [a, b] = [b, a + b];\n  return a;\n}',
    explanation: 'It returns the Fibonacci number at position {a}.',
  },
  {
    names: ['is_prime', 'prime'],
    purposes: ['checks if a number is prime', 'tests for prime numbers'],
    parameters: NUMBER,
    python:
      'def {name}({a}):\n    if {a} < 2:\n        return False\n    for i in range(2, int({a} ** 0.5) + 1):\n        if {a} % i == 0:\n            return False\n    return True',
    javascript:
      'function {name}({a}) {\n  if ({a} < 2) return false;\n  for (let i = 2; i * i <= {a}; i++) {\n    if ({a} % i === 0) return false;\n  }\n  return true;\n}',
    explanation: 'It tries all divisors up to the square root of {a}.',
  },
  {
    names: ['total', 'sum_list'],
    purposes: ['sums a list', 'adds all numbers of a list'],
    parameters: LIST,
    python: 'def {name}({a}):\n    return sum({a})',
    javascript: 'function {name}({a}) {\n  return {a}.reduce((sum, x) => sum + x, 0);\n}',
    explanation: 'It adds all numbers of {a}.',
  },
  {
    names: ['average', 'mean'],
    purposes: ['computes the average of a list', 'returns the mean of a list'],
    parameters: LIST,
    python: 'def {name}({a}):\n    return sum({a}) / len({a})',
    javascript: 'function {name}({a}) {\n  return {a}.reduce((sum, x) => sum + x, 0) / {a}.length;\n}',
    explanation: 'It divides the sum of {a} by its length.',
  },
  {
    names: ['largest', 'maximum'],
    purposes: ['finds the largest number of a list', 'returns the maximum of a list'],
    parameters: LIST,
    python: 'def {name}({a}):\n    return max({a})',
    javascript: 'function {name}({a}) {\n  return Math.max(...{a});\n}',
    explanation: 'It returns the largest number of {a}.',
  },
  {
    names: ['smallest', 'minimum'],
    purposes: ['finds the smallest number of a list', 'returns the minimum of a list'],
    parameters: LIST,
    python: 'def {name}({a}):\n    return min({a})',
    javascript: 'function {name}({a}) {\n  return Math.min(...{a});\n}',
    explanation: 'It returns the smallest number of {a}.',
  },
  {
    names: ['reverse_text', 'reverse'],
    purposes: ['reverses a string', 'turns a text around'],
    parameters: TEXT,
    python: 'def {name}({a}):\n    return {a}[::-1]',
    javascript: 'function {name}({a}) {\n  return [...{a}].reverse().join("");\n}',
    explanation: 'It returns {a} from back to front.',
  },
  {
    names: ['is_palindrome', 'palindrome'],
    purposes: ['checks if a text is a palindrome', 'tests for palindromes'],
    parameters: TEXT,
    python: 'def {name}({a}):\n    return {a} == {a}[::-1]',
    javascript: 'function {name}({a}) {\n  return {a} === [...{a}].reverse().join("");\n}',
    explanation: 'It compares {a} with its reverse.',
  },
  {
    names: ['count_vowels', 'vowels'],
    purposes: ['counts the vowels of a text'],
    parameters: TEXT,
    python: 'def {name}({a}):\n    return sum(1 for c in {a}.lower() if c in "aeiou")',
    javascript: 'function {name}({a}) {\n  return [...{a}.toLowerCase()].filter((c) => "aeiou".includes(c)).length;\n}',
    explanation: 'It counts the vowels in {a}.',
  },
  {
    names: ['count_words', 'words'],
    purposes: ['counts the words of a text'],
    parameters: TEXT,
    python: 'def {name}({a}):\n    return len({a}.split())',
    javascript: 'function {name}({a}) {\n  return {a}.split(/\\s+/).filter(Boolean).length;\n}',
    explanation: 'It splits {a} at spaces and counts the parts.',
  },
  {
    names: ['to_upper', 'shout'],
    purposes: ['converts a text to upper case'],
    parameters: TEXT,
    python: 'def {name}({a}):\n    return {a}.upper()',
    javascript: 'function {name}({a}) {\n  return {a}.toUpperCase();\n}',
    explanation: 'It returns {a} in upper case.',
  },
  {
    names: ['unique', 'distinct'],
    purposes: ['removes duplicates from a list'],
    parameters: LIST,
    python: 'def {name}({a}):\n    return list(dict.fromkeys({a}))',
    javascript: 'function {name}({a}) {\n  return [...new Set({a})];\n}',
    explanation: 'It keeps the first of each value in {a}.',
  },
  {
    names: ['sort_list', 'sorted_copy'],
    purposes: ['sorts a list', 'sorts numbers'],
    parameters: LIST,
    python: 'def {name}({a}):\n    return sorted({a})',
    javascript: 'function {name}({a}) {\n  return [...{a}].sort((a, b) => a - b);\n}',
    explanation: 'It returns a sorted copy of {a}.',
  },
  {
    names: ['only_even', 'filter_even'],
    purposes: ['keeps only the even numbers of a list'],
    parameters: LIST,
    python: 'def {name}({a}):\n    return [x for x in {a} if x % 2 == 0]',
    javascript: 'function {name}({a}) {\n  return {a}.filter((x) => x % 2 === 0);\n}',
    explanation: 'It keeps the even numbers of {a}.',
  },
  {
    names: ['gcd'],
    purposes: ['computes the greatest common divisor'],
    parameters: TWO_NUMBERS,
    python: 'def {name}({a}, {b}):\n    while {b}:\n        {a}, {b} = {b}, {a} % {b}\n    return {a}',
    javascript: 'function {name}({a}, {b}) {\n  while ({b}) [{a}, {b}] = [{b}, {a} % {b}];\n  return {a};\n}',
    explanation: 'It uses the algorithm of Euclid on {a} and {b}.',
  },
  {
    names: ['greet', 'hello'],
    purposes: ['greets a person', 'says hello to a name'],
    parameters: PERSON,
    python: 'def {name}({a}):\n    return f"Hello, {{a}}!"',
    javascript: 'function {name}({a}) {\n  return `Hello, ${{a}}!`;\n}',
    explanation: 'It returns a greeting for {a}.',
  },
  {
    names: ['fizzbuzz'],
    purposes: ['prints FizzBuzz', 'solves FizzBuzz'],
    parameters: NUMBER,
    python:
      'def {name}({a}):\n    if {a} % 15 == 0:\n        return "FizzBuzz"\n    if {a} % 3 == 0:\n        return "Fizz"\n    if {a} % 5 == 0:\n        return "Buzz"\n    return str({a})',
    javascript:
      'function {name}({a}) {\n  if ({a} % 15 === 0) return "FizzBuzz";\n  if ({a} % 3 === 0) return "Fizz";\n  if ({a} % 5 === 0) return "Buzz";\n  return String({a});\n}',
    explanation: 'It returns Fizz, Buzz or FizzBuzz for {a}.',
  },
];
