/** Finds the held acts that nobody answered in time. */
import { copyWith } from '../../schema/copy.ts';
import type { Config } from '../model/config.ts';
import type { Held, InputEntry } from '../model/entry.ts';
import type { Approval } from '../model/state/approvals.ts';
import type { State } from '../model/state.ts';
import { nextAsked } from '../rights/approvers.ts';
import { heldOf, lapseOf, otherwiseOf, readTimeout } from './approval.ts';
import { printApproval } from './approval-text.ts';

/**
 * Held acts that nobody answered within `approvals.timeout`. The next person of `escalate_to` is asked and has as long;
 * after the last one, the default of org.yaml counts. For the turn that is being frozen; `now` in ms since 1970. Pure.
 */
export function overdue(config: Config, state: State, now: number): InputEntry[] {
  const { timeout } = config.org.approvals;
  if (timeout === null) return [];
  const limit = readTimeout(timeout);
  const turn = state.clock.turn + 1;
  const isOver = ({ answer, asked, time }: Approval): boolean =>
    answer === null && ('turns' in limit ? turn - asked >= limit.turns : now - time >= limit.ms);
  return [...state.approvals.pending.values()].filter(isOver).map((approval): InputEntry => {
    const [to] = nextAsked(config, approval.contacts);
    const decision = lapseOf(config, approval);
    if (to === undefined) return { k: 'lapsed', id: approval.id, decision, note: `nobody answered within ${timeout}` };
    return escalation(heldOf(approval), turn, to, otherwiseOf(config, [...approval.contacts, to], turn, decision));
  });
}

function escalation(held: Held, turn: number, to: string, otherwise: string): Extract<InputEntry, { k: 'escalated' }> {
  const contacts = [...held.contacts, to];
  return { k: 'escalated', turn, to, held, otherwise, text: printApproval(copyWith(held, { contacts, otherwise })) };
}
