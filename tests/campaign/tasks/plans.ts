import fc from 'fast-check';
import { expect } from 'vitest';
import type { Prompt } from '../../../src/core/model/call.ts';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { Recompute } from '../../../src/engine/replay/recompute.ts';
import { TASK_STATUSES } from '../../../src/schema/records/task.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { type Act, Org, visible } from '../../regression/org.ts';

/** A task of a plan: which earlier ones it needs, who does it, and how often it fails before it is completed. */
interface Planned {
  needs: number[];
  who: 'a' | 'b' | 'free';
  fails: number;
  retries: number;
}

/** What a person does after a turn: to which task, and what. */
interface Meddling {
  turn: number;
  task: number;
  verb: 'cancel' | 'retry' | 'waive' | 'unassign' | 'fail' | 'edit' | 'delete';
}

export interface Story {
  plan: Planned[];
  meddling: Meddling[];
  /** Operations of the disk after which the process is killed; null: never. */
  kill: number | null;
}

/** Random acyclic plans of at most so many tasks, what people do to them, and a kill. */
export function stories(most: number): fc.Arbitrary<Story> {
  const planned = (n: number): fc.Arbitrary<Planned> =>
    fc.record({
      needs: n === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat(n - 1), { maxLength: 3 }),
      who: fc.constantFrom('a', 'b', 'free'),
      fails: fc.nat(3),
      retries: fc.nat(2),
    });
  return fc.integer({ min: 1, max: most }).chain((count) =>
    fc.record({
      plan: fc.tuple(...Array.from({ length: count }, (_, n) => planned(n))),
      meddling: fc.array(
        fc.record({
          turn: fc.integer({ min: 1, max: 6 }),
          task: fc.nat(count - 1),
          verb: fc.constantFrom('cancel', 'retry', 'waive', 'unassign', 'fail', 'edit', 'delete'),
        }),
        { maxLength: 3 },
      ),
      kill: fc.option(fc.nat(120)),
    }),
  );
}

const idOf = (n: number): string => `t${n}`;
const pathOf = (n: number): string => `org/tasks/${idOf(n)}.md`;

function orgOf({ plan }: Story, concurrency: number): Org {
  const fails = (prompt: Prompt): number => plan[Number(prompt.task?.slice(1))]?.fails ?? 0;
  const org = new Org(
    {
      edges: { human: ['a', 'b'], a: ['human'], b: ['human'] },
      resumes: { a: { capabilities: ['any'] }, b: { capabilities: ['any'] } },
    },
    (prompt): Act[] | undefined => {
      if (prompt.task === undefined) return undefined;
      const said = JSON.stringify(prompt.parts);
      const failed = said.match(/attempt \d+ failed/g)?.length ?? 0;
      return failed < fails(prompt)
        ? [{ tool: 'fail_task', input: { reason: 'Not yet.' } }]
        : [{ tool: 'complete_task', input: { result: `Result of ${prompt.task}.` } }];
    },
  );
  org.env.LEMMING_LIMITS_CONCURRENCY = String(concurrency);
  for (const [n, { needs, who, retries }] of plan.entries()) {
    const whose = who === 'free' ? 'capability: any' : `assignee: ${who}`;
    org.withFile(
      pathOf(n),
      `---\ntitle: Task ${n}\n${whose}\nneeds: [${needs.map(idOf).join(', ')}]\nretries: ${retries}\n---\nDo it.\n`,
    );
  }
  return org;
}

async function meddle(org: Org, { task, verb }: Meddling, { plan }: Story): Promise<void> {
  const text = org.read(pathOf(task));
  if (verb === 'edit')
    return text === null ? undefined : org.disk.put(pathOf(task), text.replace('Do it.', 'Do it well.'));
  if (verb === 'delete') return org.disk.unlink(pathOf(task));
  const need = idOf(plan[task]?.needs[0] ?? 0);
  await org.ask({
    ask: 'task',
    by: 'human',
    id: idOf(task),
    do: verb,
    note: 'So it is.',
    ...(verb === 'waive' && { need }),
  });
}

/** Plays a story and checks everything that must hold. Returns the files of the organisation. */
export async function play(story: Story, concurrency: number): Promise<Map<string, string>> {
  const org = orgOf(story, concurrency);
  const work = async (): Promise<void> => {
    for (let turn = 1; turn <= 6; turn++) {
      await org.turns(1);
      for (const one of story.meddling) if (one.turn === turn) await meddle(org, one, story);
    }
    await org.run();
  };
  if (story.kill === null) await work();
  else {
    await org.dies(story.kill, () => org.turns(3));
    await org.run();
  }
  check(org, story);
  const { host, provider } = org.ports();
  const recompute = new Recompute(TOOLS, { host, provider });
  for (const group of readJournal(org.disk, [])) await recompute.take(group);
  expect(recompute.divergence).toBeNull();
  return visible(org);
}

function check(org: Org, { plan }: Story): void {
  const status = new Map<string, string>();
  const completed = new Map<string, number>();
  for (const line of org.journal()) {
    if (line.k !== 'task' && line.k !== 'task-file') continue;
    const { task } = line;
    if (!task) continue;
    const before = status.get(task.id);
    if (task.status === 'completed' && before !== 'completed') {
      completed.set(task.id, (completed.get(task.id) ?? 0) + 1);
      // nothing is completed before what it needs
      for (const need of task.needs) expect(task.waived.includes(need) || status.get(need) === 'completed').toBe(true);
    }
    if (before === 'completed' || before === 'cancelled') expect(task.status).toBe(before);
    status.set(task.id, task.status);
  }
  for (const times of completed.values()) expect(times).toBe(1);
  for (const [n, { needs }] of plan.entries()) {
    const own = status.get(idOf(n)) as string;
    const task = org.lines('task').findLast((line) => line.task.id === idOf(n))?.task;
    const isLost = needs.some((need) => {
      const ended = ['failed', 'skipped', 'cancelled'].includes(status.get(idOf(need)) as string);
      return ended && !task?.waived.includes(idOf(need));
    });
    // a failure skips all that needs it and has not begun
    if (isLost) expect(['skipped', 'failed', 'cancelled', 'completed', 'running', 'blocked']).toContain(own);
    expect(org.read(pathOf(n))).toMatch(own === 'pending' ? /^/ : new RegExp(`\nstatus: ${own}\n`));
  }
  const counts = TASK_STATUSES.map((one) => [...status.values()].filter((has) => has === one).length);
  expect(counts.reduce((sum, one) => sum + one, 0)).toBe(plan.length);
}
