/** The tool `list_agents`: lists the agents that the agent hired, and the templates. */
import * as z from 'zod';
import { agentState } from '../../core/model/state/staff.ts';
import type { ActContext } from '../../core/model/tool.ts';
import { balanceOf, printCredits } from '../../core/money/ledger.ts';
import { inOneLine } from '../../core/skills/prompted.ts';
import { limitTrouble, teamOf } from '../../core/staff/staff.ts';
import { act } from '../define.ts';

export default act({
  name: 'list_agents',
  about: 'List the agents that you hired, with what they were given, and the templates from which you can hire.',
  asks: true,
  input: z.strictObject({}),
  stage(_value, scene) {
    const { config, state, agent } = scene;
    const trouble = limitTrouble(config, state.staff.hired, agent);
    const left = printCredits(balanceOf(config, state, agent).left);
    return {
      ok: true,
      text: [
        ...teamOf(state.staff.hired, agent).map((name) => aboutAgent(scene, name)),
        `You have ${left} credits${trouble ? `. ${trouble.text}` : ' and may hire.'}`,
        ...[...config.templates].map(([id, { head }]) => `template ${id}: ${inOneLine(head.role)}`),
      ].join('\n'),
    };
  },
});

/** Describes an agent. It leaves out what others spend in this turn: visits of a turn do not see each other. */
function aboutAgent({ config, state, agent }: ActContext, name: string): string {
  const { lastTurn, lastOutcome } = agentState(state.staff, name);
  const by = state.staff.hired.get(name)?.by;
  const role = config.agents.get(name)?.role ?? 'its resume is broken';
  const last = lastTurn ? `last visit in turn ${lastTurn}, ${lastOutcome}` : 'no visit yet';
  const given = printCredits(balanceOf(config, state, name).granted);
  return `${name}${by === agent ? '' : ` (hired by ${by})`}: ${inOneLine(role)}; ${given} credits in all; ${last}`;
}
