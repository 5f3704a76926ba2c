/** What a person is shown of a plan before it is approved, and what the approval covers. */
import type { Plan } from '../../schema/records/plan.ts';
import { textHash } from '../model/hash.ts';
import type { Task } from '../model/state/tasks.ts';
import type { State } from '../model/state.ts';
import type { ActContext, Covers } from '../model/tool.ts';
import { taskPath } from '../tasks/file.ts';
import { changeOf } from './change.ts';
import { likelyCost } from './likely.ts';
import type { ReadPlan } from './plan.ts';
import { type Differences, showPlan } from './show.ts';

/** What the person is shown who is to approve it. Pure. */
export function previewPlan({ plan, repaired }: ReadPlan, { state }: Pick<ActContext, 'state'>): string {
  return showPlan(plan, likelyCost(state.tasks, plan), repaired, differencesIn(state, plan));
}

/** What a plan changes, and the tasks that it cancels, as they stand. Pure. */
function differencesIn({ tasks: { all }, files }: State, { change, cancel }: Plan): Differences {
  const known = ({ id }: { id: string }): Task[] => [all.get(id) ?? []].flat();
  return {
    changes: change
      .flatMap((one) => known(one).map((task) => changeOf(task, files.texts, one)))
      .filter(({ fields }) => fields.length > 0),
    cancelled: cancel.flatMap((id) => known({ id })),
  };
}

/** The tasks that a plan changes or cancels, as a person was shown them. Pure. */
export function coveredBy({ plan }: ReadPlan, { state }: ActContext): Covers {
  const { changes, cancelled } = differencesIn(state, plan);
  const shown: [Task, unknown][] = [
    ...changes.map(({ before, fields }): [Task, unknown] => [before, fields.map(({ field, from }) => [field, from])]),
    ...cancelled.map((task): [Task, unknown] => [task, 'cancel']),
  ];
  return Object.fromEntries(
    shown.map(([{ id, title }, fields]) => [taskPath(id), textHash(JSON.stringify([title, fields]))]),
  );
}
