/** Makes one turn from the snapshot to its effects. */
import { archiveMoves } from '../../core/journal/files.ts';
import { keepOnce } from '../../core/mail/attachments.ts';
import { judgeRefusals } from '../../core/mail/refusals.ts';
import { archiveOverQuota } from '../../core/memory/quota.ts';
import { inChartOrder } from '../../core/model/config.ts';
import type { Effect } from '../../core/model/entry.ts';
import { agentState } from '../../core/model/state/staff.ts';
import { type Draft, emptyDraft } from '../../core/model/tool.ts';
import type { Finished } from '../../core/model/visit.ts';
import { modelChooser } from '../../core/money/breaker.ts';
import { shortText } from '../../core/money/credit-advice.ts';
import { type Allowance, allowances, BUDGET, type SpendingLimit, type Want } from '../../core/money/ledger.ts';
import { orderedBy, type Staffing, settleStaff } from '../../core/staff/settle.ts';
import { settleTasks, type TaskWork } from '../../core/tasks/settle.ts';
import { FileVersions } from '../../core/tools/file-versions.ts';
import type { Toolbox } from '../../core/turn/judge.ts';
import { type Due, scheduleTurn } from '../../core/turn/schedule.ts';
import { chainWrites, settle, softWarnings, stands } from '../../core/turn/settle.ts';
import { undoFiles } from '../../core/undo/undo.ts';
import type { Resume } from '../../schema/config/resume.ts';
import type { Turn } from '../tools/turn-in-progress.ts';
import { onChart } from './chart-editor.ts';
import { decide, heldIn, isPayable, promisedBy, tasksBy } from './decide.ts';
import { type VisitPlan, visit } from './visit.ts';
import { type MadePrompt, promptOfVisit } from './visit-prompt.ts';

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
 * Whether the turn would call anyone, do what was approved, or tell people who cannot be paid. The snapshot is that of the
 * turn; nothing is changed.
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

/** Gives everyone who is due an allowance; who has no credits for a first call is skipped. Changes nothing. */
export async function planVisits(
  turn: Turn,
  toolbox: Toolbox,
  walked: readonly Due[],
  approved: readonly Staffing[],
): Promise<{ plans: VisitPlan[]; skipped: Finished[] }> {
  const due = walked
    .filter((one) => one.due)
    .map((one) => ({ due: one, resume: turn.config.agents.get(one.agent) as Resume }));
  const wants: Want[] = [];
  const flat = new Map<string, number>();
  const choose = modelChooser(turn.config, turn.state, turn.open.retry === true);
  const chosen = new Map<string, string[]>();
  const prompts: KeptPrompts = { made: new Map(), room: KEPT_CHARS };
  for (const { due: one, resume } of due) {
    const models = choose(resume.model);
    const key = models.join();
    const need =
      flat.get(key) ??
      (await needOf(turn, toolbox, prompts, resume, models, causeOf(one), (price) => flat.set(key, price)));
    chosen.set(one.agent, models);
    wants.push({ agent: one.agent, need, promised: promisedBy(approved, one.agent) });
  }
  const given = allowances(turn.config, turn.state, wants, turn.open.budget);
  const unbounded = turn.open.budget === undefined ? given : allowances(turn.config, turn.state, wants);
  const needs = new Map(wants.map(({ agent, need }) => [agent, need]));
  const plans: VisitPlan[] = [];
  const skipped: Finished[] = [];
  for (const { due: one, resume } of due) {
    const allowance = given.get(one.agent) as Allowance;
    if ('amount' in allowance)
      plans.push({
        agent: one.agent,
        resume,
        ...causeOf(one),
        models: chosen.get(one.agent) as string[],
        purse: { left: allowance.amount, tries: new Map() },
        need: needs.get(one.agent) as number,
        bounded: isBounded(allowance, unbounded.get(one.agent) as Allowance),
        made: prompts.made.get(one.agent) ?? null,
      });
    else if (allowance.short.scope === BUDGET)
      skipped.push(starved(resume, needs.get(one.agent) as number, allowance.short, 'budget'));
    else if (!agentState(turn.state.staff, one.agent).starved)
      skipped.push(starved(resume, needs.get(one.agent) as number, allowance.short, 'credits'));
  }
  return { plans, skipped };
}

