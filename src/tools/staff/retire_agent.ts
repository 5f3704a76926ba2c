/** The tool `retire_agent`: retires an agent that the agent hired. */
import * as z from 'zod';
import { textHash } from '../../core/model/hash.ts';
import type { State } from '../../core/model/state.ts';
import { retireTrouble, teamOf } from '../../core/staff/staff.ts';
import { act } from '../define.ts';

export default act({
  name: 'retire_agent',
  about:
    'Retire an agent that you hired, and the agents that it hired. Their remaining credits return to you; their mail and files stay.',
  input: z.strictObject({ name: z.string().min(1).max(63) }),
  preview: ({ name }, { state }) => `It ends the work of ${whoGoes(state, name).join(', ')}.`,
  covers: ({ name }, { state }) => ({ 'who goes': textHash(whoGoes(state, name).join()) }),
  stage({ name }, { config, state, agent, draft }) {
    const trouble = retireTrouble(config, state, agent, name);
    if (trouble) return { ok: false, ...trouble };
    if (!draft.retires.includes(name)) draft.retires.push(name);
    return { ok: true, text: `${name} retires at the end of this turn.` };
  },
});

/** The agent and all those whom it hired. */
function whoGoes({ staff: { hired } }: State, name: string): string[] {
  return [name, ...teamOf(hired, name).sort()];
}
