#!/usr/bin/env node
/** The program `lemming`. */
import { createRequire } from 'node:module';
import { codeIn } from '../../commands/leaves.ts';
import { printFault } from '../../schema/fault.ts';
import { exitOf, faultsOf } from './faults.ts';
import type { Catalogue } from './program.ts';

try {
  /** Help and parsing need only this file; no command file is loaded before its verb runs. */
  const catalogue: Catalogue = createRequire(import.meta.url)('./commands.json');
  const { runProcess } = await import('./process.ts');
  await runProcess(catalogue, async (name) => {
    const [verb] = name.split(' ');
    return codeIn(await import(new URL(`${verb}.js`, import.meta.url).href), name);
  });
} catch (error) {
  // Where few files may be open, even the parts of the program are too many.
  const faults = faultsOf(error);
  for (const fault of faults) process.stderr.write(`${printFault(fault)}\n`);
  process.exitCode = exitOf(faults);
}
