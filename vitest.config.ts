import { defineConfig } from 'vitest/config';
import { EVERY_BRANCH } from './scripts/gates.mjs';
import { programs } from './scripts/programs.mjs';

export default defineConfig({
  test: {
    // ink draws nothing where it takes the machine for a CI.
    env: { CI: 'false' },
    include: ['tests/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // A hang is seen within a minute, and what is waited for is told before the test ends. What takes longer states its own
    // limit: a number at the test, or `// @module-tag campaign` at the top of its file.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { requireAssertions: true, poll: { timeout: 45_000 } },
    // `// @module-tag NAME`, or `tags` of a test: it needs that program, and is left out where it does not work.
    tags: [
      { name: 'campaign', timeout: 300_000 },
      ...programs().map(({ name, why }) => ({ name, skip: why !== null })),
    ],
    globalSetup: ['tests/canary.ts', 'tests/left-out.ts'],
    coverage: {
      provider: 'v8',
      reportOnFailure: true,
      include: ['src/**'],
      reporter: ['text-summary', 'json-summary', 'json'],
      thresholds: {
        lines: 90,
        ...Object.fromEntries(EVERY_BRANCH.map((files) => [files, { branches: 100 }])),
      },
    },
  },
});
