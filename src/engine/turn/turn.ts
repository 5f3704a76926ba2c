/** Makes one turn, from the snapshot to its effects. */
import { archiveMoves } from '../../core/journal/files.ts';
import { keepOnce } from '../../core/mail/attachments.ts';
import { judgeRefusals } from '../../core/mail/refusals.ts';
import { archiveOverQuota } from '../../core/memory/quota.ts';
import { inChartOrder } from '../../core/model/config.ts';
import type { Effect } from '../../core/model/entry.ts';
import { agentState } from '../../core/model/state/staff.ts';
import { type Draft, emptyDraft } from '../../core/model/tool.ts';
import type { Finished } from '../../core/model/visit.ts';
import { orderedBy, type Staffing, settleStaff } from '../../core/staff/settle.ts';
import { settleTasks, type TaskWork } from '../../core/tasks/settle.ts';
import { FileVersions } from '../../core/tools/file-versions.ts';
import type { Toolbox } from '../../core/turn/judge.ts';
import { type Due, scheduleTurn } from '../../core/turn/schedule.ts';
import { chainWrites, settle, softWarnings, stands } from '../../core/turn/settle.ts';
import { undoFiles } from '../../core/undo/undo.ts';
import type { Turn } from '../tools/turn-in-progress.ts';
import { onChart } from './chart-editor.ts';
import { decide, heldIn, isPayable, promisedBy, tasksBy } from './decide.ts';
import { planVisits } from './plan-visits.ts';
import { visit } from './visit.ts';

/** The lines that end a turn, in chart order: everything it changes. */
export interface Ending {
  effects: Effect[];
  visits: Finished[];
  walked: Due[];
}

/** From the snapshot to the effects: schedule, inbox, prompt, think, use, judge, settle. */
export async function makeTurn(turn: Turn, toolbox: Toolbox): Promise<Ending> {
  const walked = walkIn(turn);
  const written = new FileVersions();
  const approved: (Staffing & TaskWork)[] = [];
  const decided = await decide(turn, toolbox, written, approved);
  const { plans, skipped } = await planVisits(turn, toolbox, walked, approved);
  const visits = await pool(plans, turn.config.org.limits.concurrency, (plan) =>
    visit(turn, toolbox, plan, draftOf(decided, approved, plan.agent)),
  );
  const all = judgeRefusals(turn.state, [...visits, ...skipped]);
  const made = chainWrites([
    ...decided,
    ...settle(turn.config, turn.state, turn.number, all, written),
    ...settleTasks(
      turn.config,
      turn.state,
      turn.number,
      approved,
      inChartOrder(turn.config, all, ({ agent }) => agent),
    ),
    ...staffEffects(turn, approved, all),
    ...undoFiles(turn.state, written, turn.live),
    ...archiveMoves(turn.swept),
    ...softWarnings(turn.config, turn.state),
  ]);
  const effects = keepOnce(turn.state, made);
  return { effects: [...effects, ...archiveOverQuota(turn.config, turn.state, effects)], visits: all, walked };
}

/**
 * Whether the turn would call an agent, do an approved act, or report that somebody cannot be paid. Uses the turn's snapshot
 * and changes nothing.
 */
export async function wouldAct(turn: Turn, toolset: () => Promise<Toolbox>): Promise<boolean> {
  for (const approval of turn.state.approvals.pending.values())
    if (approval.answer && isPayable(turn, approval)) return true;
  const walked = scheduleTurn(turn.config, turn.state, turn.number, turn.open).filter(({ due }) => due);
  if (walked.length === 0) return false;
  if (walked.some(({ agent }) => !agentState(turn.state.staff, agent).starved)) return true;
  const { plans, skipped } = await planVisits(turn, await toolset(), walked, []);
  return plans.length + skipped.length > 0;
}

/** Who is due, and whoever was asked before the turn was cut off. */
function walkIn({ config, state, number, open, sent, walked: known }: Turn): Due[] {
  const walked = known ?? scheduleTurn(config, state, number, open);
  for (const one of walked) one.due ||= sent?.has(one.agent) === true;
  return walked;
}

/** The draft of a visit, after what approved acts of the agent did in this turn. */
function draftOf(decided: readonly Effect[], approved: readonly (Staffing & TaskWork)[], agent: string): Draft {
  const draft = emptyDraft(1 + sentBy(decided, approved, agent), promisedBy(approved, agent), heldIn(decided, agent));
  draft.nextTask += tasksBy(approved, agent);
  return draft;
}

/** The number of messages that approved acts of the agent send in this turn, including those to agents that they hire. */
function sentBy(decided: readonly Effect[], approved: readonly Staffing[], agent: string): number {
  if (decided.length === 0) return 0;
  const first = approved.flatMap(({ by, hires }) => (by === agent ? hires.filter(({ message }) => message) : []));
  return decided.filter((effect) => effect.k === 'sent' && effect.message.from === agent).length + first.length;
}

/** Hires and retirements: first those that people decided and ordered, then those of the visits, in chart order. */
function staffEffects(turn: Turn, approved: readonly Staffing[], visits: readonly Finished[]): Effect[] {
  const { config, state, number } = turn;
  const good = inChartOrder(config, visits, ({ agent }) => agent).filter(({ outcome }) => stands(outcome));
  const staffing = [...approved, ...orderedBy(state), ...good.map(({ agent, draft }) => ({ by: agent, ...draft }))];
  const busy = staffing.some(({ hires, retires }) => hires.length + retires.length > 0);
  return busy ? onChart(turn, (pen) => settleStaff(config, state, number, staffing, pen)) : [];
}

/**
 * Runs at most `width` pieces of work at a time; the results are in the order of the work. After a failure no new work starts;
 * the failure is thrown when all running work has ended.
 */
async function pool<T, R>(work: readonly T[], width: number, run: (one: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(work.length);
  const failures: unknown[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < work.length && failures.length === 0) {
      const i = next++;
      try {
        results[i] = await run(work[i] as T);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, work.length) }, lane));
  if (failures.length) throw failures[0];
  return results;
}
