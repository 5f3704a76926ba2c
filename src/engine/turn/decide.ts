/** Judges held acts that people answered. */

import { answerNotice, isSaid, saidText } from '../../core/approvals/answers.ts';
import { heldOf } from '../../core/approvals/approval.ts';
import { printApproval } from '../../core/approvals/approval-text.ts';
import { heldText } from '../../core/journal/texts-rules-1.ts';
import type { Json } from '../../core/model/call.ts';
import type { Effect, Held } from '../../core/model/entry.ts';
import { textHash } from '../../core/model/hash.ts';
import type { Approval } from '../../core/model/state/approvals.ts';
import { PROPOSES } from '../../core/model/state/tasks.ts';
import { emptyDraft } from '../../core/model/tool.ts';
import { allowances } from '../../core/money/ledger.ts';
import { priceOf } from '../../core/money/price.ts';
import type { Staffing } from '../../core/staff/settle.ts';
import type { TaskWork } from '../../core/tasks/settle.ts';
import type { FileVersions } from '../../core/tools/file-versions.ts';
import { judge, type Toolbox } from '../../core/turn/judge.ts';
import { settleDraft, unpaidEffects } from '../../core/turn/settle.ts';
import { bytesHash } from '../../disk/fs/materialise.ts';
import { copyWith, defined } from '../../schema/copy.ts';
import { bytesAt } from '../tools/tool-context.ts';
import type { Turn } from '../tools/turn-in-progress.ts';
import { doAct } from '../tools/use.ts';
import { actContextOf, bytesOf } from './visit.ts';

/**
 * Judges held acts that people answered, and does the approved ones once, in this turn. `staffing` collects whom they hire and
 * retire.
 */
export async function decide(
  turn: Turn,
  toolbox: Toolbox,
  written: FileVersions,
  staffing: (Staffing & TaskWork)[],
): Promise<Effect[]> {
  const effects: Effect[] = [];
  const next = new Map<string, number>();
  const chain: Chain = new Map();
  let nth = 1;
  for (const approval of turn.state.approvals.pending.values()) {
    const { id, agent, answer } = approval;
    if (!answer) continue;
    const draft = emptyDraft(next.get(agent) ?? 1, promisedBy(staffing, agent), heldIn(effects, agent));
    draft.doing = id;
    draft.nextTask += tasksBy(staffing, agent);
    const { by, note, said, edited, hash } = answer;
    const decision = answer.decision === 'approve' ? 'approved' : 'denied';
    const { text: asked, ...held } = heldOf(approval);
    const outcome = isSaid(turn.config, approval, answer)
      ? saidText(held, answer)
      : await doApproved(turn, toolbox, inForm(held, edited), draft, nth, { written, chain });
    if (typeof outcome === 'object') {
      effects.push(...unpaidEffects(turn.config, turn.state, approval, answer, outcome.unpaid));
      continue;
    }
    nth++;
    const decided: Effect = {
      k: 'decided',
      id,
      decision,
      by,
      note,
      ...defined({ said }),
      outcome,
      ...(decision === 'approved' && isUndone(held, draft) && { undone: true as const }),
      held,
      hash: hash ?? textHash(asked ?? heldText(held)),
      text: printApproval(held, { decision: answer.decision, by, note, said, edited, outcome }),
    };
    // The record of a skill that is held again removes the files that then wait again.
    if (draft.held.length > 0) effects.push(decided);
    settleDraft(turn.config, turn.state, turn.number, agent, draft, effects, written);
    next.set(agent, draft.nextMessage);
    staffing.push({ by: agent, hires: draft.hires, retires: draft.retires, tasks: draft.tasks });
    if (draft.held.length === 0) effects.push(decided);
    if ((answer.told && answer.unpaid === undefined) || held.run !== undefined) continue;
    if (decision === 'approved' && note === '' && edited === undefined && comesBack(held, draft)) continue;
    effects.push(answerNotice(held, answer, outcome));
  }
  return effects;
}

/** Whether it is a plan whose goal became a task of whoever proposed it: it hears of the plan when all of it has ended. */
function comesBack({ tool, agent }: Held, { tasks }: ReturnType<typeof emptyDraft>): boolean {
  return (
    tool === PROPOSES && tasks.some((act) => 'task' in act && act.task.parent === null && act.task.assignee === agent)
  );
}

