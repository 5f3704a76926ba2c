import { defineConfig } from 'vitest/config';
import { tagsOf } from './scripts/programs.mjs';

/** Tests of which `npm test` tries one case in so many, and that no `*.full.ts` stands for. */
export const THINNED = [
  'tests/campaign/kills/faults.test.ts',
  'tests/campaign/long/edits.test.ts',
  'tests/campaign/tasks/folders.test.ts',
  'tests/campaign/tasks/graphs.test.ts',
  'tests/core/plans/change.test.ts',
  'tests/core/plans/check.test.ts',
  'tests/core/plans/plan.test.ts',
  'tests/disk/config/malformed.test.ts',
  'tests/providers/hosted/anthropic.test.ts',
  'tests/providers/hosted/azure.test.ts',
  'tests/providers/hosted/gemini.test.ts',
  'tests/providers/hosted/ollama.test.ts',
  'tests/providers/hosted/openai-compatible.test.ts',
  'tests/providers/hosted/openai.test.ts',
];

/** The long campaigns, and all cases of the tests that are thinned. */
export default defineConfig({
  test: {
    env: { CI: 'false', CAMPAIGN: 'full' },
    include: ['tests/campaign/**/*.full.ts', ...THINNED],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 3_600_000,
    expect: { requireAssertions: true, poll: { timeout: 45_000 } },
    tags: tagsOf({ timeout: 3_600_000 }),
    globalSetup: 'tests/left-out.ts',
  },
});
