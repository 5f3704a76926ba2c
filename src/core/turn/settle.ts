/** Puts the effects of all visits into chart order. */
import { copyWith, defined } from '../../schema/copy.ts';
import { unheardNotices, unpaidNotice } from '../approvals/answers.ts';
import { againOf, printApproval } from '../approvals/approval-text.ts';
import { wishOf } from '../approvals/question.ts';
import { growthAfter } from '../mail/growth.ts';
import { creditsOf } from '../mail/notices.ts';
import { debtsOf } from '../mail/owed.ts';
import { keyOf, memoryOwner, readEntry, SHARED } from '../memory/entry.ts';
import { shown } from '../memory/remember.ts';
import { type Config, inChartOrder, peopleOf } from '../model/config.ts';
import { type Content, contentsOf, isSameContent, packContents } from '../model/content.ts';
import type { Effect, Held, VisitEffect, VisitOutcome } from '../model/entry.ts';
import { conflictPath } from '../model/paths.ts';
import type { Approval } from '../model/state/approvals.ts';
import type { Mail } from '../model/state/mail.ts';
import { agentState } from '../model/state/staff.ts';
import type { State } from '../model/state.ts';
import type { Draft, Staging } from '../model/tool.ts';
import { toldPath } from '../model/tool-path.ts';
import type { Finished } from '../model/visit.ts';
import { creditAdvice, visitCost } from '../money/credit-advice.ts';
import { countCredits, leftFor, printCredits, softCapsPassed } from '../money/ledger.ts';
import { priceOf } from '../money/price.ts';
import { doneIn, unfinishedAfter } from '../prompt/unfinished.ts';
import { seatsOf } from '../rights/approvers.ts';
import { mergeTexts } from '../text/merge.ts';
import { FileVersions } from '../tools/file-versions.ts';
import { cutNotices, filesLeft, settledIn, soFar } from './cut.ts';
import { aloneNotices, modelNotices } from './faults.ts';
import { giveUp } from './give-up.ts';
import { roomAdvice } from './limits.ts';

/** Whether the acts of the visit count. */
export function stands(outcome: VisitOutcome): boolean {
  return outcome === 'ok' || outcome === 'cut';
}

/** All effects of a turn in chart order: what is committed. Pure; the order in which visits finished does not matter. */
export function settle(
  config: Config,
  state: State,
  turn: number,
  visits: readonly Finished[],
  written: FileVersions = new FileVersions(),
): Effect[] {
  const effects: Effect[] = [];
  for (const visit of inChartOrder(config, visits, ({ agent }) => agent))
    settleVisit(config, state, turn, visit, effects, written);
  return effects;
}

function settleVisit(
  config: Config,
  state: State,
  turn: number,
  visit: Finished,
  effects: Effect[],
  written: FileVersions,
): void {
  const done: Effect[] = [];
  if (stands(visit.outcome)) settleDraft(config, state, turn, visit.agent, visit.draft, done, written);
  effects.push(visitEffect(config, state, visit), ...done);
  if (visit.outcome === 'skipped') return reportStarved(config, state, visit, effects);
  if (stands(visit.outcome)) effects.push(...aloneNotices(config, turn, visit));
  if (visit.outcome === 'failed') return settleFailure(config, state, turn, visit, effects);
  if (visit.outcome === 'cut') return settleCut(config, state, turn, visit, done, effects);
  if (visit.summary) effects.push({ k: 'summarised' });
}

function visitEffect(config: Config, state: State, visit: Finished): VisitEffect {
  const { draft } = visit;
  const counts = stands(visit.outcome);
  const settled = visit.outcome === 'cut' ? settledIn(draft) : [];
  return {
    k: 'visit',
    agent: visit.agent,
    outcome: visit.outcome,
    ...defined({
      reason: visit.reason,
      detail: visit.detail,
      blame: visit.blame,
      model: visit.model,
      long: visit.long,
      need: visit.need,
      budget: visit.budget,
    }),
    mail: visit.given.map((mail) => mail.id),
    ...(visit.task ? { task: visit.task.id } : {}),
    ...(settled.length ? { settled } : {}),
    ...filesLeft(visit),
    ...debtsOf(config, state, visit),
    sent: counts ? draft.sent.length : 0,
    refused: refusedIn(draft),
    held: counts ? draft.held.length : 0,
    told: visit.told,
    ...(visit.answers.length ? { answers: visit.answers.map(({ id, turn }) => ({ id, turn })) } : {}),
    notes: draft.notes,
    ...(draft.refusals.length ? { refusals: draft.refusals } : {}),
    ...(draft.loaded.length ? { loaded: draft.loaded } : {}),
    ...(draft.uses ? { uses: Object.fromEntries(draft.uses) } : {}),
  };
}

