#!/usr/bin/env node
import { createRequire } from 'node:module';
import { runProcess } from './process.ts';
import type { Catalogue } from './program.ts';

const dist = new URL('../../', import.meta.url);

/** Help and parsing need this file only; no command file is loaded before its verb runs. */
const catalogue: Catalogue = createRequire(import.meta.url)('../../commands.json');

await runProcess(catalogue, async (verb) => (await import(new URL(`commands/${verb}.js`, dist).href)).run);