/** Why a visit is made, besides mail. */
function causeOf({ summary, reminder }: Due): Pick<VisitPlan, 'summary' | 'reminder'> {
  return { summary, reminder: reminder === true };
}

/** Whether the limit of the run is what ends first: without it the allowance is larger, or another visit would take it all. */
function isBounded(given: { amount: number }, unbounded: Allowance): boolean {
  return 'short' in unbounded || given.amount < unbounded.amount;
}

/** Prompts are kept from their price to their visit, up to so many characters in all; further ones are made again. */
const KEPT_CHARS = 4_000_000;

/** Prompts by agent, and the characters that may be added. */
interface KeptPrompts {
  made: Map<string, MadePrompt>;
  room: number;
}

function keepPrompt(prompts: KeptPrompts, agent: string, made: MadePrompt): void {
  for (const part of made.brief.prompt.parts) prompts.room -= part.text.length;
  if (prompts.room >= 0) prompts.made.set(agent, made);
}

/** The worst case of a first call. `prompts`: takes the prompt. `isFlat` is told when it is the same for every prompt. */
async function needOf(
  turn: Turn,
  toolbox: Toolbox,
  prompts: KeptPrompts,
  resume: Resume,
  models: readonly string[],
  cause: Pick<VisitPlan, 'summary' | 'reminder'>,
  isFlat: (price: number) => void,
): Promise<number> {
  let prompted = false;
  const need = await turn.calls.need(turn.config, models, () => {
    prompted = true;
    const made = promptOfVisit(turn, toolbox, resume, cause);
    keepPrompt(prompts, resume.name, made);
    return made.brief.prompt;
  });
  if (!prompted) isFlat(need);
  return need;
}

function starved(resume: Resume, need: number, short: SpendingLimit, blame: 'credits' | 'budget'): Finished {
  return {
    agent: resume.name,
    resume,
    outcome: 'skipped',
    reason: `no credits: ${shortText(need, short)}`,
    blame,
    need,
    given: [],
    told: 0,
    answers: [],
    draft: emptyDraft(),
    summary: false,
  };
}

/** The draft of a visit, after what approved acts of the agent did in this turn. */
function draftOf(decided: readonly Effect[], approved: readonly (Staffing & TaskWork)[], agent: string): Draft {
  const draft = emptyDraft(1 + sentBy(decided, approved, agent), promisedBy(approved, agent), heldIn(decided, agent));
  draft.nextTask += tasksBy(approved, agent);
  return draft;
}

/** Messages that approved acts of the agent send in this turn, those to agents that they hire as well. */
function sentBy(decided: readonly Effect[], approved: readonly Staffing[], agent: string): number {
  if (decided.length === 0) return 0;
  const first = approved.flatMap(({ by, hires }) => (by === agent ? hires.filter(({ message }) => message) : []));
  return decided.filter((effect) => effect.k === 'sent' && effect.message.from === agent).length + first.length;
}

/** Agents that come and go: as people decided and ordered, then as the visits have it, in chart order. */
function staffEffects(turn: Turn, approved: readonly Staffing[], visits: readonly Finished[]): Effect[] {
  const { config, state, number } = turn;
  const good = inChartOrder(config, visits, ({ agent }) => agent).filter(({ outcome }) => stands(outcome));
  const staffing = [...approved, ...orderedBy(state), ...good.map(({ agent, draft }) => ({ by: agent, ...draft }))];
  const busy = staffing.some(({ hires, retires }) => hires.length + retires.length > 0);
  return busy ? onChart(turn, (pen) => settleStaff(config, state, number, staffing, pen)) : [];
}

/** Runs the work with so many at a time; the results stand in the order of the work. After a failure no new work starts, and it is thrown when all that runs has ended. */
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
