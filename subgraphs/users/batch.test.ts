import { describe, expect, test } from 'vitest';
import { batched, perRequest } from './batch.ts';

describe('a batch', () => {
  test('loads all keys of one turn together, each once', async () => {
    const loads: (readonly string[])[] = [];
    const load = batched(async (keys) => {
      loads.push(keys);
      return new Map(keys.filter((key) => key !== 'missing').map((key) => [key, `value of ${key}`]));
    });
    const later = Promise.resolve().then(() => load('c'));
    expect(await Promise.all([load('a'), load('b'), load('a'), load('missing'), later])).toEqual([
      'value of a',
      'value of b',
      'value of a',
      undefined,
      'value of c',
    ]);
    expect(loads).toEqual([['a', 'b', 'missing', 'c']]);
  });

  test('loads anew in the next turn', async () => {
    let n = 0;
    const load = batched(async (keys) => {
      n += 1;
      return new Map(keys.map((key) => [key, n]));
    });
    expect(await load('a')).toBe(1);
    expect(await load('a')).toBe(2);
  });

  test('that fails, fails for all who wait for it and for nobody after them', async () => {
    let broken = true;
    const load = batched(async (keys) => {
      if (broken) throw new Error('no database');
      return new Map(keys.map((key) => [key, key]));
    });
    const answers = await Promise.allSettled([load('a'), load('b')]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    broken = false;
    expect(await load('a')).toBe('a');
  });
});

test('each request has a thing of its own, the same one each time', () => {
  const of = perRequest(() => ({}));
  const [one, two] = [{}, {}];
  expect(of(one)).toBe(of(one));
  expect(of(one)).not.toBe(of(two));
});