/** How many acts a rule refused, not counting those that wait for a person. */
export function refusedIn({ refusals, stopped }: Draft): number {
  return refusals.length + stopped;
}

/** The staged acts of a visit (or of an approved act) become effects. */
export function settleDraft(
  config: Config,
  state: State,
  turn: number,
  agent: string,
  draft: Draft,
  effects: Effect[],
  written: FileVersions = new FileVersions(),
): void {
  for (const { message, files, held, made, tainted, digest } of draft.sent) {
    effects.push({
      k: 'sent',
      message,
      ...(files.length ? { files } : {}),
      ...(tainted ? { tainted } : {}),
      ...defined({ made }),
      ...(digest && { digest }),
    });
    const length = `The chain of messages is ${message.hops} long; limits.hops is ${config.org.limits.hops}.`;
    if (held) giveUp(config, turn, message, message.to, 'hops', length, effects);
  }
  for (const [path, staging] of draft.wrote)
    effects.push(...settleWrite(config, turn, { agent, draft }, path, staging, written));
  for (const ack of draft.acked) {
    effects.push({ k: 'acked', agent, ...ack });
    effects.push({
      k: 'notice',
      to: ack.author,
      about: 'ack',
      text: `${agent} acknowledged ${ack.id}${ack.reaction ? `: ${ack.reaction}` : ''}`,
    });
  }
  for (const held of draft.held) {
    const priced = copyWith(held, priceOfHeld(config, state, held));
    effects.push({ k: 'held', ...priced, text: printApproval(priced) });
    for (const to of held.contacts) effects.push(askNotice(to, held));
  }
}

/** What the person who is asked is told of money; only when there is something to pay. */
function priceOfHeld(config: Config, state: State, { agent, tool }: Held): Pick<Held, 'price'> {
  const cost = priceOf(config, tool);
  return cost === 0 ? {} : { price: { cost, left: leftFor(config, state, agent) } };
}

/**
 * An approved act that cannot be paid goes on waiting; the people who were asked, the one who answered and the agent are
 * told once.
 */
export function unpaidEffects(
  config: Config,
  state: State,
  held: Held,
  answer: NonNullable<Approval['answer']>,
  cost: number,
): Effect[] {
  const { id, agent, tool, contacts } = held;
  const { by, unpaid } = answer;
  if (unpaid === cost) return [];
  const why = `a use of ${tool} costs ${countCredits(cost)}, which is more than ${agent} may spend now`;
  const text = `${id} is approved, but ${why}. It will be done in the first turn that can pay for it: ${creditAdvice(config, state, agent, cost)}, or lemming deny ${id}`;
  const people = seatsOf(config, [...contacts, by]);
  return [
    { k: 'unpaid', id, cost },
    ...people.map((to): Effect => ({ k: 'notice', to, about: 'credits', text, of: id })),
    unpaidNotice(held, answer, cost),
  ];
}

export function askNotice(to: string, held: Held): Effect {
  const { id, again } = held;
  const text = `${wishOf(held)}. Run lemming approve ${id} or lemming deny ${id}${again ? `. ${againOf(held)}` : ''}`;
  return { k: 'notice', to, about: 'approval', text, of: id };
}

/**
 * Settles a write over what others wrote there in this turn: the same change is applied on top of it, or refused and the
 * agent is told.
 */
function settleWrite(
  config: Config,
  turn: number,
  { agent, draft }: { agent: string; draft: Draft },
  path: string,
  staging: Staging,
  written: FileVersions,
): Effect[] {
  const { was, onto } = staging;
  const write = (to: string, text: string | null, over: string | null): Effect => {
    written.set(to, { text, by: agent });
    return { k: 'wrote', agent, path: to, text, was: over };
  };
  const other = staging.text === null ? null : written.inTheWay(path);
  if (other) return [barred(agent, draft, path, other)];
  const before = written.get(path);
  if (!before) return [write(path, staging.text, was)];
  if (!onto && memoryOwner(path) !== SHARED) {
    if (before.by === agent) return [write(path, staging.text, was)];
    if (before.text === null) return [write(path, staging.text, null)];
    const joined = joinedWith(before.text, staging);
    if (joined !== null) return joined === before.text ? [] : [write(path, joined, before.text)];
    const beside = staging.text === null ? null : freePath(path, turn, written);
    const told = besideNotices(config, { agent, draft, by: before.by }, path, beside);
    return beside === null ? told : [write(beside, staging.text, null), ...told];
  }
  const made = onto?.(before.text);
  if (made) return [write(path, made.text, before.text)];
  const text = conflictText(path, before, staging.text);
  draft.refusals.push({ tool: 'remember', rule: 'version', text });
  return [{ k: 'notice', to: agent, about: 'refused', text }];
}

