import fs from 'node:fs';
import { realMachine } from '../../../src/engine/machine.ts';
import { run } from '../../../src/engine/turn/run.ts';
import { engineIn } from './engine.ts';
import type { Story } from './work.ts';

/** Works in a folder until nothing is left to do, and says each turn. */
const { root, story, concurrency } = JSON.parse(process.argv[2] ?? '') as {
  root: string;
  story: Story;
  concurrency: number;
};
const say = (line: string): unknown => fs.writeSync(1, `${line}\n`);
const engine = engineIn(root, story, concurrency);
const { signal } = new AbortController();
await run(engine, realMachine.clock, { signal, untilIdle: true, told: ({ turn }) => say(`turn ${turn}`) });
engine.close();
say('done');
