/** Tells an agent where it stands: the time, its credits and files, what waits for whom, and what it did last. Pure. */

import type { Resume } from '../../schema/config/resume.ts';
import { cut } from '../../schema/print.ts';
import { memoryOwner } from '../memory/entry.ts';
import { inputFields } from '../model/call.ts';
import { type Config, nextVisit } from '../model/config.ts';
import type { Held } from '../model/entry.ts';
import type { PastAct } from '../model/state/acts.ts';
import type { Tree, TreeEntry } from '../model/state/files.ts';
import { agentState } from '../model/state/staff.ts';
import type { State } from '../model/state.ts';
import { toldPath } from '../model/tool-path.ts';
import { balanceOf, countCredits } from '../money/ledger.ts';
import { grants } from '../rights/permit.ts';
import { neighboursOf } from '../staff/neighbours.ts';
import { callName } from '../text/call-name.ts';
import { quoteUntrusted } from '../text/untrusted.ts';
import { toldName } from './unfinished.ts';

/** Characters of a name, a subject or a question, and of the list of files; held acts, granted paths and things that are named. */
const NAME_CHARS = 80;
export const QUOTED_CHARS = 120;
const FILES_CHARS = 600;
const NAMED = 8;

/** The head of the changing part of a prompt. It is made from the journal alone: nothing is looked at anew. */
export function environment(config: Config, state: State, resume: Resume, turn: number): string {
  const { name } = resume;
  const lines = [
    isCached(config, resume)
      ? `Turn ${turn}.`
      : `Turn ${turn}, ${printTime(state.clock.time)}.${creditsLeft(config, state, name)}`,
    printFiles(state.files.trees.get(name)),
    printShared(resume),
    printPending(state, name),
    printOwed(config, state, name),
    printAway(config, state, name),
    printActs(config, state, name, turn),
  ];
  return `${lines.filter((line) => line !== '').join('\n')}\n`;
}

/**
 * Replies of its model are reused where the same is asked again. Such an agent is told neither the time nor what it cost,
 * which differ between two runs of one experiment.
 */
