import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { EVERY_BRANCH } from './scripts/gates.mjs';
import { inMemory } from './scripts/in-memory.mjs';
import { LongestFirst } from './scripts/longest-first.mjs';
import { tagsOf } from './scripts/programs.mjs';
import { tagged } from './scripts/tagged.mjs';

/** What holds for every test file. */
const each: TestProjectInlineConfiguration['test'] = {
  // ink draws nothing where it takes the machine for a CI. What tests write lies in memory.
  env: { CI: 'false', ...(inMemory ? { TMPDIR: inMemory } : {}) },
  pool: 'forks',
  // A hang is seen within a minute, and what is waited for is told before the test ends. What takes longer states its own
  // limit: a number at the test, or `// @module-tag campaign` at the top of its file.
  testTimeout: 60_000,
  hookTimeout: 60_000,
  expect: { requireAssertions: true, poll: { timeout: 45_000 } },
  // `// @module-tag NAME`, or `tags` of a test: it needs that program, and is left out where it does not work.
  tags: tagsOf({ timeout: 300_000 }),
};

const alone = tagged('alone');
const onDisk = tagged('disk');

export default defineConfig({
  test: {
    // What was transformed is kept for the next run.
    experimental: { fsModuleCache: true, fsModuleCachePath: 'node_modules/.cache/lemming/vitest' },
    // One more than there are cores on a small machine: much of the time goes by in waiting for other processes.
    maxWorkers: 3,
    // Modules are loaded once for all files of a process. What changes a process has one of its own: `// @module-tag alone`.
    projects: [
      { test: { ...each, name: 'alone', include: alone } },
      { test: { ...each, name: 'disk', include: onDisk, isolate: false, env: { CI: 'false' } } },
      {
        test: {
          ...each,
          name: 'shared',
          include: ['tests/**/*.test.ts'],
          exclude: [...alone, ...onDisk],
          isolate: false,
        },
      },
    ],
    sequence: { sequencer: LongestFirst },
    globalSetup: ['tests/in-memory.ts', 'tests/canary.ts', 'tests/left-out.ts'],
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