/** Whether it is a plan that was not carried out: it would have made or changed tasks. */
function isUndone({ tool }: Held, { tasks }: ReturnType<typeof emptyDraft>): boolean {
  return tool === PROPOSES && tasks.length === 0;
}

/** A plan may be approved in another form than the one that was proposed, as things stand now; everything else is done as it was shown. */
function inForm(held: Held, edited: Json | undefined): Held {
  if (edited === undefined || held.tool !== PROPOSES) return held;
  const { covers: _, ...rest } = held;
  return copyWith(rest, { input: edited });
}

/** Acts of an agent that are held again. */
export function heldIn(effects: readonly Effect[], agent: string): Held[] {
  return effects.filter((effect) => effect.k === 'held').filter((held) => held.agent === agent);
}

/** How many tasks acts of an agent have made that were approved for this turn. */
export function tasksBy(staffing: readonly TaskWork[], agent: string): number {
  return staffing.flatMap(({ by, tasks }) => (by === agent ? tasks.filter((act) => 'task' in act) : [])).length;
}

/** Micro-credits that hires take from an agent. */
export function promisedBy(staffing: readonly Staffing[], agent: string): number {
  const hires = staffing.flatMap(({ by, hires }) => (by === agent ? hires : []));
  return hires.reduce((sum, { credits }) => sum + credits, 0);
}

/**
 * The outcome of the act, or its cost if that cannot be paid now. It is call 0 of the agent's turn, which gives it a name of
 * its own in the journal.
 */
async function doApproved(
  turn: Turn,
  toolbox: Toolbox,
  held: Held,
  draft: ReturnType<typeof emptyDraft>,
  nth: number,
  { written, chain }: { written: FileVersions; chain: Chain },
): Promise<string | { unpaid: number }> {
  const { id, agent, tool, input, cause } = held;
  const approved = chained(held, chain);
  const resume = turn.config.agents.get(agent);
  if (!resume) return `The agent ${agent} no longer exists.`;
  if (approved.was !== undefined) draft.known.add(approved.was);
  const scene = actContextOf(turn, resume, cause, draft, { approved, left: written });
  const call = { id, tool, input };
  const cost = priceOf(turn.config, tool);
  const payable = canPay(turn, agent, cost, draft.promised);
  const key = { turn: turn.number, agent, n: 0, act: nth };
  const begun = turn.recorded.announced(key) !== undefined && 'begun';
  const verdict = judge(toolbox, scene, call, begun || true, () => payable);
  if (!payable && verdict.is === 'refused' && verdict.rule === 'credits') return { unpaid: cost };
  const { text } = await doAct(turn, resume, scene, verdict, call, key);
  if (draft.held.length === 0) noteChain(turn, held, draft, chain);
  return text;
}

/**
 * An agent's own file → what the acts approved for this turn made of it, and the version that the first of them was shown over.
 * Whoever approved both saw both.
 */
type Chain = Map<string, { over: string; made: string }>;

function chained(held: Held, chain: Chain): Held {
  if (held.covers === undefined) return held;
  const covers = Object.entries(held.covers).map(([name, hash]): [string, string] => {
    const link = chain.get(name);
    return [name, link?.over === hash ? link.made : hash];
  });
  return copyWith(held, { covers: Object.fromEntries(covers) });
}

function noteChain(turn: Turn, { covers = {} }: Held, draft: ReturnType<typeof emptyDraft>, chain: Chain): void {
  for (const [path, hash] of Object.entries(covers)) {
    if (!/^agents\/[^/]+\/(workspace|memory)\//.test(path)) continue;
    const staged = draft.wrote.get(path);
    if (!staged && !draft.touched.has(path)) continue;
    const made = staged ? bytesOf(staged.text) : bytesAt(turn.ports.disk, path);
    chain.set(path, { over: chain.get(path)?.over ?? hash, made: typeof made === 'string' ? made : bytesHash(made) });
  }
}

/** Whether an answered act can be done now; one that was approved may have to wait for credits. */
export function isPayable(turn: Turn, { agent, tool, answer }: Approval): boolean {
  return answer?.unpaid === undefined || canPay(turn, agent, priceOf(turn.config, tool), 0);
}

/** Nobody has an allowance yet, so the limits must leave enough for this act as if it were the first. */
function canPay({ config, state, open }: Turn, agent: string, need: number, promised: number): boolean {
  const allowance = allowances(config, state, [{ agent, need, promised }], open.budget).get(agent);
  return allowance !== undefined && 'amount' in allowance;
}