export function isCached({ models }: Config, { model }: Pick<Resume, 'model'>): boolean {
  return models.get(model[0] as string)?.cache !== undefined;
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** `22 November 2026, 20:41 UTC`. */
function printTime(time: number): string {
  const at = new Date(time);
  const clock = [at.getUTCHours(), at.getUTCMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}, ${clock} UTC`;
}

/** Nothing for an agent that was never granted any: its calls cost nothing. */
function creditsLeft(config: Config, state: State, agent: string): string {
  const { granted, left } = balanceOf(config, state, agent);
  return granted > 0 ? ` ${countCredits(rounded(left))} left.` : '';
}

/** Down to a hundredth of a credit; a smaller amount stays as it is. */
function rounded(micro: number): number {
  return micro < HUNDREDTH ? micro : micro - (micro % HUNDREDTH);
}
const HUNDREDTH = 10_000;

function printFiles(tree: Tree | undefined): string {
  if (!tree) return '';
  const shown: string[] = [];
  let room = FILES_CHARS;
  for (const entry of tree.entries) {
    const text = printEntry(entry);
    room -= text.length;
    if (room < 0) break;
    shown.push(text);
  }
  const isMore = tree.more || shown.length < tree.entries.length;
  return `Your files: ${shown.join(', ')}${isMore ? ' and more' : ''}.`;
}

function printEntry({ name, files, more }: TreeEntry): string {
  if (files === undefined) return plain(name);
  const folder = plain(`${name}/`);
  if (files === 0 && more) return folder;
  return `${folder} (${more ? 'more than ' : ''}${files} ${files === 1 ? 'file' : 'files'})`;
}

/** A name that others chose: quoted when it could be taken for words of the prompt. */
export function plain(name: string): string {
  const short = cut(name, NAME_CHARS);
  return /^[\w./-]+$/.test(short) ? short : quoteUntrusted(short);
}

/** Tools that run programs in the workspace. */
const PROGRAMS = ['shell', 'run_python'];

function hasOne(resume: Resume, tools: readonly string[]): boolean {
  return tools.some((tool) => grants(resume, tool) !== null);
}

function printShared(resume: Resume): string {
  if (resume.shared.length === 0) return '';
  const can = [
    ['read', ['read_file']],
    ['write', ['write_file', 'edit_file']],
  ].filter(([, tools]) => hasOne(resume, tools as string[]));
  if (can.length === 0) return '';
  const paths = resume.shared.map((path) => plain(/^\.?\/?$/.test(path) ? 'shared/' : `shared/${path}`));
  const runs = hasOne(resume, PROGRAMS);
  const apart = runs ? ' Programs that you run do not see them, only your workspace.' : '';
  return `Shared files that you may ${can.map(([word]) => word).join(' and ')}: ${listed(paths)}.${apart}`;
}

/** The last of them when there are many. */
export function listed(all: readonly string[]): string {
  const more = all.length > NAMED ? ` and ${all.length - NAMED} more` : '';
  return `${all.slice(-NAMED).join(', ')}${more}`;
}

function printPending({ approvals }: State, agent: string): string {
  if (approvals.pending.size === 0) return '';
  const waiting: string[] = [];
  for (const held of approvals.pending.values())
    if (held.agent === agent && held.answer === null)
      waiting.push(`${held.id} ${askedIn(held)}, of ${held.contacts.join(', ')} since turn ${held.turn}`);
  return waiting.length ? `Waiting for a person: ${listed(waiting)}.` : '';
}

/** What a held act asks, in a few words. */
export function askedIn({ tool, input }: Pick<Held, 'tool' | 'input'>): string {
  const { question } = inputFields(input);
  return typeof question === 'string' ? quoteUntrusted(cut(question, QUOTED_CHARS)) : callName({ tool, input });
}

/** Answers that it owes. */
function printOwed({ agents }: Config, { mail }: State, agent: string): string {
  const owed = (mail.owed.get(agent) ?? []).filter(({ from }) => agents.has(from));
  const named = owed.map(
    ({ id, from, subject, turn, asked }) =>
      `${from} (${id} ${quoteUntrusted(cut(subject, QUOTED_CHARS))}, turn ${turn}${asked ? '; you asked back' : ''})`,
  );
  return named.length ? `Answers that you owe: ${listed(named)}.` : '';
}

/** Colleagues that do not work now. */
function printAway(config: Config, state: State, agent: string): string {
  const { staff } = state;
  if (staff.agents.size === 0) return '';
  const away = neighboursOf(config, agent).flatMap((name) => {
    if (config.agents.get(name)?.person) return [];
    const { paused, starved } = agentState(staff, name);
    return paused ? `${name} is paused` : starved ? `${name} is out of credits` : [];
  });
  return away.length ? `${listed(away)}: your mail to ${away.length === 1 ? 'it' : 'them'} waits.` : '';
}

function printActs(config: Config, state: State, agent: string, turn: number): string {
  const acts = state.acts.last.get(agent);
  if (!acts) return '';
  let last = 0;
  const told = acts.map((act) => {
    const when = act.turn === last ? '' : `turn ${act.turn} `;
    last = act.turn;
    return `${when}${printAct(config, state, act, turn)}`;
  });
  return `Lately you: ${told.join('; ')}.`;
}

function printAct(config: Config, state: State, { did, things, message }: PastAct, turn: number): string {
  if (!message) return `${did} ${things.map(printThing).join(', ')}`;
  const id = things[0] as string;
  return `sent ${id} ${quoteUntrusted(cut(message.subject, QUOTED_CHARS))} to ${listed(message.to)}${isRead(state, id, message.to) ? '' : unread(config, state, id, turn)}`;
}

/** An agent, an entry of memory or a file. */
function printThing(thing: string): string {
  return memoryOwner(thing) === null ? plain(toldPath(thing)) : toldName(thing);
}

/** Surely: it stands in none of a few inboxes. That is less work than to look for it among all mail, where it is not. */
function isRead({ mail: { inbox } }: State, id: string, to: readonly string[]): boolean {
  return to.length <= NAMED && to.every((name) => isNotAmong(inbox.get(name) ?? NO_IDS, id));
}
const NO_IDS: readonly string[] = [];
/** Ids of an inbox that are compared. */
const COMPARED = 64;

function isNotAmong(ids: readonly string[], id: string): boolean {
  return ids.length <= COMPARED && !ids.includes(id);
}

/** Who has not read a message, and when those who do not work in each turn will. */
function unread(config: Config, state: State, id: string, turn: number): string {
  const { waiting = [], kind } = state.mail.waiting.get(id) ?? {};
  if (waiting.length === 0) return '';
  const readers = waiting.map((name) => {
    const resume = config.agents.get(name);
    if (!resume || resume.person || resume.schedule.every === 1) return name;
    if (kind === 'notice') return `${name}, whom a notice does not wake`;
    return worksIn(resume, turn)
      ? `${name}, who works in this turn`
      : `${name}, who works next in turn ${nextVisit(resume, turn)}`;
  });
  return ` (not read yet by ${listed(readers)})`;
}

function worksIn({ schedule: { every, offset } }: Resume, turn: number): boolean {
  return turn % every === offset % every;
}
