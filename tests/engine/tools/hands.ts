import fs from 'node:fs';
import { join } from 'node:path';
import { portsOf } from '../../../src/app/ports.ts';
import type { Entry, UsedEntry } from '../../../src/core/model/entry.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { type Allowed, realSandbox, type SandboxLevel } from '../../../src/disk/sandbox/sandbox.ts';
import { journalLines } from '../../../src/engine/journal/history.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import type { Ports } from '../../../src/engine/ports.ts';
import { Engine } from '../../../src/engine/turn/engine.ts';
import { buildOrg, type OrgPlan } from '../../../src/testing/build-org.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { scratch } from '../../commands/world.ts';
import { ownedEnv } from '../../home.ts';
import type { Act } from '../../regression/org.ts';

/** Says at which level the programs of a test file run. Without a Box the tests fail: they are never left out. */
export async function boxHere(): Promise<SandboxLevel> {
  const { level, why } = await realSandbox('/').probe();
  console.log(`Box: ${level}${why && ` (${why})`}`);
  if (level === 'none') throw new Error(`programs cannot be shut in here: ${why}; install bubblewrap`);
  return level;
}

/** What a program may take that is run without an engine. */
export const ALLOWED: Allowed = {
  timeoutMs: 20_000,
  most: 60_000,
  room: { bytes: 200_000_000, files: 10_000 },
  isFull: () => true,
  signal: new AbortController().signal,
};

export function sh(command: string): Act {
  return { tool: 'shell', input: { command } };
}

/** A real organisation in which agent a does the acts of the n-th list in turn n. */
export class Hands {
  readonly root = scratch();
  readonly workspace = join(this.root, 'agents/a/workspace');
  env: Record<string, string | undefined> = ownedEnv(this.root);
  readonly more: Partial<Ports>;

  constructor(turns: Act[][], plan: Partial<OrgPlan> = {}, more: Partial<Ports> = {}) {
    this.more = more;
    const rules = turns.map((acts, i) => ({ when: { turn: i + 1, call: 1 }, reply: { acts } }));
    buildOrg(realDisk(this.root), {
      edges: { human: ['a'], a: [] },
      resumes: { a: { tools: [...TOOLS.keys()], schedule: { when: 'always' } }, ...plan.resumes },
      ...plan,
      rules,
    });
    fs.mkdirSync(this.workspace, { recursive: true });
  }

  ports(): Ports {
    return { ...portsOf({ machine: realMachine, root: this.root, env: this.env }), ...this.more };
  }

  /** Makes so many turns; returns what the tools told in the last. */
  async turns(count = 1): Promise<UsedEntry[]> {
    const engine = Engine.open(this.ports(), TOOLS, 'run');
    try {
      for (let i = 0; i < count; i++) await engine.turn();
      return this.used().filter(({ turn }) => turn === engine.state.clock.turn);
    } finally {
      engine.close();
    }
  }

  put(path: string, content: string | Uint8Array): void {
    fs.mkdirSync(join(this.workspace, path, '..'), { recursive: true });
    fs.writeFileSync(join(this.workspace, path), content);
  }

  lines(): Entry[] {
    return [...journalLines(realDisk(this.root))];
  }

  used(): UsedEntry[] {
    return this.lines().filter((line): line is UsedEntry => line.k === 'used');
  }
}
