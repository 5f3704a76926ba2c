import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, it } from 'vitest';
import { TOOLS } from '../../src/tools/all.ts';
import { contract } from './contract.ts';

/** How a tool is made, and the list itself. */
const OTHERS = ['all.ts', 'define.ts', 'time-limit.ts'];

it('the list of tools is the folder: a file each, named like its tool', () => {
  const files = readdirSync(new URL('../../src/tools/', import.meta.url), { recursive: true, encoding: 'utf8' })
    .map((path) => basename(path))
    .filter((name) => name.endsWith('.ts') && !OTHERS.includes(name));
  expect([...TOOLS.keys()].map((name) => `${name}.ts`).sort()).toEqual(files.sort());
});

for (const tool of TOOLS.values()) contract(tool);
