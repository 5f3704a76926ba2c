// The tests of a room, with sources that hold all its mutants.
import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { tagsOf } from '../programs.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const FOLDER = process.env.MUTATION_FOLDER as string;

export default defineConfig({
  root: ROOT,
  cacheDir: join(FOLDER, 'vite'),
  plugins: [
    {
      name: 'mutants',
      enforce: 'pre',
      load(id) {
        const made = join(FOLDER, 'sources', relative(ROOT, id));
        return existsSync(made) && made.endsWith('.ts') ? readFileSync(made, 'utf8') : null;
      },
    },
  ],
  test: {
    env: { CI: 'false' },
    include: ['tests/**/*.test.ts'],
    pool: 'forks',
    runner: 'scripts/mutation/runner.ts',
    reporters: [{}],
    testTimeout: 6000,
    hookTimeout: 20_000,
    expect: { requireAssertions: true, poll: { timeout: 3000 } },
    tags: tagsOf({ skip: true }),
    execArgv: ['--max-old-space-size=1500', '--no-warnings'],
  },
});
