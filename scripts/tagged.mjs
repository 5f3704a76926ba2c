// The test files that a project of vitest.config.ts is made of: those with `// @module-tag NAME` at the top.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TESTS = fileURLToPath(new URL('../tests/', import.meta.url));

/** Their paths from the top. */
export function tagged(tag) {
  const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.test.ts'));
  return files.filter((path) => hasTag(readFileSync(join(TESTS, path), 'utf8'), tag)).map((path) => `tests/${path}`);
}

/** Whether a test file says so. */
export function hasTag(text, tag) {
  return new RegExp(`^// @module-tag ${tag}\\b`, 'm').test(text);
}
