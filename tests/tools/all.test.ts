import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { TOOLS } from '../../src/tools/all.ts';
import { contract } from './contract.ts';

/** How a tool is made, and the list itself. */
const OTHERS = ['all.ts', 'define.ts'];

it('the list of tools is the folder: a file each, named like its tool', () => {
  const files = readdirSync(new URL('../../src/tools/', import.meta.url)).filter((name) => !OTHERS.includes(name));
  expect([...TOOLS.keys()].map((name) => `${name}.ts`).sort()).toEqual(files.sort());
});

for (const tool of TOOLS.values()) contract(tool);
