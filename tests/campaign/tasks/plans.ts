import fc from 'fast-check';
import { expect } from 'vitest';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { Recompute } from '../../../src/engine/replay/recompute.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { Org, visible } from '../../regression/org.ts';
import { lawsIn } from './laws.ts';
import { actsOf, editedBy, idOf, type Meddling, orgOf, type Planned, type Story, taskPathOf } from './work.ts';

const VERBS = ['cancel', 'retry', 'waive', 'unassign', 'fail', 'edit', 'skip', 'delete'] as const;

/** Random acyclic plans of so many tasks, what people do to them, and a kill. */
export function stories(least: number, most: number, agents = 2): fc.Arbitrary<Story> {
  const planned = (n: number): fc.Arbitrary<Planned> =>
    fc.record({
      needs: n === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat(n - 1), { maxLength: 3 }),
      who: fc.option(fc.nat(agents - 1), { freq: 2 }),
      fails: fc.nat(3),
      retries: fc.nat(2),
    });
  return fc.integer({ min: least, max: most }).chain((count) =>
    fc.record({
      agents: fc.constant(agents),
      plan: fc.tuple(...Array.from({ length: count }, (_, n) => planned(n))),
      meddling: fc.array(
        fc.record({
          turn: fc.integer({ min: 1, max: 6 }),
          task: fc.nat(count - 1),
          verb: fc.constantFrom(...VERBS),
        }),
        { maxLength: 4 },
      ),
      kill: fc.option(fc.nat(120)),
    }),
  );
}

async function meddle(org: Org, { task, verb }: Meddling, { plan }: Story): Promise<void> {
  const text = org.read(taskPathOf(task));
  if (verb === 'delete') return org.disk.unlink(taskPathOf(task));
  if (verb === 'edit' || verb === 'skip') {
    const edited = text === null ? null : editedBy(verb, text);
    return edited === null ? undefined : org.disk.put(taskPathOf(task), edited);
  }
  const need = idOf(plan[task]?.needs[0] ?? 0);
  const note = 'So it is.';
  await org.ask({ ask: 'task', by: 'human', id: idOf(task), do: verb, note, ...(verb === 'waive' && { need }) });
}

/** Plays a story and checks everything that must hold. Returns the files of the organisation. */
export async function play(story: Story, concurrency: number): Promise<Map<string, string>> {
  const org = new Org(orgOf(story, 1), (prompt) => actsOf(story, prompt));
  org.env.LEMMING_LIMITS_CONCURRENCY = String(concurrency);
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
  expect(await org.look(({ config, state }) => lawsIn(org.journal(), config, state))).toEqual([]);
  for (const [id, text] of await textsIn(org)) expect(org.read(id)).toBe(text);
  const { host, provider } = org.ports();
  const recompute = new Recompute(TOOLS, { host, provider });
  for (const group of readJournal(org.disk, [])) await recompute.take(group);
  expect(recompute.divergence).toBeNull();
  return visible(org);
}

/** Path → text of the tasks that are not archived, as the journal has them. */
function textsIn(org: Org): Promise<[string, string][]> {
  return org.look(({ state }) => [...state.files.texts].filter(([path]) => path.startsWith('org/tasks/')));
}
