import fs from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { realClock } from '../src/disk/clock.ts';
import { realHost } from '../src/disk/host.ts';
import { realKept } from '../src/disk/kept-key.ts';
import { realDisk } from '../src/disk/real.ts';
import { Engine } from '../src/engine/engine.ts';
import { relief } from '../src/engine/relief.ts';
import type { Provider } from '../src/providers/provider.ts';
import { buildOrg, type OrgPlan } from '../src/testing/build-org.ts';
import { TOOLS } from '../src/tools/all.ts';

/** The 600 characters that each message carries. */
export const BODY = 'Forty-two agents pass a letter around the ring. '.repeat(13).slice(0, 599).concat('.');

/** A ring of agents, each of which writes one message to the next in every turn. */
export function ringPlan(agents: number): OrgPlan {
  const names = Array.from({ length: agents }, (_, i) => `a${i}`);
  return {
    edges: Object.fromEntries(names.map((name, i) => [name, [`a${(i + 1) % agents}`]])),
    org: { limits: { hops: 1_000_000, concurrency: 128 } },
    models: { default: { provider: 'ring' } },
    resumes: Object.fromEntries(names.map((name) => [name, { schedule: { every: 1, when: 'always' } }])),
  };
}

/** Answers at once with a message to the next agent of the ring. */
export function ringProvider(agents: number): Provider {
  return {
    about: 'a ring',
    repeatable: true,
    free: true,
    connect: async () => ({
      complete: async (prompt) => {
        const to = `a${(Number(prompt.agent.slice(1)) + 1) % agents}`;
        const input = { to, subject: 'ring', body: BODY };
        return {
          text: '',
          acts: [{ id: '1', tool: 'send_message', input }],
          usage: null,
          requestId: null,
          model: 'ring',
        };
      },
    }),
  };
}

export interface Ring {
  turn(): Promise<number>;
  close(): void;
  root: string;
}

/** Opens the engine of a new ring in that folder. `turn` makes one and returns its milliseconds. */
export function openRing(root: string, agents: number): Ring {
  const disk = realDisk(root);
  buildOrg(disk, ringPlan(agents));
  const kept = realKept(root, { LEMMING_HOME: `${root}.home` }, disk);
  const ports = {
    disk,
    kept,
    clock: realClock,
    host: realHost(root),
    env: {},
    provider: async () => ringProvider(agents),
  };
  const engine = Engine.open(ports, TOOLS, 'bench');
  const relieve = relief();
  return {
    root,
    async turn() {
      const start = performance.now();
      await engine.turn();
      relieve();
      return performance.now() - start;
    },
    close: () => engine.close(),
  };
}

const TEXT = `---\nid: 000001-a0-01\n---\n${BODY}\n${'x'.repeat(100)}`;

/** What it costs to write so many message files by temp + rename, into as many folders. Milliseconds. */
export function writeFiles(root: string, agents: number, round: number): number {
  const start = performance.now();
  for (let i = 0; i < agents; i++) writeFile(path.join(root, `f${i}`), round);
  return performance.now() - start;
}

function writeFile(folder: string, round: number): void {
  fs.writeFileSync(path.join(folder, '.t'), TEXT);
  fs.renameSync(path.join(folder, '.t'), path.join(folder, `m${round}`));
}

/** One round of the raw file operations of a turn: each agent reads one message file and writes one by temp + rename; one write and fdatasync of their journal lines. Milliseconds. */
export function openFloor(root: string, agents: number): () => number {
  const line = Buffer.from(`${JSON.stringify({ k: 'sent', body: BODY })}\n`.repeat(agents));
  for (let i = 0; i < agents; i++) fs.mkdirSync(path.join(root, `f${i}`), { recursive: true });
  const journal = fs.openSync(path.join(root, 'journal'), 'a');
  let round = 0;
  return () => {
    const start = performance.now();
    for (let i = 0; i < agents; i++) {
      const folder = path.join(root, `f${i}`);
      if (round > 0) fs.readFileSync(path.join(folder, `m${round - 1}`));
      writeFile(folder, round);
    }
    fs.writeSync(journal, line);
    fs.fdatasyncSync(journal);
    round++;
    return performance.now() - start;
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
