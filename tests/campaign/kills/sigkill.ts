import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { compareStates, unbelieved } from '../../../src/app/look/verify-caches.ts';
import { realKept } from '../../../src/disk/cache/cache-key.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { Engine } from '../../../src/engine/turn/engine.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { ownedEnv } from '../../home.ts';
import { brokenPromisesIn, Child, layOrg, newFolder, removeFolder, visibleIn } from '../real.ts';
import type { Tally } from '../tally.ts';
import { SHAPES } from '../world.ts';
import { slowPorts } from './child.ts';
import { seeded } from './crash.ts';

const TURNS = 6;
/** A process makes fewer whole turns than this before its instant comes. */
const WHOLE = 4;
/** Longest time of a call, in ms. */
const DELAY = 10;
/** A process that has just begun is slower than this one. */
const SLOWER = 2;

interface Run {
  folder: string;
  shape: string;
  differ: boolean;
}

/**
 * Kills engines until so many were killed. Each org is finished in the end, and compared with one that nobody disturbed, as is
 * what was kept of it. Resolves with how many starts went on from a kept state.
 */
export async function killMany(kills: number, seed: number, tally: Tally): Promise<number> {
  const random = seeded(seed);
  const shapes = Object.keys(SHAPES);
  const golden = new Map<string, Golden>();
  let quick = 0;
  for (let n = 0, done = 0; done < kills; n++) {
    const shape = shapes[n % shapes.length] as string;
    const undisturbed = golden.get(shape) ?? (await goldenRun(shape));
    golden.set(shape, undisturbed);
    const run: Run = { folder: newFolder('kill'), shape, differ: n % 2 === 1 };
    const killed = await killedRun(run, kills - done, () => ({
      turns: Math.floor(random() * WHOLE),
      ms: (random() * SLOWER * undisturbed.took) / TURNS,
    }));
    done += killed;
    tally.add(
      { shape, differ: run.differ, killed, folder: run.folder },
      [...brokenPromisesIn(rootOf(run), askedIn(run), run.differ ? null : undisturbed.files), ...keptWrongly(run)],
      killed,
    );
    quick += fs.existsSync(quickOf(run)) ? fs.readFileSync(quickOf(run)).length : 0;
    removeFolder(run.folder);
  }
  return quick;
}

/** What is kept is what the journal makes, and it was made here. */
function keptWrongly(run: Run): string[] {
  const root = rootOf(run);
  const disk = realDisk(root);
  const kept = realKept(root, ownedEnv(root), disk);
  if (kept.read('state.json') === null) return ['no state is kept, or it is not believed'];
  const { faults } = compareStates(disk, kept, realDisk(run.folder));
  return [...unbelieved(disk, kept), ...faults].map(({ file, message }) => `${file}: ${message}`);
}

interface Golden {
  files: Map<string, string>;
  /** Milliseconds from its first to its last operation. */
  took: number;
}

/** The same run in this process, which nobody disturbs. */
async function goldenRun(shape: string): Promise<Golden> {
  const folder = newFolder('gold');
  const root = path.join(folder, 'org');
  layOrg(root, SHAPES[shape] as (typeof SHAPES)[string]);
  const start = performance.now();
  const engine = Engine.open(slowPorts({ root, asked: null, delay: DELAY, differ: false }), TOOLS, 'run');
  while (engine.state.clock.turn < TURNS) await engine.turn();
  engine.close();
  const golden = { files: visibleIn(root), took: performance.now() - start };
  removeFolder(folder);
  return golden;
}

function rootOf(run: Run): string {
  return path.join(run.folder, 'org');
}

function askedOf(run: Run): string {
  return path.join(run.folder, 'asked');
}

function quickOf(run: Run): string {
  return path.join(run.folder, 'quick');
}

/** How often each call was made, over all engines. */
function askedIn(run: Run): Map<string, number> {
  const asked = new Map<string, number>();
  for (const key of fs.readFileSync(askedOf(run), 'utf8').split('\n'))
    if (key) asked.set(key, (asked.get(key) ?? 0) + 1);
  return asked;
}

/** So many turns after its start, and so many milliseconds: how far a process comes does not depend on the machine. */
interface Instant {
  turns: number;
  ms: number;
}

/** Runs an org to its last turn, killing the engine at most so many times; returns how often it was killed. */
async function killedRun(run: Run, atMost: number, instant: () => Instant): Promise<number> {
  layOrg(rootOf(run), SHAPES[run.shape] as (typeof SHAPES)[string]);
  for (let killed = 0; ; ) {
    const child = new Child({
      do: 'run',
      root: rootOf(run),
      turns: TURNS,
      asked: askedOf(run),
      quick: quickOf(run),
      delay: DELAY,
      differ: run.differ,
    });
    const { turns, ms } = instant();
    let said = await child.line();
    for (let made = 0; made < turns && !isLast(said); made++) said = await child.line();
    const last = isLast(said) ? said : lastLine(child);
    if (killed < atMost && !isLast(said) && (await Promise.race([last, wait(ms)])) === undefined) {
      await child.kill();
      killed++;
    } else if ((await last) === 'done') {
      await child.exit;
      return killed;
    } else throw new Error(`the engine ended with ${await child.exit} in ${run.folder}`);
  }
}

async function lastLine(child: Child): Promise<string | null> {
  for (;;) {
    const said = await child.line();
    if (isLast(said)) return said;
  }
}

function isLast(said: string | null): boolean {
  return said === null || said === 'done';
}
