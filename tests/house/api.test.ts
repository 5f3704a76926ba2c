import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const TOP = fileURLToPath(new URL('../../', import.meta.url));
const TYPES = `${TOP}dist/types/`;
const { exports } = JSON.parse(readFileSync(`${TOP}package.json`, 'utf8')) as {
  exports: Record<string, string | { types: string; default: string }>;
};
const entries = Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? [] : [entry]));

/** The words of the design that types of the interface may be made of. */
const WORDS =
  `Org Agent Resume Chart Edge Unit Message Outbox Inbox Turn Visit Prompt Reply Act Effect Journal Credit Budget
  Ledger Provider Tool Sandbox Skill Task Workflow Run Approval Done View Command Fault`.split(/\s+/);

function declarations(): string[] {
  return readdirSync(TYPES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.d.ts'))
    .sort();
}

it('is what docs/reference/api.d.ts says: `npx vitest run tests/house/api.test.ts -u` writes it anew', async () => {
  const parts = declarations().map((name) => `// ${name}\n${readFileSync(TYPES + name, 'utf8').trimEnd()}\n`);
  await expect(parts.join('\n')).toMatchFileSnapshot(`${TOP}docs/reference/api.d.ts`);
});

it('has its files, and no declaration that nothing reaches', () => {
  for (const { types, default: file } of entries)
    for (const path of [types, file]) expect(existsSync(TOP + path), path).toBe(true);
  const reached = new Set(entries.map(({ types }) => types.replace('./dist/types/', '')));
  for (const name of reached)
    for (const [, path = ''] of readFileSync(TYPES + name, 'utf8').matchAll(/from '(\.[^']+)'/g))
      reached.add(posix.join(posix.dirname(name), path).replace(/\.(ts|js)$/, '.d.ts'));
  expect(declarations()).toEqual([...reached].sort());
});

it('names its types by words of the design', () => {
  const text = readFileSync(`${TYPES}lemming.d.ts`, 'utf8');
  const exported = text.slice(text.lastIndexOf('export {'));
  const names = [...exported.matchAll(/\b[A-Z]\w+/g)].map(([name]) => name);
  const words = names.flatMap((name) => name.split(/(?=[A-Z])/)).filter((word) => word !== 'Error');
  expect(names.length).toBeGreaterThan(5);
  expect(words.filter((word) => !WORDS.includes(word))).toEqual([]);
});
