import { answer, answerInFile, ask, escalate, leaveUnpaid } from '../approvals/reducer.ts';
import { creditsOf, forgetNotices, notify, settleNotices } from '../mail/notices.ts';
import { addDrop, addMail, editMail, forgetThreads, takeBack, withdraw } from '../mail/reducer.ts';
import type { Effect, Entry } from '../model/entry.ts';
import { type State, touch } from '../model/state.ts';
import { settleBreakers } from '../money/breaker.ts';
import { applyCall, applyUse, putInDoubt, spendingOf, utcDay } from '../money/money.ts';
import { noteDenial } from '../rights/denied.ts';
import { taint } from '../rights/taint.ts';
import { comeBack, defer, leave } from '../staff/absence.ts';
import { bury, revive, setAside, setUnplaced } from './dead-letters-reducer.ts';
import { countEdit, moveFile, noteFiles, setFile, setWritten } from './files-reducer.ts';
import { applyRequest } from './requests-reducer.ts';
import { hire, retire } from './staff-reducer.ts';
import { applyVisit } from './visits-reducer.ts';

/**
 * Folds one journal line into the state, in place. Total: every line of a valid journal applies. The same lines in the
 * same order always give the same state; nothing else changes one.
 */
export function apply(state: State, entry: Entry): void {
  switch (entry.k) {
    case 'open':
      state.turn = entry.turn - 1; // those that passed are over, too
      state.time = entry.time;
      beginDay(state, utcDay(entry.time));
      state.open.clear();
      state.tries.clear();
      state.paid = [];
      return;
    case 'file':
      countEdit(state, entry.path, entry.text);
      if (entry.path === 'org/credits.yaml') wakeStarved(state);
      return setFile(state, entry.path, entry.text);
    case 'drop':
      return addDrop(state, entry);
    case 'aside':
      return setAside(state, entry);
    case 'unplaced':
      return setUnplaced(state, entry);
    case 'deferred':
      return defer(state, entry);
    case 'caught-up':
      state.deferred.delete(entry.agent);
      return;
    case 'absent':
      return leave(state, entry);
    case 'back':
      return comeBack(state, entry.agent);
    case 'mail':
      return editMail(state, entry);
    case 'mail-gone':
      return withdraw(state, entry.id);
    case 'request':
      return applyRequest(state, entry);
    case 'revived':
      return revive(state, entry.id, entry.message, entry.to);
    case 'lost':
      state.revive.delete(entry.id);
      return;
    case 'used':
      if (entry.tainted) taint(state, entry.agent, `call ${entry.turn}.${entry.agent}.${entry.n}`);
      return noteFiles(state, entry);
    case 'answer':
      return answerInFile(state, entry);
    case 'escalated':
      return escalate(state, entry);
    case 'lapsed':
      return answer(state, entry.id, { decision: entry.decision, by: 'nobody', note: entry.note });
    case 'trusted':
      state.trusted = new Map(Object.entries(entry.tools));
      return;
    case 'undo':
      state.undo.shift();
      state.undoing.push(entry);
      return;
    case 'sweep':
      for (const id of entry.ids ?? []) state.archive.delete(id);
      return;
    case 'use':
      return applyUse(state, entry);
    case 'done':
    case 'synced':
    case 'redacted':
      return;
    case 'blob':
      if (!state.blobs.has(entry.hash)) state.blobs.set(entry.hash, 1);
      return;
    case 'intent':
    case 'reply':
    case 'failed':
      return applyCall(state, entry);
    case 'recovered':
      for (const key of entry.doubt) putInDoubt(state, key);
      return;
    case 'commit':
      return closeTurn(state, entry.turn);
    default:
      return applyEffect(state, entry);
  }
}

/** Folds an effect; `visit` and `sent` come first because they are almost all there is. */
function applyEffect(state: State, effect: Effect): void {
  switch (effect.k) {
    case 'visit':
      return applyVisit(state, effect);
    case 'sent':
      return addMail(state, effect.message, effect.made);
    case 'wrote':
      return setWritten(state, effect);
    case 'acked':
      return;
    case 'dead':
      return bury(state, effect);
    case 'notice':
      return notify(state, effect.to, effect.about, effect.text, effect);
    case 'held':
      return ask(state, effect);
    case 'decided':
      state.approvals.delete(effect.id);
      noteDenial(state, effect);
      return;
    case 'unpaid':
      return leaveUnpaid(state, effect);
    case 'moved':
      return moveFile(state, effect.from, effect.to);
    case 'hired':
      return hire(state, effect);
    case 'retired':
      return retire(state, effect);
    case 'withdrawn':
      return takeBack(state, effect.id, effect.to);
    case 'undone':
      return;
    case 'summarised':
      state.summaryTurn = state.turn + 1;
      return;
    case 'warned':
      return markWarned(state, effect.scope);
  }
}

/** What could not be paid may be now: everybody who waits for credits is looked at again. */
function wakeStarved(state: State): void {
  for (const [name, agent] of state.agents) {
    if (!agent.starved) continue;
    settleNotices(state, creditsOf(name));
    agent.starved = false;
    agent.retryAt = 0;
  }
}

function beginDay(state: State, day: string): void {
  if (day !== state.day) state.loads.clear();
  state.day = day;
}

function markWarned(state: State, scope: string): void {
  if (scope === 'org') state.org.warned = true;
  else if (scope.startsWith('@')) spendingOf(state.units, scope.slice(1)).warned = true;
  else touch(state, scope).warned = true;
}

function closeTurn(state: State, turn: number): void {
  state.turn = turn;
  state.orders = [];
  state.open.clear();
  state.paid = [];
  state.undoing = [];
  settleBreakers(state);
  forgetNotices(state);
  forgetThreads(state);
}
