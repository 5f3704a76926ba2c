import type { Effect } from '../core/entry.ts';
import { judge, type Toolbox } from '../core/judge.ts';
import { settleDraft } from '../core/settle.ts';
import type { Approval } from '../core/state.ts';
import { emptyDraft } from '../core/tool.ts';
import type { Turn } from './turn.ts';
import { performAct } from './use.ts';
import { sceneOf } from './visit.ts';

/** Held acts that a person answered: judged again now, and done once, in this turn. */
export async function decide(turn: Turn, toolbox: Toolbox): Promise<Effect[]> {
  const effects: Effect[] = [];
  const next = new Map<string, number>();
  let nth = 0;
  for (const approval of turn.state.approvals.values()) {
    const { id, agent, tool, answer } = approval;
    if (!answer) continue;
    nth++;
    const draft = emptyDraft(next.get(agent) ?? 1);
    const outcome =
      answer.decision === 'deny'
        ? `denied by ${answer.by}${answer.note ? `: ${answer.note}` : ''}`
        : await doApproved(turn, toolbox, approval, draft, nth);
    settleDraft(turn.config, turn.number, agent, draft, effects);
    next.set(agent, draft.nextMessage);
    const decision = answer.decision === 'approve' ? 'approved' : 'denied';
    effects.push({ k: 'decided', id, decision, by: answer.by, outcome });
    effects.push({ k: 'notice', to: agent, about: 'approval', text: `${id} (${tool}): ${outcome}` });
  }
  return effects;
}

/** What came of the act. As call 0 of the agent's turn it has a name of its own in the journal. */
async function doApproved(
  turn: Turn,
  toolbox: Toolbox,
  { id, agent, tool, input }: Approval,
  draft: ReturnType<typeof emptyDraft>,
  nth: number,
): Promise<string> {
  const resume = turn.config.agents.get(agent);
  if (!resume) return `${agent} is not there any more`;
  const scene = sceneOf(turn, resume, [], draft);
  const call = { id, tool, input };
  const verdict = judge(toolbox, scene, call, true);
  return verdict.is === 'use' ? (await performAct(turn, resume, scene, verdict, call, 0, nth)).text : verdict.text;
}
