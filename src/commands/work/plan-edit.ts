/** A plan as a person edits it. */
import { parse, stringify } from 'yaml';
import type { JsonObject } from '../../core/model/call.ts';
import { type ReadPlan, readPlan } from '../../core/plans/read.ts';
import { inCredits } from '../../schema/amount.ts';
import { failure } from '../../schema/fault.ts';
import type { Plan } from '../../schema/records/plan.ts';
import type { World } from '../world.ts';

/** A plan as it is written: amounts in credits, and nothing that goes without saying. */
export function statedPlan({ tasks, cancel, change }: Plan): JsonObject {
  return {
    tasks: tasks.map(stated),
    ...(change.length > 0 && { change: change.map(stated) }),
    ...(cancel.length > 0 && { cancel }),
  };
}

function stated({ budget, ...fields }: Partial<Plan['tasks'][number]>): JsonObject {
  const said = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '' && !isEmpty(value));
  return { ...(Object.fromEntries(said) as JsonObject), ...(budget !== undefined && { budget: inCredits(budget) }) };
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

const HEAD = `# The plan. Save it to approve it in the form that it then has; empty the file to leave everything as it is.
# Each task has a name and a title. It may have: body, assignee or capability, needs, priority, retries, deadline, budget, ensures.
`;
const NOT_TAKEN = '# Not taken: ';

/**
 * The plan as the person saved it; null when they emptied the file. At a terminal, one that cannot be carried out is shown again with
 * the reason, as long as they change it. Throws `usage` when it still cannot, or there is no editor.
 */
export async function editPlan(
  world: World,
  plan: Plan,
  whyNot: (read: ReadPlan) => string | null,
): Promise<ReadPlan | null> {
  if (!world.edit)
    throw failure('usage', 'There is no editor here.', { remedy: 'Run the command at a terminal, without --edit.' });
  let text = `${HEAD}${stringify(statedPlan(plan), { lineWidth: 0 })}`;
  for (;;) {
    const saved = await world.edit(text, 'plan.yaml');
    if (saved.replace(/^#.*$/gm, '').trim() === '') return null;
    const read = readPlan(saved, parse);
    const why = 'why' in read ? read.why : whyNot(read);
    if (why === null) return read as ReadPlan;
    const again = withReason(saved, why);
    if (!world.interactive || again === text)
      throw failure('usage', `The plan was not taken: ${why}`, { remedy: 'Change it and try again.' });
    text = again;
  }
}

/** The text of the person, with what is wrong with it above. */
function withReason(text: string, why: string): string {
  const lines = text.split('\n').filter((line) => !line.startsWith(NOT_TAKEN));
  return [`${NOT_TAKEN}${why.replace(/\s+/g, ' ')}`, ...lines].join('\n').trimEnd();
}
