import { defineConfig } from 'vitest/config';
import { programs } from './scripts/programs.mjs';

/** The long campaigns, which `npm test` runs in small. */
export default defineConfig({
  test: {
    include: ['tests/campaign/*.full.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 3_600_000,
    expect: { requireAssertions: true },
    tags: programs().map(({ name, why }) => ({ name, skip: why !== null })),
    globalSetup: 'tests/left-out.ts',
  },
});
