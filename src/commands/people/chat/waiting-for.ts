/** Finds the agent that needs a turn for a conversation to continue. */
import { isSaid } from '../../../core/approvals/answers.ts';
import type { Config } from '../../../core/model/config.ts';
import { answersFor } from '../../../core/model/state/approvals.ts';
import { readableBy } from '../../../core/model/state/mail.ts';
import { agentState } from '../../../core/model/state/staff.ts';
import type { State } from '../../../core/model/state.ts';
import { scheduleTurn } from '../../../core/turn/schedule.ts';

/** The agent that needs a turn; `nobody`: the conversation rests; `failing`: only agents with failing providers are left. */
export type Need = { agent: string } | 'nobody' | 'failing';

/**
 * Examines the mail and the answers that wait in the conversation. An act that a person approved needs a turn in which nobody
 * is called; the result is then that person. Pure.
 */
export function needOf(config: Config, state: State, thread: string): Need {
  for (const approval of state.approvals.pending.values()) {
    const { agent, answer } = approval;
    if (answer !== null) return { agent: isSaid(config, approval, answer) ? agent : answer.by };
  }
  let failing = false;
  const turn = state.clock.turn + 1;
  for (const { agent, due, later, failing: fails } of scheduleTurn(config, state, turn)) {
    const mine =
      readableBy(state.mail, agent, turn).some((mail) => mail.thread === thread && mail.kind !== 'notice') ||
      answersFor(state.approvals, agent).some(({ cause }) => cause.some((mail) => mail.thread === thread));
    if (!mine || agentState(state.staff, agent).starved) continue;
    if (fails) failing = true;
    else if (due || later) return { agent };
  }
  return failing ? 'failing' : 'nobody';
}
