import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // ink draws nothing where it takes the machine for a CI.
    env: { CI: 'false' },
    include: ['tests/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // A slow machine with much else to do takes its time: a test ends when what it waits for has come.
    testTimeout: 600_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 120_000 } },
    globalSetup: 'tests/canary.ts',
    coverage: {
      provider: 'v8',
      include: ['src/**'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: {
        lines: 90,
        'src/core/**': { branches: 100 },
        'src/disk/{journal,compact,materialise,lock,workspace}.ts': { branches: 100 },
        'src/engine/{engine,freeze,durable,turn,decide,load}.ts': { branches: 100 },
      },
    },
  },
});
