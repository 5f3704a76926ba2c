import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type Mutant, shuffled } from '../../scripts/mutation/mutants.ts';
import { compiler } from '../../scripts/mutation/types.ts';

const folder = mkdtempSync(join(tmpdir(), 'lemming-mutation-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const SOURCES = {
  'a.ts': "export const KINDS = ['cat', 'dog'] as const;\nexport const most = 3;\n",
  'b.ts':
    "import { KINDS, most } from './a.js';\nexport const first: 'cat' | 'dog' = KINDS[0];\nexport const few = most < 4;\n",
};

function mutant(file: keyof typeof SOURCES, original: string, replacement: string): Mutant {
  const start = SOURCES[file].indexOf(original);
  const key = `${file} ${original} ${replacement}`;
  const place = { start, end: start + original.length, line: 0, column: 0 };
  return { id: key, key, file, ...place, mutator: 'any', original, replacement };
}

it('leaves out mutants that do not compile, and no others', () => {
  for (const [name, text] of Object.entries(SOURCES)) writeFileSync(join(folder, name), text);
  const compilerOptions = { strict: true, types: [], lib: ['es2023'], module: 'nodenext', noUnusedLocals: true };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: Object.keys(SOURCES) }));
  const wrong = [
    mutant('b.ts', 'KINDS[0]', '""'),
    mutant('b.ts', 'most < 4', 'most <'),
    mutant('a.ts', '3', '"3" * 2'),
  ];
  // The first takes what the other file needs; the others are tried together with it, and must not pay for that.
  const right = [
    mutant('a.ts', "['cat', 'dog']", '[]'),
    mutant('b.ts', 'most < 4', 'most >= 4'),
    mutant('b.ts', 'most < 4', 'true'),
    mutant('a.ts', '3', '-3'),
  ];
  const refused = compiler(folder)([...right, ...wrong]);
  expect([...refused].sort((a, b) => wrong.indexOf(a) - wrong.indexOf(b))).toEqual(wrong);
});

it('draws the same mutants for the same seed, and others for another', () => {
  const all = Array.from({ length: 50 }, (_, n) => mutant('a.ts', '3', String(n)));
  const drawn = shuffled(all, 'one').slice(0, 20);
  expect(shuffled([...all].reverse(), 'one').slice(0, 20)).toEqual(drawn);
  expect(shuffled(all, 'two').slice(0, 20)).not.toEqual(drawn);
  expect(new Set(shuffled(all, 'two'))).toEqual(new Set(all));
});
