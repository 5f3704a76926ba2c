/** The engine's own speed: a ring of agents, one message of 600 characters each per turn, all durable by the journal, against the floor of the same file operations measured in the same run. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Provider } from '../src/providers/provider.ts';
import { realClock } from '../src/disk/clock.ts';
import { realHost } from '../src/disk/host.ts';
import { realDisk } from '../src/disk/real.ts';
import { Engine } from '../src/engine/engine.ts';
import { buildOrg } from '../src/testing/build-org.ts';
import { TOOLS } from '../src/tools/all.ts';

const BODY = 'All work and no play makes a dull benchmark. '.repeat(14).slice(0, 600);

/** Answers at once: passes a message of 600 characters to the next agent of the ring. */
function ringProvider(agents: number): Provider {
  return {
    about: 'a ring',
    repeatable: true,
    free: true,
    connect: async () => ({
      complete: async (prompt) => {
        const next = `a${(Number(prompt.agent.slice(1)) + 1) % agents}`;
        return { text: '', acts: [{ id: '1', tool: 'send_message', input: { to: next, subject: 'ring', body: BODY } }], usage: null, requestId: null, model: 'ring' };
      },
    }),
  };
}

export async function ring(root: string, agents: number, turns: number, warmup: number): Promise<{ perVisit: number; rate: number; rssMb: number; turnMs: number[]; journalBytes: number; messageBytes: number }> {
  const names = Array.from({ length: agents }, (_, i) => `a${i}`);
  const disk = realDisk(root);
  buildOrg(disk, {
    edges: Object.fromEntries(names.map((name, i) => [name, [`a${(i + 1) % agents}`]])),
    org: { limits: { hops: 1_000_000, concurrency: 1000 }, log: { level: 'info' } },
    models: { default: { provider: 'ring' } },
    resumes: Object.fromEntries(names.map((name) => [name, { schedule: { every: 1, when: 'always' } }])),
  });
  const ports = { disk, clock: realClock, host: realHost(root), env: {}, provider: async () => ringProvider(agents) };
  const engine = Engine.open(ports, TOOLS, 'bench');
  for (let i = 0; i < warmup; i++) await engine.turn();
  const turnMs: number[] = [];
  for (let i = 0; i < turns; i++) {
    const start = performance.now();
    await engine.turn();
    turnMs.push(performance.now() - start);
  }
  const total = turnMs.reduce((a, b) => a + b, 0);
  const rssMb = process.memoryUsage().rss / 1e6;
  const journal = fs.statSync(path.join(root, 'org/journal', `${String(warmup + turns).padStart(6, '0')}.jsonl`)).size;
  const box = path.join(root, 'agents/a0/outbox');
  const message = fs.statSync(path.join(box, fs.readdirSync(box).sort().at(-1) as string)).size;
  engine.close();
  return { perVisit: (total / turns / agents) * 1000, rate: (agents * turns) / (total / 1000), rssMb, turnMs, journalBytes: journal, messageBytes: message * agents };
}

/** The raw file operations of one agent-turn: read one message file, write one by temp + rename, its share of a journal group commit. Microseconds. */
export function floor(root: string, agents: number, rounds: number): number {
  const text = `---\nid: 000001-a0-01\n---\n${BODY}\n${'x'.repeat(200)}`;
  const line = Buffer.from(`${JSON.stringify({ k: 'sent', body: BODY })}\n`);
  for (let i = 0; i < agents; i++) fs.mkdirSync(path.join(root, `f${i}`), { recursive: true });
  const journal = fs.openSync(path.join(root, 'journal'), 'a');
  let best = Infinity;
  let sum = 0;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    for (let i = 0; i < agents; i++) {
      const folder = path.join(root, `f${i}`);
      if (round > 0) fs.readFileSync(path.join(folder, `m${round - 1}`));
      fs.writeFileSync(path.join(folder, '.t'), text);
      fs.renameSync(path.join(folder, '.t'), path.join(folder, `m${round}`));
    }
    fs.writeSync(journal, Buffer.concat(Array.from({ length: agents }, () => line)));
    fs.fdatasyncSync(journal);
    const us = ((performance.now() - start) / agents) * 1000;
    if (round > 0) sum += us;
    best = Math.min(best, us);
  }
  fs.closeSync(journal);
  return sum / (rounds - 1);
}

if (process.argv[1]?.endsWith('ring.ts')) {
  const agents = Number(process.argv[2] ?? 1000);
  const turns = Number(process.argv[3] ?? 20);
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'lemming-bench-'));
  for (let i = 0; i < 2; i++) {
    const f = floor(fs.mkdtempSync(path.join(base, 'floor-')), agents, turns);
    const r = await ring(fs.mkdtempSync(path.join(base, 'ring-')), agents, turns, 5);
    console.log(JSON.stringify({ floor: f.toFixed(1), perVisit: r.perVisit.toFixed(1), ratio: (f / r.perVisit).toFixed(2), rate: Math.round(r.rate), rssMb: Math.round(r.rssMb), journal: (r.journalBytes / r.messageBytes).toFixed(2) }));
  }
  console.log(base);
}
