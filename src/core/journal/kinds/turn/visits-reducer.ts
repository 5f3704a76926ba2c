/** What the end of a visit does to the state. */
import { copyWith, withEntry } from '../../../../schema/copy.ts';
import { hearAnswers } from '../../../approvals/reducer.ts';
import { forgetShown, noteReader } from '../../../mail/attachments.ts';
import { growthAfter } from '../../../mail/growth.ts';
import { learnAll } from '../../../mail/known.ts';
import { configOf, creditsOf, settleNotices } from '../../../mail/notices.ts';
import { applyDebts } from '../../../mail/owed.ts';
import { deliver } from '../../../mail/reducer.ts';
import { noteAnswered, noteRefusal } from '../../../mail/refusals.ts';
import type { VisitEffect } from '../../../model/entry.ts';
import { touch } from '../../../model/state/staff.ts';
import { isTaintedTask } from '../../../model/state/tasks.ts';
import type { State } from '../../../model/state.ts';
import { doubtOn } from '../../../money/money.ts';
import { addUses } from '../../../rights/policy-end.ts';
import { taint } from '../../../rights/taint.ts';
import { countLoad } from '../../../skills/quota.ts';

/** Longest wait, in turns, after failures of a provider or for credits that nobody grants. */
const MAX_BACKOFF = 32;

/** Applies the end of a visit: the mail that it read is delivered; what failed is counted and waits. */
export function applyVisit(state: State, visit: VisitEffect): void {
  const agent = touch(state.staff, visit.agent);
  const turn = state.clock.turn + 1;
  if (visit.blame === 'credits') agent.need = visit.need ?? 0;
  if (visit.task !== undefined) doubtOn(state, visit.agent, turn, visit.task);
  if (visit.outcome === 'skipped') {
    agent.starved = visit.blame === 'credits';
    agent.lastReason = visit.reason ?? '';
    return;
  }
  for (const id of visit.mail) if (state.mail.waiting.get(id)?.tainted) taint(state, visit.agent, id);
  const task = visit.task === undefined ? undefined : state.tasks.all.get(visit.task);
  if (task && isTaintedTask(state.tasks, task)) taint(state, visit.agent, task.id);
  Object.assign(state.memory.visit, { agent: visit.agent, turn, mail: visit.mail });
  if (visit.uses) addUses(state, visit.uses);
  for (const skill of visit.loaded ?? []) countLoad(state, visit.agent, skill);
  applyDebts(state, visit);
  if (visit.outcome !== 'failed') noteReader(state, visit.agent, visit.mail);
  agent.lastTurn = turn;
  agent.lastOutcome = visit.outcome;
  agent.lastReason = reasonOf(visit);
  if (isAnswered(visit)) noteAnswered(state, visit.agent);
  if (visit.outcome === 'ok') {
    if (agent.failures > 0) settleNotices(state, configOf(visit.agent));
    learnAll(state, visit.agent, visit.mail);
    forgetShown(state, visit.agent, visit.mail);
    deliver(state, visit.agent, visit.mail);
    agent.notices.splice(0, visit.told);
    hearAnswers(state, visit, 'heard');
    agent.failures = 0;
    agent.failedInRow = 0;
    agent.retryAt = 0;
    if (agent.starved) settleNotices(state, creditsOf(visit.agent));
    agent.starved = false;
    return;
  }
  const settled = visit.settled ?? [];
  learnAll(state, visit.agent, settled);
  deliver(state, visit.agent, settled);
  if (visit.outcome === 'cut') agent.failures = 0; // its provider answers
  if (visit.blame === 'budget') return;
  agent.failedInRow++;
  agent.share = visit.outcome === 'cut' ? Math.ceil(visit.mail.length / 2) : 0;
  agent.starved = visit.blame === 'credits'; // else it was called
  if (visit.blame === 'refused' || visit.blame === 'model') noteRefusal(state, visit);
  if (isOfTheService(visit)) agent.retryAt = turn + backOff(++agent.failures);
  else if (visit.blame === 'credits') agent.retryAt = turn + backOff(agent.failedInRow);
  else {
    countAttempts(state, visit, without(visit.mail, settled));
    hearAnswers(state, visit, 'attempt');
  }
}

/** Whether its model replied, so that it takes prompts of that agent. */
function isAnswered({ outcome, blame }: VisitEffect): boolean {
  return outcome === 'ok' || blame === 'reply' || (outcome === 'cut' && blame === undefined);
}

/** Whether it failed whatever its mail said: it is tried again after a pause, and no attempt counts. */
function isOfTheService({ blame }: VisitEffect): boolean {
  return blame === 'provider' || blame === 'config' || blame === 'model';
}

/** Turns to wait after so many failures in a row. */
function backOff(failures: number): number {
  return Math.min(2 ** (failures - 1), MAX_BACKOFF);
}

/** Why it ended as it did, in words. */
function reasonOf({ outcome, reason = '', detail = '' }: VisitEffect): string {
  if (outcome !== 'cut') return reason;
  return reason === 'credits' ? `no credits: ${detail}` : detail;
}

function without(ids: readonly string[], settled: readonly string[]): readonly string[] {
  return ids.filter((id) => !settled.includes(id));
}

function countAttempts(state: State, { agent: name, files }: VisitEffect, ids: readonly string[]): void {
  for (const id of ids) {
    const mail = state.mail.waiting.get(id);
    if (!mail) continue;
    const growth = growthAfter(mail, name, files);
    if (growth) {
      state.mail.waiting.set(id, copyWith(mail, { grown: withEntry(mail.grown ?? {}, name, growth) }));
      continue;
    }
    const { attempts, ...rest } = mail;
    state.mail.waiting.set(id, { attempts: withEntry(attempts, name, (attempts[name] ?? 0) + 1), ...rest });
  }
}
