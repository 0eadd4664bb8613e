import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The file that Node takes for `graphql`. Vite would take its ES module, while our libraries require the CommonJS one, and
 * the two know nothing of each other's classes. */
const resolve = { alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }] };

/** What is waited for may take its time on a busy machine: only what never comes is a failure. */
const patience = { poll: { timeout: 20_000 } };

/** What measures or burdens the whole machine, and so runs with nothing beside it. */
const ALONE = [
  'tests/faults/billing-stress.test.ts',
  'tests/faults/gateway-leak.test.ts',
  'tests/faults/gateway-memory.test.ts',
  'tests/faults/sandbox-abuse/*.test.ts',
];

/** What tries the sandbox beside its unit tests: together they are one project, since its coverage is measured over both. */
const SANDBOX = [
  'tests/conformance/sandbox/*.test.ts',
  'tests/integration/{executions,executions-*,files,files-*,sandbox,sandbox-*,terminals}.test.ts',
];

/** Unit tests stand beside their code; what crosses services is in `tests/` and shares one PostgreSQL. */
export default defineConfig({
  test: {
    coverage: {
      provider: 'v8',
      include: ['subgraphs/sandbox/**/*.ts'],
      exclude: [
        // They run in a jailed process of their own and in a thread of their own, where nothing is counted.
        'subgraphs/sandbox/engines/wasm/host/{command,descriptors,folders,interpreters,invoke,main,script,streams}.ts',
        'subgraphs/sandbox/files/search-worker.ts',
      ],
      reporter: ['text-summary'],
      thresholds: { statements: 85, lines: 85 },
    },
    projects: [
      {
        resolve,
        test: {
          name: 'unit',
          include: [
            '{bin,codegen,gateway,mesh,subgraphs,studio,themes}/**/*.test.{ts,tsx}',
            'tests/structure/**/*.test.ts',
          ],
          exclude: ['subgraphs/sandbox/**'],
          environment: 'node',
        },
      },
      {
        resolve,
        test: {
          name: 'integration',
          include: ['tests/{acceptance,conformance,faults,integration}/**/*.test.ts'],
          exclude: [...ALONE, ...SANDBOX],
          globalSetup: ['tests/harness/postgres.ts'],
          pool: 'forks',
          fileParallelism: false,
          expect: patience,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve,
        test: {
          name: 'sandbox',
          include: ['subgraphs/sandbox/**/*.test.ts', ...SANDBOX],
          globalSetup: ['tests/harness/postgres.ts'],
          pool: 'forks',
          // Most of it waits for processes to start and end.
          maxWorkers: 2,
          expect: patience,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve,
        test: {
          name: 'alone',
          include: ALONE,
          globalSetup: ['tests/harness/postgres.ts'],
          pool: 'forks',
          fileParallelism: false,
          expect: patience,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve,
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          globalSetup: ['tests/harness/postgres.ts'],
          pool: 'forks',
          fileParallelism: false,
          expect: patience,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
