/** Carries over from a cut visit to the next one: what was done, what was not, and what the agent is told of both. Pure. */

import type { Resume } from '../../schema/config/resume.ts';
import { cut } from '../../schema/print.ts';
import { isSameWork } from '../mail/notices.ts';
import { keyOf, memoryOwner } from '../memory/entry.ts';
import type { Config } from '../model/config.ts';
import { stepsOf } from '../model/config.ts';
import type { DoneSoFar, Effect, Unfinished } from '../model/entry.ts';
import type { Mail } from '../model/state/mail.ts';
import { agentState } from '../model/state/staff.ts';
import type { State } from '../model/state.ts';
import type { Draft } from '../model/tool.ts';
import { toldPath } from '../model/tool-path.ts';
import type { Finished } from '../model/visit.ts';
import { grants } from '../rights/permit.ts';
import { droppedText } from './dropped-calls.ts';

/** Things of one kind that are named and kept at most. */
const NAMED = 20;
/** Characters of the last note. */
const NOTE_CHARS = 200;

/** What the visit did that stands. Paths are those of the org. */
export function doneIn(effects: readonly Effect[], { touched, hires, retires }: Draft): DoneSoFar {
  const files = [...touched].map(([path, how]) => ({ path, how }));
  const wrote = effects.flatMap((effect) =>
    effect.k === 'wrote' ? [{ path: effect.path, how: effect.text === null ? 'removed' : 'wrote' }] : [],
  );
  const changed = (wanted: string): string[] =>
    [...wrote, ...files].filter(({ how }) => how === wanted).map(({ path }) => path);
  return [
    sorted(
      'sent',
      effects.flatMap((effect) => (effect.k === 'sent' ? [`${effect.message.id} to ${named(effect.message.to)}`] : [])),
    ),
    sorted('wrote', changed('wrote')),
    sorted('changed', changed('changed')),
    sorted('removed', changed('removed')),
    sorted(
      'acknowledged',
      effects.flatMap((effect) => (effect.k === 'acked' ? [effect.id] : [])),
    ),
    sorted(
      'asked a person for',
      effects.flatMap((effect) => (effect.k === 'held' ? [`${effect.id} (${effect.tool})`] : [])),
    ),
    sorted(
      'hired',
      hires.map(({ agent }) => agent),
    ),
    sorted('retired', retires),
  ].filter(({ things }) => things.length > 0);
}

function sorted(verb: string, all: readonly string[], isMore = false): DoneSoFar[number] {
  const things = [...new Set(all)];
  const more = isMore || things.length > NAMED;
  return { verb, things: things.slice(0, NAMED), ...(more && { more: true as const }) };
}

/** The first of many things, and that there are more. */
export function named(things: readonly string[], more = things.length > NAMED): string {
  return `${things.slice(0, NAMED).join(', ')}${more ? ' and more' : ''}`;
}

/** What was done, in words: `wrote x, y; hired kid`. `name`: how to name a path. */
export function printDone(done: DoneSoFar, name: (path: string) => string = (path) => path): string {
  return done.map(({ verb, things, more }) => `${verb} ${named(things.map(name), more)}`).join('; ');
}

/** Joins what earlier visits and this one did. Of each file, only the last change counts. */
function addDone(before: DoneSoFar, now: DoneSoFar): DoneSoFar {
  const verbs = new Set([...before, ...now].map(({ verb }) => verb));
  const fate = now.flatMap(({ verb, things }) => (FATES.has(verb) ? things : []));
  return [...verbs]
    .map((verb) => {
      const [old, fresh] = [before, now].map((done) => done.find((one) => one.verb === verb));
      const kept = (old?.things ?? []).filter((thing) => !FATES.has(verb) || !fate.includes(thing));
      return sorted(verb, [...kept, ...(fresh?.things ?? [])], old?.more ?? fresh?.more ?? false);
    })
    .filter(({ things }) => things.length > 0);
}
/** The possible fates of a file. */
const FATES = new Set(['wrote', 'changed', 'removed']);