/** What two agents wrote into a file in one turn, as one text; null when they changed the same place, or the second removes it. */
function joinedWith(before: string, { text, was }: Staging): string | null {
  if (text === null) return null;
  if (text.trimEnd() === before.trimEnd()) return before;
  return was === null ? null : mergeTexts(was, text, before);
}

/** A name beside a file that no other text of the turn has. */
function freePath(path: string, turn: number, written: FileVersions): string {
  for (let n = 1; ; n++) {
    const name = conflictPath(path, n === 1 ? turn : `${turn}-${n}`);
    if (!written.has(name)) return name;
  }
}

/** Tells the agent whose text lies beside the file of another, or whose removal was left undone, and all people. */
function besideNotices(
  config: Config,
  { agent, draft, by }: { agent: string; draft: Draft; by: string },
  path: string,
  beside: string | null,
): Effect[] {
  const file = toldPath(path);
  const end = (whose: string): string =>
    beside === null
      ? ', and the file stays.'
      : ` in the same place: it stands as ${by} wrote it, and ${whose} is ${toldPath(beside)}.`;
  const text = `${by} changed ${file} in the same turn${end('your text')}`;
  draft.refusals.push({ tool: 'write_file', rule: 'conflict', text });
  return [
    { k: 'notice', to: agent, about: 'refused', text },
    ...peopleOf(config).map((to): Effect => {
      return {
        k: 'notice',
        to,
        about: 'edit',
        text: `${agent} and ${by} changed ${file} in one turn${end(`the text of ${agent}`)}`,
      };
    }),
  ];
}

/** Whether a file and a folder have the same name: the first in the chart gets it. */
function barred(agent: string, draft: Draft, path: string, other: { path: string; by: string }): Effect {
  const folder = other.path.length < path.length ? other.path : path;
  const text = `${toldPath(path)} was not written: ${other.by} wrote ${toldPath(other.path)} in the same turn, and ${toldPath(folder)} cannot be a file and a folder.`;
  draft.refusals.push({ tool: 'write_file', rule: 'path', text });
  return { k: 'notice', to: agent, about: 'refused', text };
}

function conflictText(path: string, before: { text: string | null; by: string }, yours: string | null): string {
  const key = keyOf(path);
  const now = before.text === null ? null : readEntry(path, before.text);
  const theirs = now ? `It is at version ${now.version} and says:\n${shown(now.text)}` : 'It was deleted.';
  const mine = yours === null ? '' : `\nYours was:\n${shown(readEntry(path, yours).text)}`;
  return `${key} was not changed: ${before.by} changed it in the same turn. ${theirs}${mine}`;
}

/**
 * Settles a failed visit: its mail stays unread, and what failed too often becomes a dead letter. The agent is told of a
 * failure of the reply.
 */
function settleFailure(config: Config, state: State, turn: number, visit: Finished, effects: Effect[]): void {
  if (visit.blame === 'credits') return reportStarved(config, state, visit, effects);
  if (visit.blame === 'provider' || visit.blame === 'budget') return;
  if (visit.blame === 'config' || visit.blame === 'model') {
    effects.push(...modelNotices(config, state, visit));
    return;
  }
  if (visit.blame === 'refused') return settleRefused(config, turn, visit, effects);
  effects.push({
    k: 'notice',
    to: visit.agent,
    about: 'result',
    text: `Your visit of turn ${turn} failed: ${visit.reason}. None of its actions were done, but changes in your workspace remain.`,
  });
  const stands = soFar([], unfinishedAfter(state, visit, []).done);
  const how = `failed, the last one because of this: ${visit.reason}. ${stands}`;
  buried(config, turn, visit.agent, visit.given, how, effects);
  effects.push(...unheardNotices(config, visit, `failed, the last one because of this: ${visit.reason}`));
}

