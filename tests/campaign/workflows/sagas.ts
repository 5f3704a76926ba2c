import fc from 'fast-check';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import type { RunState } from '../../../src/core/model/runs/run.ts';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { Recompute } from '../../../src/engine/replay/recompute.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { type Act, Org, visible } from '../../regression/org.ts';

/** A step: what it needs of the earlier ones, who does it, whether it fails, and how it is taken back. */
interface Planned {
  needs: number[];
  who: 'a' | 'b';
  end: 'completes' | 'fails' | 'fails once';
  undo: 'undo' | 'none' | 'task' | 'task that fails';
}

/** A workflow, what a person does after a turn, and the operation of the disk after which the process is killed; null: never. */
export interface Saga {
  steps: Planned[];
  meddling: { turn: number; verb: 'cancel' | 'pause' | 'resume' | 'retry' | 'undo' }[];
  kill: number | null;
}

export function sagas(most: number): fc.Arbitrary<Saga> {
  const planned = (n: number): fc.Arbitrary<Planned> =>
    fc.record({
      needs: n === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat(n - 1), { maxLength: 2 }),
      who: fc.constantFrom('a', 'b'),
      end: fc.constantFrom('completes', 'completes', 'completes', 'fails', 'fails once'),
      undo: fc.constantFrom('undo', 'undo', 'none', 'task', 'task that fails'),
    });
  return fc.integer({ min: 1, max: most }).chain((count) =>
    fc.record({
      steps: fc.tuple(...Array.from({ length: count }, (_, n) => planned(n))),
      meddling: fc.array(
        fc.record({
          turn: fc.integer({ min: 1, max: 8 }),
          verb: fc.constantFrom('cancel', 'pause', 'resume', 'retry', 'undo'),
        }),
        { maxLength: 2 },
      ),
      kill: fc.option(fc.nat(200)),
    }),
  );
}

const idOf = (n: number): string => `s${n}`;
const fileOf = (n: number): string => `agents/%/workspace/${idOf(n)}.md`;

function orgOf({ steps }: Saga, concurrency: number): Org {
  const org = new Org(
    {
      edges: { human: ['a', 'b'], a: ['human'], b: ['human'] },
      resumes: { a: { tools: ['write_file'] }, b: { tools: ['write_file'] } },
    },
    (prompt): Act[] | undefined => {
      if (prompt.task === undefined) return undefined;
      const text = prompt.parts.map(({ text: one }) => one).join('\n');
      const [, back, n] = /title="flow: (take back )?s(\d+)"/.exec(text) ?? [];
      const step = steps[Number(n)] as Planned;
      if (back) return [ended(step.undo === 'task', 'back')];
      const failed = text.match(/attempt \d+ failed/g)?.length ?? 0;
      const isGood = step.end === 'completes' || (step.end === 'fails once' && failed > 0);
      return [{ tool: 'write_file', input: { path: `s${n}.md`, content: `v${failed}` } }, ended(isGood, `of s${n}`)];
    },
  );
  org.env.LEMMING_LIMITS_CONCURRENCY = String(concurrency);
  const file = {
    version: 1,
    steps: steps.map(({ needs, who, undo }, n) => ({
      id: idOf(n),
      agent: who,
      do: `Do ${n}.`,
      needs: needs.map(idOf),
      retries: 1,
      compensate: undo.startsWith('task') ? { do: 'Take it back.', retries: 1 } : undo,
    })),
  };
  return org.withFile('org/workflows/flow.yaml', stringify(file));
}

function ended(isGood: boolean, what: string): Act {
  return isGood ? { tool: 'complete_task', input: { result: what } } : { tool: 'fail_task', input: { reason: what } };
}

/** Plays a saga and checks everything that must hold. Returns the files of the organisation. */
export async function play(saga: Saga, concurrency: number): Promise<Map<string, string>> {
  const org = orgOf(saga, concurrency);
  const begin = () =>
    org.ask({ ask: 'run-workflow', by: 'human', workflow: 'flow', run: 'r', inputs: {}, key: 'once' });
  await begin();
  const work = async (): Promise<void> => {
    for (let turn = 1; turn <= 8; turn++) {
      await org.turns(1);
      for (const { turn: when, verb } of saga.meddling)
        if (when === turn)
          await org.ask({ ask: 'run', by: 'human', id: 'r', do: verb, ...(verb === 'retry' && { step: 's0' }) });
    }
    await org.run();
  };
  if (saga.kill === null) await work();
  else {
    await org.dies(saga.kill, () => org.run());
    await org.run();
    await begin();
    await org.run();
  }
  check(org, saga);
  const { host, provider } = org.ports();
  const recompute = new Recompute(TOOLS, { host, provider });
  for (const group of readJournal(org.disk, [])) await recompute.take(group);
  expect(recompute.divergence).toBeNull();
  return visible(org);
}

function check(org: Org, { steps }: Saga): void {
  const engine = org.open();
  engine.close();
  const run = engine.state.runs.all.get('r') as RunState;
  // it has ended, or a person paused it
  expect(['completed', 'compensated', 'failed', 'cancelled', 'paused']).toContain(run.status);
  const ends = new Map<string, number>();
  for (const line of org.journal())
    if (line.k === 'task' && line.task.status === 'completed' && line.task.key !== null)
      ends.set(line.task.key, (ends.get(line.task.key) ?? 0) + 1);
  // no piece of work is done twice
  for (const [key, times] of ends) expect([key, times]).toEqual([key, 1]);
  const began = (n: number): number => run.steps[idOf(n)]?.began?.turn ?? Infinity;
  for (const [n, { needs }] of steps.entries())
    for (const need of needs)
      if (began(n) < Infinity) expect([n, run.steps[idOf(need)]?.status]).not.toEqual([n, 'pending']);
  if (run.status === 'completed') for (const step of Object.values(run.steps)) expect(step.status).toBe('completed');
  if (run.status !== 'compensated' && run.status !== 'failed') return;
  // what is left is exactly what is reported
  expect(run.status).toBe(run.rest.length === 0 ? 'compensated' : 'failed');
  const rest = new Set(run.rest.map(({ step }) => step));
  for (const [n, { who, undo }] of steps.entries()) {
    const work = run.steps[idOf(n)]?.work ?? [];
    const isDone = work.some(({ begun, status }) => begun || status === 'completed');
    if (undo === 'undo') {
      expect([n, org.read(fileOf(n).replace('%', who)), rest.has(idOf(n))]).toEqual([n, null, false]);
    } else expect([n, rest.has(idOf(n))]).toEqual([n, isDone && undo !== 'task']);
  }
}