/** What is unfinished after this visit, with what earlier visits left of the same mail. */
export function unfinishedAfter(
  state: State,
  { agent, given }: Pick<Finished, 'agent' | 'given'>,
  now: DoneSoFar,
): Unfinished {
  let sum: Unfinished = { mail: [], done: [] };
  const ids = given.map(({ id }) => id);
  for (const { left } of agentState(state.staff, agent).notices)
    if (left && isSameWork(left.mail, ids))
      sum = { mail: [...sum.mail, ...left.mail], done: addDone(sum.done, left.done) };
  return { mail: [...new Set([...sum.mail, ...ids])], done: addDone(sum.done, now) };
}

/** Tells the agent about its cut visit. */
export function cutText(config: Config, visit: Finished, { done }: Unfinished): string {
  const acts = done.filter(({ verb }) => verb !== 'sent');
  const sent = done.filter(({ verb }) => verb === 'sent');
  const isDoubtful = acts.some(({ verb }) => verb === 'changed') && grants(visit.resume, 'read_file') !== null;
  const note = visit.draft.notes.at(-1);
  return [
    endText(config, visit),
    acts.length ? `Done so far: you ${printDone(acts, toldName)}.` : 'Nothing is done so far.',
    isDoubtful ? 'Read what you changed before you say that it is done.' : '',
    sent.length ? `You ${printDone(sent)}.` : 'You sent no message.',
    droppedText(visit.draft),
    note === undefined ? '' : `Your last note: ${JSON.stringify(cut(note, NOTE_CHARS))}`,
  ]
    .filter(Boolean)
    .join(' ');
}

/** Why a visit was cut whose conversation outgrew the model. */
export const TOO_MUCH = 'what it read became longer than its model takes';

/** Why the visit ended, in words for a model. */
function endText(config: Config, { reason, blame, budget, detail = '', resume }: Finished): string {
  if (budget !== undefined)
    return `Your last visit was cut short, because the budget of ${budget} could not pay for your next reply.`;
  if (blame === 'budget') return 'Your last visit was cut short, because the run had reached its cost limit.';
  if (reason === 'credits')
    return 'Your last visit was cut short, because you had run out of credits. You have some again; keep it short.';
  if (detail === TOO_MUCH)
    return 'Your last visit was cut short: what you had read in it became too long for your model. Read less at a time.';
  if (reason === 'tokens') {
    const most = /\bcut at (\d+) tokens$/.exec(detail)?.[1];
    return `Your last reply was longer than ${most === undefined ? 'it may be' : `the ${most} tokens it may have`}, and was not used. ${shorterText(resume)}`;
  }
  const steps = stepsOf(config, resume);
  const used = steps === 1 ? 'your only reply was used up' : `your ${steps} replies were used up`;
  return `Your last visit was cut short: ${reason === 'steps' ? used : detail.replace(/^it called /, 'you called ')}.`;
}

/** How a reply that was too long can be shortened with the tools of its agent. */
function shorterText(resume: Resume): string {
  if (grants(resume, 'write_file') === null) return 'Reply shorter.';
  return grants(resume, 'edit_file') === null
    ? 'Do less in each reply: write one file, or the messages about one mail.'
    : 'Do less in each reply: write one file, or the messages about one mail. Of a long file write only the beginning, then add to it in the next replies with edit_file: replace its last line by that line and what follows.';
}

/** A path of the org as the tools of its agent name it. */
export function toldName(path: string): string {
  return memoryOwner(path) === null ? toldPath(path) : `your memory ${JSON.stringify(keyOf(path))}`;
}

/** What the prompt says about mail that was unfinished before; empty when it was not. */
export function againText(config: Config, state: State, resume: Resume, given: readonly Mail[]): string {
  const left = new Set(agentState(state.staff, resume.name).notices.flatMap(({ left }) => left?.mail ?? []));
  const same = given.filter(({ id }) => left.has(id));
  if (same.length === 0) return '';
  const which =
    same.length < given.length
      ? `You have already had ${same.map(({ id }) => id).join(', ')} of the mail below`
      : `The mail below is the same ${same.length === 1 ? 'one' : 'as then'}`;
  const attempt = Math.max(...same.map(({ attempts }) => attempts[resume.name] ?? 0)) + 1;
  const steps = stepsOf(config, resume);
  return `${which}: do only what is missing, then answer. You have ${steps} ${steps === 1 ? 'reply' : 'replies'}; one reply may contain several tool calls. This is attempt ${attempt} of ${config.org.limits.max_attempts}.`;
}
