import { expect, test } from 'vitest';
import { importsOf, judge, targetOf } from './imports.ts';
import { read, sourceFiles } from './tree.ts';

test('every source imports only what its area may', () => {
  const files = sourceFiles();
  expect(files.length).toBeGreaterThan(50);
  const refused = files.flatMap((file) =>
    importsOf(read(file)).flatMap((name) => {
      const target = targetOf(file, name);
      const verdict = target === null ? undefined : judge(file, target);
      return verdict?.outcome === 'refused' ? [verdict.sentence] : [];
    }),
  );
  expect(refused).toEqual([]);
});

test('the scanner sees every form of an import, and none in a comment', () => {
  const source = `
    import a from 'a';
    import type { B } from "b";
    import {
      c,
      type C,
    } from '#mesh/c.ts';
    import * as d from 'd';
    import 'e';
    export { f } from './f.ts';
    export * from 'g';
    const h = await import('h');
    const i = (await import('#subgraphs/users/i.ts')).i;
    // import j from 'j';
    /* import k from 'k'; */
    export const from = 'l';
    const important = 'm';
  `;
  expect(importsOf(source)).toEqual(['a', 'b', '#mesh/c.ts', 'd', 'e', './f.ts', 'g', 'h', '#subgraphs/users/i.ts']);
});

test('a relative path, a subpath and a library are told apart', () => {
  expect(targetOf('gateway/access/guards.ts', '../errors.ts')).toBe('gateway/errors.ts');
  expect(targetOf('gateway/graph.ts', '#mesh/log.ts')).toBe('mesh/log.ts');
  expect(targetOf('subgraphs/users/server.ts', '#codegen/users.ts')).toBe('codegen/generated/users.ts');
  expect(targetOf('mesh/log.ts', 'pino')).toBeNull();
});

test.each([
  ['gateway/graph.ts', 'mesh/log.ts', 'allowed'],
  ['gateway/graph.ts', 'subgraphs/users/server.ts', 'refused'],
  ['subgraphs/users/server.ts', 'mesh/log.ts', 'allowed'],
  ['subgraphs/users/server.ts', 'codegen/generated/users.ts', 'allowed'],
  ['subgraphs/users/server.ts', 'codegen/generated/models.ts', 'refused'],
  ['subgraphs/users/server.ts', 'subgraphs/models/chat.ts', 'refused'],
  ['subgraphs/users/server.ts', 'gateway/graph.ts', 'refused'],
  ['subgraphs/users/server.ts', 'tests/harness/database.ts', 'refused'],
  ['subgraphs/users/server.test.ts', 'tests/harness/database.ts', 'allowed'],
  ['mesh/log.ts', 'bin/main.ts', 'refused'],
  ['studio/main.tsx', 'codegen/generated/studio/graphql.ts', 'allowed'],
  ['studio/main.tsx', 'mesh/errors.ts', 'refused'],
  ['bin/start.ts', 'subgraphs/users/first-admin.ts', 'allowed'],
  ['tests/e2e/chat.test.ts', 'gateway/server.ts', 'allowed'],
])('%s importing %s is %s', (file, target, outcome) => {
  expect(judge(file, target).outcome).toBe(outcome);
});
