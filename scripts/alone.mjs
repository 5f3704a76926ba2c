// The test files that need a process of their own: `// @module-tag alone` at the top. All others share the modules that one of
// them has loaded (vitest.config.ts).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TESTS = fileURLToPath(new URL('../tests/', import.meta.url));

/** Their paths from the top. */
export function alone() {
  const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.test.ts'));
  return files.filter((path) => isAlone(readFileSync(join(TESTS, path), 'utf8'))).map((path) => `tests/${path}`);
}

/** Whether a test file says so. */
export function isAlone(text) {
  return /^\/\/ @module-tag alone\b/m.test(text);
}
