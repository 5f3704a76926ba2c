import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { portsOf } from '../../../src/app/ports.ts';
import type { Disk } from '../../../src/disk/fs/disk.ts';
import { journalPath } from '../../../src/disk/journal/journal.ts';
import { load } from '../../../src/engine/journal/load.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import type { Ports } from '../../../src/engine/ports.ts';
import { Engine } from '../../../src/engine/turn/engine.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { FaultError } from '../../../src/schema/fault.ts';
import { sketchOf } from '../../../src/testing/generators.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { noBox } from '../../engine/tools/no-box.ts';
import { ownedEnv } from '../../home.ts';
import { deedOf } from '../deeds.ts';
import { Play } from '../play.ts';
import { answer } from '../world.ts';
import { seeded } from './crash.ts';

/** What a child process is to do with the org folder at `root`. */
export type Errand =
  /**
   * Makes turns until that one is committed, and opens the engine anew after every second one. Each call is noted in the file
   * `asked` and takes up to `delay` ms; each turn is said; each start that goes on from the kept state is noted in the file `quick`.
   */
  | { do: 'run'; root: string; turns: number; asked: string; quick: string; delay: number; differ: boolean }
  /** Opens the engine, says so, and keeps it until it is killed. */
  | { do: 'hold'; root: string }
  /** Opens the engine, says how that went, and closes it. */
  | { do: 'try'; root: string }
  /** Opens, keeps and closes the engine again and again; in `inside` each leaves a mark while it holds the lock. */
  | { do: 'cycle'; root: string; inside: string }
  /** Makes one turn as the organisation stands; `bare`: as if the machine had no Box. */
  | { do: 'turn'; root: string; env?: Record<string, string | undefined>; bare?: boolean }
  /** Plays random deeds on organisations in memory and says the hash of all their files. */
  | { do: 'play'; seed: number; runs: number };

if (/\/child\.mjs$/.test(process.argv[1] ?? '') && process.argv[2]) await run(JSON.parse(process.argv[2]) as Errand);

async function run(errand: Errand): Promise<void> {
  say('ready');
  if (errand.do === 'run') return makeTurns(errand);
  if (errand.do === 'cycle') return cycle(errand);
  if (errand.do === 'turn') return turn(errand);
  if (errand.do === 'play') return playMany(errand);
  try {
    const engine = Engine.open(
      portsOf({ machine: realMachine, root: errand.root, env: ownedEnv(errand.root) }),
      TOOLS,
      errand.do,
    );
    say(JSON.stringify({ open: true }));
    if (errand.do === 'hold') for (;;) await wait(1000);
    engine.close();
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    say(JSON.stringify(error.fault));
  }
}

async function turn({ root, env = ownedEnv(root), bare = false }: Extract<Errand, { do: 'turn' }>): Promise<void> {
  const ports = portsOf({ machine: realMachine, root, env, unsafeHost: bare });
  const engine = Engine.open(bare ? { ...ports, sandbox: noBox(root, ports.kept) } : ports, TOOLS, 'turn');
  await engine.turn();
  engine.close();
}

function say(line: string): void {
  fs.writeSync(1, `${line}\n`);
}

async function makeTurns(errand: Extract<Errand, { do: 'run' }>): Promise<void> {
  for (let turn = 0; turn < errand.turns; ) {
    const ports = slowPorts(errand);
    if (isQuick(ports)) fs.appendFileSync(errand.quick, 'x');
    const engine = Engine.open(ports, TOOLS, 'run');
    for (let made = 0; made < 2 && engine.state.clock.turn < errand.turns; made++) {
      await engine.turn();
      say(`turn ${engine.state.clock.turn}`);
    }
    engine.close();
    turn = engine.state.clock.turn;
  }
  say('done');
}

/** Whether a start reads the kept state in place of the whole journal. */
function isQuick({ disk, kept }: Ports): boolean {
  const read: string[] = [];
  const watched: Disk = {
    ...disk,
    read(path, how) {
      read.push(path);
      return disk.read(path, how);
    },
  };
  return load(watched, kept).state.clock.turn > 0 && !read.includes(journalPath(1));
}

/** The real world, with the actor as its only provider. */
export function slowPorts({
  root,
  asked,
  delay,
  differ,
}: {
  root: string;
  asked: string | null;
  delay: number;
  differ: boolean;
}): Ports {
  let calls = 0;
  const actor: Provider = {
    about: 'acts by hash, slowly',
    repeatable: !differ,
    free: true,
    connect: async () => ({
      complete: async (prompt) => {
        if (asked) fs.appendFileSync(asked, `${prompt.turn}.${prompt.agent}.${prompt.n}\n`);
        const salt = differ ? `call ${process.pid} ${++calls}` : '';
        if (delay) await wait(Math.random() * delay);
        return answer(prompt, salt);
      },
    }),
  };
  return { ...portsOf({ machine: realMachine, root, env: ownedEnv(root) }), provider: async () => actor };
}

async function cycle({ root, inside }: Extract<Errand, { do: 'cycle' }>): Promise<void> {
  for (;;) {
    const engine = openOrNot(root);
    if (engine) {
      fs.writeFileSync(`${inside}/${process.pid}`, '');
      const others = fs.readdirSync(inside).filter((pid) => Number(pid) !== process.pid && isAlive(pid));
      say(others.length ? `together with ${others}` : 'alone');
      await wait(Math.random() * 4);
      fs.rmSync(`${inside}/${process.pid}`);
      engine.close();
    }
    await wait(Math.random() * 2);
  }
}

async function playMany({ seed, runs }: Extract<Errand, { do: 'play' }>): Promise<void> {
  const random = seeded(seed);
  const draw = (below: number): number => Math.floor(random() * below);
  const hash = createHash('sha256');
  for (let run = 0; run < runs; run++) {
    const sketch = sketchOf(draw);
    const deeds = Array.from({ length: 30 }, () => deedOf(draw, sketch));
    hash.update(JSON.stringify([...(await new Play(sketch).all(deeds)).files]));
  }
  say(hash.digest('hex'));
}

function openOrNot(root: string): Engine | null {
  try {
    return Engine.open(portsOf({ machine: realMachine, root, env: ownedEnv(root) }), TOOLS, 'cycle');
  } catch (error) {
    if (error instanceof FaultError && error.fault.code === 'locked') return null;
    throw error;
  }
}

/** A killed process that nobody has asked for yet is a zombie, and not alive. */
function isAlive(pid: string): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