/** A refused message is given up only when it was given alone, without all that could be left out, and for the last time. */
function settleRefused(config: Config, turn: number, visit: Finished, effects: Effect[]): void {
  effects.push(...unheardNotices(config, visit, `failed, the last one because of this: ${visit.reason}`));
  if (visit.leftOut === undefined) return;
  const how = `failed, the last one because of this: ${visit.reason}. In that visit it was given alone.`;
  buried(config, turn, visit.agent, visit.given, how, effects);
}

/** Makes dead letters of mail whose last attempt this was, and returns it. */
function buried(
  config: Config,
  turn: number,
  agent: string,
  given: readonly Mail[],
  how: string,
  effects: Effect[],
): Mail[] {
  return given.filter((mail) => {
    const attempts = (mail.attempts[agent] ?? 0) + 1;
    if (attempts < config.org.limits.max_attempts) return false;
    giveUp(
      config,
      turn,
      mail,
      [agent],
      'attempts',
      `${attempts} ${attempts === 1 ? 'visit' : 'visits'} with it ${how}`,
      effects,
    );
    return true;
  });
}

/**
 * Settles a cut visit: its mail is given again, its agent is told what it did so far, and whoever wrote the mail is told
 * that it is unfinished. Mail of too many cut visits becomes a dead letter. When credits ran out it waits, and no attempt
 * counts.
 */
function settleCut(
  config: Config,
  state: State,
  turn: number,
  visit: Finished,
  done: readonly Effect[],
  effects: Effect[],
): void {
  const settled = settledIn(visit.draft);
  const open = visit.given.filter(({ id }) => !settled.includes(id));
  const now = doneIn(done, visit.draft);
  const stands = soFar(now, unfinishedAfter(state, visit, now).done);
  const how = `failed or were cut, the last one because ${visit.detail}. ${stands}${roomAdvice(config, visit)}`;
  const { files } = filesLeft(visit);
  const stuck = open.filter((mail) => growthAfter(mail, visit.agent, files) === null);
  const lost = visit.blame ? [] : buried(config, turn, visit.agent, stuck, how, effects);
  const left = open.filter((mail) => !lost.includes(mail));
  const told = visit.blame === 'credits' && agentState(state.staff, visit.agent).starved ? [] : left;
  const notices = cutNotices(config, state, turn, visit, now, told);
  effects.push(...notices);
  if (!visit.blame)
    effects.push(...unheardNotices(config, visit, `failed or were cut, the last one because ${visit.detail}`));
  reportStarved(config, state, visit, effects, notices);
}

/** Reports once that an agent at its hard cap waits for credits. `cut`: notices of this visit that already say so. */
function reportStarved(
  config: Config,
  state: State,
  visit: Finished,
  effects: Effect[],
  cut: readonly { to: string }[] = [],
): void {
  if (visit.blame !== 'credits' || agentState(state.staff, visit.agent).starved) return;
  const { agent, reason = '', need } = visit;
  const why = visit.detail ?? reason.replace(/^no credits: /, '');
  const relief = creditAdvice(config, state, agent, visitCost(config, state, agent, need));
  const text = `${agent} is out of credits: ${why}. Its mail waits: ${relief}`;
  const told = new Set(cut.map(({ to }) => to));
  for (const to of peopleOf(config).filter((name) => !told.has(name)))
    effects.push({ k: 'notice', to, about: 'credits', text, of: creditsOf(visit.agent) });
}

/** Chains two writes of a file in one turn (an approved act, then a visit): the second is based on the first. */
export function chainWrites(effects: Effect[]): Effect[] {
  const written = new Map<string, Content | null>();
  const last = new Map<string, Content | null>();
  return effects.map((effect) => {
    if (effect.k !== 'wrote') return effect;
    const key = `${effect.agent} ${effect.path}`;
    const { text, was } = contentsOf(effect);
    const own = written.get(key);
    const base = own === undefined || isSameContent(last.get(effect.path) ?? null, was) ? was : own;
    written.set(key, text);
    last.set(effect.path, text);
    return copyWith(effect, packContents(text, base));
  });
}

/** Warnings about soft caps that the turn's spending passed. */
export function softWarnings(config: Config, state: State): Effect[] {
  return softCapsPassed(config, state).flatMap(({ scope, spent, soft }) => [
    { k: 'warned' as const, scope },
    ...peopleOf(config).map((to) => ({
      k: 'notice' as const,
      to,
      about: 'credits' as const,
      text: `${scope} has spent ${countCredits(spent)}, and has reached its soft cap of ${printCredits(soft)}`,
    })),
  ]);
}
