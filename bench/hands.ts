/** What tools cost: `npm run bench -- --hands`. The start of a Box beside the bare command, and reading files beside the bare reads. */

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { portsOf } from '../src/app/ports.ts';
import { realDisk } from '../src/disk/fs/real.ts';
import { realSandbox } from '../src/disk/sandbox/sandbox.ts';
import { realMachine } from '../src/engine/machine.ts';
import { Engine } from '../src/engine/turn/engine.ts';
import type { Provider } from '../src/providers/provider.ts';
import { buildOrg } from '../src/testing/build-org.ts';
import { TOOLS } from '../src/tools/all.ts';
import { median } from './ring.ts';

const STARTS = 41;
const READS = 1000;
const FILE_BYTES = 4096;

/** Milliseconds of `true` in the Box, and outside, by turns. */
export async function boxStart(root: string): Promise<Record<string, number>> {
  const workspace = 'agents/a/workspace';
  fs.mkdirSync(path.join(root, workspace), { recursive: true });
  const sandbox = realSandbox(root);
  const { level } = await sandbox.probe();
  console.log(`Box: ${level}`);
  if (level === 'none') return {};
  const allowed = {
    timeoutMs: 10_000,
    most: 1000,
    room: { bytes: Infinity, files: Infinity },
    isFull: () => false,
    signal: new AbortController().signal,
  };
  const times = { boxed: [] as number[], bare: [] as number[] };
  for (let i = 0; i < STARTS; i++) {
    times.bare.push(await timeOf(() => void spawnSync('sh', ['-c', 'true'])));
    times.boxed.push(await timeOf(() => sandbox.run(workspace, ['sh', '-c', 'true'], allowed)));
  }
  const [boxed, bare] = [median(times.boxed), median(times.bare)];
  return { 'in the Box ms': boxed, 'bare ms': bare, 'above ms': boxed - bare };
}

/** A thousand uses of read_file in one visit, through permission and journal, beside as many bare reads. */
export async function reads(root: string): Promise<Record<string, number>> {
  const names = Array.from({ length: READS }, (_, i) => `notes/f${i % 100}.txt`);
  buildOrg(realDisk(root), {
    edges: { a: [] },
    models: { default: { provider: 'mind' } },
    resumes: { a: { tools: ['read_file'], schedule: { when: 'always' } } },
    files: Object.fromEntries(names.map((name) => [`agents/a/workspace/${name}`, 'x'.repeat(FILE_BYTES)])),
  });
  const acts = names.map((name, i) => ({ id: `r${i}`, tool: 'read_file', input: { path: name } }));
  const usage = { input: 1, cachedInput: 0, cacheWrite: 0, output: 1, reasoning: 0 };
  let began = 0;
  let last = 0;
  const used: number[] = [];
  const took: number[] = [];
  const mind: Provider = {
    about: 'asks for a thousand files',
    repeatable: true,
    free: true,
    connect: async () => ({
      complete: async ({ n }) => {
        if (n === 2) {
          took.push(performance.now() - began);
          used.push(last - began);
        }
        began = performance.now();
        return { text: '', acts: n === 1 ? acts : [], usage, requestId: null, model: 'mind' };
      },
    }),
  };
  const log = () => {
    last = performance.now();
  };
  const bare: number[] = [];
  const engine = Engine.open(
    { ...portsOf({ machine: realMachine, root, env: {} }), provider: async () => mind, log },
    TOOLS,
    'bench',
  );
  for (let i = 0; i < 9; i++) {
    await engine.turn();
    bare.push(
      await timeOf(() => {
        for (const name of names) fs.readFileSync(path.join(root, 'agents/a/workspace', name), 'utf8');
      }),
    );
  }
  engine.close();
  const [results, tools, floor] = [median(used), median(took), median(bare)];
  return {
    'read_file us': (results / READS) * 1000,
    'bare read us': (floor / READS) * 1000,
    ratio: results / floor,
    'with the journal made durable and the next prompt us': (tools / READS) * 1000,
  };
}

async function timeOf(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
