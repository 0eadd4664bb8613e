import { defineConfig } from 'vitest/config';

/** Unit tests stand beside their code; what crosses services is in `tests/` and shares one PostgreSQL. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{bin,codegen,gateway,mesh,subgraphs,studio,themes}/**/*.test.{ts,tsx}', 'tests/structure/**/*.test.ts'],
          environment: 'node',
        },
      },
      {
        test: {
          name: 'integration',
          include: ['tests/{acceptance,conformance,faults,integration}/**/*.test.ts'],
          globalSetup: ['tests/harness/postgres.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          globalSetup: ['tests/harness/postgres.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
