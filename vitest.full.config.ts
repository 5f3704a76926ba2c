import { defineConfig } from 'vitest/config';

/** The long campaigns, which `npm test` runs in small. */
export default defineConfig({
  test: {
    include: ['tests/campaign/*.full.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 3_600_000,
  },
});
