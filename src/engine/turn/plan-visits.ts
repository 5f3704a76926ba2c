/** Plans the visits of a turn: who is due gets a share of what may be spent, or is told why not. */
import { agentState } from '../../core/model/state/staff.ts';
import type { Task } from '../../core/model/state/tasks.ts';
import type { State } from '../../core/model/state.ts';
import { emptyDraft } from '../../core/model/tool.ts';
import type { Finished } from '../../core/model/visit.ts';
import { modelChooser } from '../../core/money/breaker.ts';
import { shortText } from '../../core/money/credit-advice.ts';
import { type Allowance, allowances, BUDGET, type SpendingLimit, type Want } from '../../core/money/ledger.ts';
import { budgetsOf, budgetWaitText } from '../../core/money/work-budget.ts';
import type { Staffing } from '../../core/staff/settle.ts';
import { workFor } from '../../core/tasks/work.ts';
import type { Toolbox } from '../../core/turn/judge.ts';
import type { Due } from '../../core/turn/schedule.ts';
import type { Resume } from '../../schema/config/resume.ts';
import { copyWith } from '../../schema/copy.ts';
import type { Turn } from '../tools/turn-in-progress.ts';
import { promisedBy } from './decide.ts';
import type { VisitPlan } from './visit.ts';
import { type MadePrompt, promptOfVisit, type VisitCause } from './visit-prompt.ts';

/** Gives everyone who is due an allowance; who has no credits for a first call is skipped. Changes nothing. */
export async function planVisits(
  turn: Turn,
  toolbox: Toolbox,
  walked: readonly Due[],
  approved: readonly Staffing[],
): Promise<{ plans: VisitPlan[]; skipped: Finished[] }> {
  const { config, state, open } = turn;
  const wishes: Wish[] = [];
  const flat = new Map<string, number>();
  const choose = modelChooser(config, state, open.retry === true);
  const prompts: KeptPrompts = { made: new Map(), room: KEPT_CHARS };
  const priced = async (resume: Resume, models: readonly string[], cause: VisitCause): Promise<number> => {
    const key = models.join();
    return (
      flat.get(key) ?? (await needOf(turn, toolbox, prompts, resume, models, cause, (price) => flat.set(key, price)))
    );
  };
  for (const one of walked) {
    if (!one.due) continue;
    const resume = config.agents.get(one.agent) as Resume;
    const models = choose(resume.model);
    const cause = { summary: one.summary, reminder: one.reminder === true };
    const need = await priced(resume, models, cause);
    const task = workFor(state, one.agent, turn.number);
    const want = { agent: one.agent, need, promised: promisedBy(approved, one.agent) };
    wishes.push({ due: one, resume, models, cause, task, want: withBudgets(state, want, task) });
  }
  const skipped: Finished[] = [];
  const short = shortOfWork(wishes, allowances(config, state, wantsOf(wishes), open.budget));
  for (const wish of short) {
    const { due, resume, models, want } = wish;
    const unpaid = { task: wish.task as Task, need: want.need };
    if (due.task) skipped.push(...unpaidVisit(state, resume, unpaid));
    else {
      prompts.made.delete(resume.name);
      wish.cause = copyWith(wish.cause, { unpaid });
      wish.want = copyWith(want, { need: await priced(resume, models, wish.cause), budgets: [] });
    }
  }
  const rest = wishes.filter((wish) => !short.includes(wish) || !wish.due.task);
  const given = givenTo(turn, wantsOf(rest));
  const plans: VisitPlan[] = [];
  for (const { resume, models, cause, want } of rest) {
    const { agent, need } = want;
    const allowance = given.of(agent);
    if ('amount' in allowance)
      plans.push({
        agent,
        resume,
        ...cause,
        models,
        purse: { left: allowance.amount, tries: new Map() },
        need,
        bounded: given.boundBy(want, allowance),
        made: prompts.made.get(agent) ?? null,
      });
    else if (allowance.short.scope === BUDGET) skipped.push(starved(resume, need, allowance.short, 'budget'));
    else if (!agentState(state.staff, agent).starved) skipped.push(starved(resume, need, allowance.short, 'credits'));
  }
  return { plans, skipped };
}

/** A visit that is to be made, if it can be paid. */
interface Wish {
  due: Due;
  resume: Resume;
  models: string[];
  cause: VisitCause;
  task: Task | null;
  want: Want;
}

function wantsOf(wishes: readonly Wish[]): Want[] {
  return wishes.map(({ want }) => want);
}

function withBudgets(state: State, want: Want, task: Task | null): Want {
  const budgets = task ? budgetsOf(state, task) : [];
  return budgets.length > 0 ? copyWith(want, { budgets }) : want;
}

/** Those whose first call the budgets of their work cannot pay. */
function shortOfWork(wishes: readonly Wish[], given: ReadonlyMap<string, Allowance>): Wish[] {
  return wishes.filter(({ want }) => {
    const allowance = given.get(want.agent) as Allowance;
    return 'short' in allowance && want.budgets?.some(({ scope }) => scope === allowance.short.scope) === true;
  });
}

/** Of a visit only for a task: none while others of the turn may still leave enough of its budgets, else it is told why. */
function unpaidVisit(state: State, resume: Resume, unpaid: { task: Task; need: number }): Finished[] {
  const { task, need } = unpaid;
  const short = budgetsOf(state, task).find(({ amount }) => amount < need);
  return short
    ? [
        copyWith(notMade(resume, budgetWaitText(need, short)), {
          task,
          need,
          unpaid,
          blame: 'budget' as const,
          budget: short.scope,
        }),
      ]
    : [];
}

/** The allowances, and what bounds them: without the limit of the run, and without the budgets of the work. */
function givenTo({ config, state, open }: Turn, wants: readonly Want[]) {
  const isOfWork = wants.some(({ budgets }) => budgets !== undefined);
  const given = allowances(config, state, wants, open.budget);
  const unlimited = open.budget === undefined ? given : allowances(config, state, wants);
  const free = isOfWork ? allowances(config, state, wants.map(withoutBudgets)) : unlimited;
  return {
    of: (agent: string) => given.get(agent) as Allowance,
    boundBy: ({ agent, budgets = [] }: Want, { amount }: { amount: number }): string | null => {
      if (!isLess(amount, free.get(agent) as Allowance)) return null;
      if (budgets.length === 0 || isLess(amount, unlimited.get(agent) as Allowance)) return BUDGET;
      return budgets.reduce((low, one) => (one.amount < low.amount ? one : low)).scope;
    },
  };
}

function withoutBudgets(want: Want): Want {
  return copyWith(want, { budgets: [] });
}

/** Whether the allowance would be larger, or another visit would take it all. */
function isLess(amount: number, other: Allowance): boolean {
  return 'short' in other || amount < other.amount;
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
  cause: VisitCause,
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
  return copyWith(notMade(resume, `no credits: ${shortText(need, short)}`), { blame, need });
}

function notMade(resume: Resume, reason: string): Finished {
  return {
    agent: resume.name,
    resume,
    outcome: 'skipped',
    reason,
    given: [],
    told: 0,
    answers: [],
    draft: emptyDraft(),
    summary: false,
  };
}
