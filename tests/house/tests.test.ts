import { describe, expect, it } from 'vitest';
import { hasTag, tagged } from '../../scripts/tagged.mjs';
import { THINNED } from '../../vitest.full.config.ts';
import { reasons } from './alone.ts';
import { importsOf, parse, type Source, sourcesIn } from './sources.ts';

const BAD = [
  "process.env.KEY = 'x';",
  'process.env = before;',
  'delete process.env.KEY;',
  "Object.assign(process.env, { KEY: 'x' });",
  'process.chdir(folder);',
  'process.umask(0o077);',
  "process.on('warning', note);",
  'process.exitCode = 1;',
  'process.memoryUsage().heapUsed;',
  'globalThis.fetch = async () => answer;',
  'Date.now = () => 0;',
  'Journal.prototype.add = add;',
  'vi.useFakeTimers();',
  "vi.stubGlobal('fetch', fetch);",
  "setFlagsFromString('--allow-natives-syntax');",
  "v8.setFlagsFromString('--max-old-space-size=100');",
];
const GOOD = [
  'const { PATH } = process.env;',
  'const env = { ...process.env, HOME: home };',
  'const there = process.cwd();',
  "process.kill(child.pid, 'SIGKILL');",
  "child.process.on('close', done);",
  "const script = 'process.chdir(1); globalThis.ran = true';",
  "vi.stubEnv('KEY', 'x');",
  "vi.spyOn(console, 'log');",
  "v8.setFlagsFromString('--expose-gc');",
  'if (process.exitCode === 1) return;',
];

describe('what needs a process of its own', () => {
  it.each(BAD)('%s', (text) => {
    expect(reasons(parse('tests/x.test.ts', text))).toHaveLength(1);
  });

  it.each(GOOD)('not: %s', (text) => {
    expect(reasons(parse('tests/x.test.ts', text))).toEqual([]);
  });
});

const sources = new Map(sourcesIn('tests').map((source) => [source.path, source]));

const tests = [...sources.values()].filter(({ path }) => path.endsWith('.test.ts'));

/** A test and what it imports of the tests. */
function loadedWith(test: Source): Source[] {
  const loaded = new Set([test]);
  for (const source of loaded)
    for (const { target, kind } of importsOf(source)) {
      const imported = kind === 'type' ? undefined : sources.get(target);
      if (imported) loaded.add(imported);
    }
  return [...loaded];
}

function reasonsOf(test: Source): string[] {
  return loadedWith(test).flatMap((source) => reasons(source).map((reason) => `${source.path}: ${reason}`));
}

it('a test file has `// @module-tag alone` where it, or what it imports, changes the process; all others share one', () => {
  const [own, shared] = [true, false].map((own) => tests.filter(({ tree }) => hasTag(tree.text, 'alone') === own));
  expect(shared?.flatMap((test) => reasonsOf(test).map((reason) => `${test.path} is not alone: ${reason}`))).toEqual(
    [],
  );
  expect(own?.flatMap(reasonsOf).length).toBeGreaterThan(2);
});

it('a file has one process of its own, or works on the disk of the machine: not both', () => {
  expect(tagged('disk').filter((path) => tagged('alone').includes(path))).toEqual([]);
  expect(tagged('disk').length).toBeGreaterThan(5);
});

it('what `npm test` thins, `npm run test:crash` tries in full', () => {
  const thinned = tests.filter((test) => loadedWith(test).some(({ path }) => path === 'tests/campaign/thin.ts'));
  expect(thinned.map(({ path }) => path).sort()).toEqual(THINNED);
});
