import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { Recompute } from '../../../src/engine/replay/recompute.ts';
import type { Engine } from '../../../src/engine/turn/engine.ts';
import { run } from '../../../src/engine/turn/run.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { Child, lay, layOrg, newFolder, removeFolder, visibleIn } from '../real.ts';
import { differences, journalOf, notAsJournaled } from '../world.ts';
import { engineIn, portsIn } from './engine.ts';
import { lawsIn } from './laws.ts';
import { editedBy, idOf, type Meddling, orgOf, type Story, taskPathOf } from './work.ts';

const CHILD = fileURLToPath(new URL('./work-child.ts', import.meta.url));

/**
 * Plays a story in real folders: with what people do at concurrency 1, 8 and 64; and without it, once undisturbed and once in a
 * process that is killed. Returns what was wrong, in words.
 */
export async function playInFolders(story: Story): Promise<string[]> {
  const made = newFolder('tasks');
  const foldersOf = (name: string): string => path.join(made, name, 'org');
  const wrong: string[] = [];
  const play = async (name: string, work: (root: string) => Promise<unknown>): Promise<Map<string, string>> => {
    const root = foldersOf(name);
    layOrg(root, orgOf(story, 1));
    await work(root);
    wrong.push(...(await brokenIn(root, story)).map((one) => `${name}: ${one}`));
    return visibleIn(root);
  };
  const meddled = [];
  for (const width of [1, 8, 64]) meddled.push(await play(`at ${width}`, (root) => worked(root, story, width, true)));
  const [first, ...others] = meddled as [Map<string, string>, ...Map<string, string>[]];
  for (const files of others) wrong.push(...differences(first, files));
  const calm = await play('calm', (root) => worked(root, story, 8, false));
  if (story.kill !== null) {
    const turns = story.kill;
    wrong.push(...differences(calm, await play('killed', (root) => killed(root, story, turns))));
  }
  if (wrong.length === 0) removeFolder(made);
  return wrong;
}

async function worked(root: string, story: Story, concurrency: number, isMeddled: boolean): Promise<void> {
  const engine = engineIn(root, story, concurrency);
  try {
    for (let turn = 1; isMeddled && turn <= 6; turn++) {
      await engine.turn();
      for (const one of story.meddling) if (one.turn === turn) meddle(root, engine, one, story);
    }
    const { signal } = new AbortController();
    await run(engine, realMachine.clock, { signal, untilIdle: true, told: () => {} });
  } finally {
    engine.close();
  }
}

function meddle(root: string, engine: Engine, { task, verb }: Meddling, { plan }: Story): void {
  const file = path.join(root, taskPathOf(task));
  if (verb === 'delete') return fs.rmSync(file);
  if (verb === 'edit' || verb === 'skip')
    return lay(root, taskPathOf(task), editedBy(verb, fs.readFileSync(file, 'utf8')) as string);
  const need = idOf(plan[task]?.needs[0] ?? 0);
  const more = verb === 'waive' ? { need } : {};
  const request = { ask: 'task' as const, by: 'human', id: idOf(task), do: verb, note: 'So it is.', ...more };
  engine.post([{ k: 'request', request, time: realMachine.clock.now() }]);
}

/** Works in processes that are killed some time after that turn and the next ones, until one comes to the end. */
async function killed(root: string, story: Story, turns: number): Promise<void> {
  for (let kills = 3; ; kills--) {
    const child = new Child({ root, story, concurrency: 8 }, {}, CHILD);
    let said = await child.line();
    for (let made = 1; made < 1 + (turns % 5) && said !== 'done' && said !== null; made++) said = await child.line();
    if (kills > 0 && said !== 'done' && said !== null) {
      await wait((turns * kills) % 17);
      await child.kill();
      continue;
    }
    while (said !== 'done' && said !== null) said = await child.line();
    const code = await child.exit;
    if (code !== 0) throw new Error(`the engine ended with ${code} in ${root}`);
    return;
  }
}

/** What is wrong in a folder in which nothing is left to do. */
async function brokenIn(root: string, story: Story): Promise<string[]> {
  const disk = realDisk(root);
  const { entries, faults } = journalOf(disk);
  const { host, provider } = portsIn(root, story, 1);
  const recompute = new Recompute(TOOLS, { host, provider });
  for (const group of readJournal(disk, [])) await recompute.take(group);
  const engine = engineIn(root, story, 1);
  try {
    engine.idle();
    return [
      ...faults.map(({ message }) => message),
      ...notAsJournaled(entries, disk),
      ...lawsIn(entries, engine.config, engine.state),
      ...(recompute.divergence ? [`recomputed: ${JSON.stringify(recompute.divergence)}`] : []),
    ];
  } finally {
    engine.close();
  }
}
