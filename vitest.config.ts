import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // ink draws nothing where it takes the machine for a CI.
    env: { CI: 'false' },
    include: ['tests/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
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
