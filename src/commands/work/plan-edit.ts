/** Lets a person change a plan in their editor. */
import { parse } from 'yaml';
import { type ReadPlan, readPlan } from '../../core/plans/plan.ts';
import { failure } from '../../schema/fault.ts';
import type { Plan } from '../../schema/records/plan.ts';
import type { World } from '../world.ts';
import { planToEdit } from './plan-text.ts';

/**
 * The plan as the person saved it; null when they emptied the file. One that cannot be carried out is shown again with the reason,
 * as long as they change it. Throws `usage` when it still cannot, or there is no editor.
 */
export async function editPlan(
  world: World,
  plan: Plan,
  whyNot: (plan: Plan) => string | null,
): Promise<ReadPlan | null> {
  if (!world.edit)
    throw failure('usage', 'There is no editor here.', { remedy: 'Run the command at a terminal, without --edit.' });
  let text = planToEdit(plan);
  for (;;) {
    const saved = await world.edit(text, 'plan.yaml');
    if (saved.replace(/^#.*$/gm, '').trim() === '') return null;
    const read = readPlan(saved, parse);
    const why = 'why' in read ? read.why : whyNot(read.plan);
    if (why === null) return read as ReadPlan;
    const again = withReason(saved, why);
    if (!world.interactive || again === text)
      throw failure('usage', `The plan was not taken: ${why}`, { remedy: 'Change it and try again.' });
    text = again;
  }
}

const NOT_TAKEN = '# Not taken: ';

/** The text of the person, with what is wrong with it above. */
function withReason(text: string, why: string): string {
  const lines = text.split('\n').filter((line) => !line.startsWith(NOT_TAKEN));
  return [`${NOT_TAKEN}${why}`, ...lines].join('\n').trimEnd();
}
