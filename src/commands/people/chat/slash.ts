/** The slash commands of a chat session. */

import { foresee } from '../../../app/foresee.ts';
import { findMessage } from '../../../app/look/mail-index.ts';
import { readOrg } from '../../../app/read-org.ts';
import { checkAgent } from '../../../app/seats.ts';
import { questionOf } from '../../../core/approvals/question.ts';
import type { Approval } from '../../../core/model/state/approvals.ts';
import { countCredits } from '../../../core/money/ledger.ts';
import { priceOf } from '../../../core/money/price.ts';
import { nearestTo } from '../../../core/text/nearest.ts';
import { failure } from '../../../schema/fault.ts';
import { oneLine, rowsOf, shorten, unmarked } from '../../../views/text/table.ts';
import type { Outcome } from '../../command.ts';
import { argTerm } from '../../leaves.ts';
import * as step from '../../run/step.ts';
import type { LinesWithin, World } from '../../world.ts';
import * as approve from '../approve.ts';
import * as deny from '../deny.ts';
import * as inbox from '../inbox.ts';
import type { ChatSession } from './session.ts';

interface Slash {
  /** What follows its name: `[ID]`. */
  takes: string;
  does: string;
  /** The command whose arguments stand there, for completion; that of its own name when left out. */
  like?: string;
  /** `rest`: what was written there. */
  run(talk: ChatSession, world: World, rest: string): Promise<void> | void;
}

const [ID] = approve.command.args.map((arg) => argTerm({ ...arg, optional: true }));
const [ONE] = step.command.flags.flatMap((flag) => ('value' in flag ? flag.value : []));
const ALWAYS = approve.command.flags.find(({ name }) => name === 'always')?.about.split(';')[0];

/** The slash commands by name. A command that also exists on the command line uses its words. */
export const SLASHES: Record<string, Slash> = {
  to: {
    takes: 'AGENT',
    does: 'Talk with another agent',
    like: 'inspect',
    run: (talk, _world, rest) => talk.turnTo(rest),
  },
  thread: { takes: '[ID]', does: 'List your conversations, or continue one', like: 'history', run: goOnWith },
  attach: { takes: 'FILE', does: 'Attach a file to your next line', run: (talk, _world, rest) => talk.attach(rest) },
  step: { takes: `[${ONE}]`, does: step.command.summary, run: makeStep },
  inbox: { takes: '', does: inbox.command.summary, run: showInbox },
  approve: { takes: `${ID}`, does: approve.command.summary, run: deciding('approve', answerWith(approve.run)) },
  always: {
    takes: `${ID}`,
    does: `${approve.command.summary}, and ${ALWAYS}`,
    like: 'approve',
    run: deciding('always', approveAlways),
  },
  option: {
    takes: `${ID} OPTION`,
    does: 'Answer a question with one of its options',
    like: 'approve',
    run: deciding('option', choosing('option')),
  },
  answer: {
    takes: `${ID} TEXT`,
    does: 'Answer a question that asks for a text',
    like: 'approve',
    run: deciding('answer', choosing('answer')),
  },
  deny: { takes: `${ID}`, does: deny.command.summary, run: deciding('deny', answerWith(deny.run)) },
  cost: { takes: '', does: 'Show what this chat has cost', run: (talk, world) => world.say(talk.cost()) },
  help: { takes: '', does: 'Show this help', run: (_talk, world) => world.say(help()) },
  quit: { takes: '', does: 'End the chat (also Ctrl-D)', run: () => {} },
};

/**
 * Does what a line that begins with a slash asks for: what the chat itself has, else any command that a seat can have. Throws
 * `usage` for an unknown name, with the nearest.
 */
export async function obey(talk: ChatSession, world: World, line: string, others?: LinesWithin): Promise<void> {
  const [, name = '', rest = ''] = /^\/(\S*)\s*(.*)$/.exec(line) ?? [];
  const slash = Object.hasOwn(SLASHES, name) ? SLASHES[name] : undefined;
  if (slash) return slash.run(talk, world, rest.trim());
  const names = others?.names ?? [];
  if (others && names.includes(name)) {
    const { text } = await others.run(wordsIn(line.slice(1)));
    if (text !== '') world.say(text);
    return;
  }
  throw failure('usage', `There is no command /${name}.`, {
    ...nearestTo(
      `/${name}`,
      [...Object.keys(SLASHES), ...names].map((known) => `/${known}`),
    ),
    remedy: '/help lists the commands.',
  });
}

/** Whole lines that one that begins with a slash may become. */
export function slashesFor(line: string, others?: LinesWithin): string[] {
  const [, before = '', typed = ''] = /^(\/(?:.*\s)?)(\S*)$/s.exec(line) ?? [];
  if (before === '/')
    return [...new Set([...Object.keys(SLASHES), ...(others?.names ?? [])])]
      .map((name) => `/${name}`)
      .filter((word) => word.startsWith(line));
  const [name = '', ...words] = before.slice(1).trim().split(/\s+/);
  const like = Object.hasOwn(SLASHES, name) ? (SLASHES[name]?.like ?? name) : name;
  return (others?.complete([like, ...words, typed]) ?? []).map((word) => `${before}${word}`);
}

/** The words of a line, as a shell would split it: quotes hold words together. Throws `usage` for a quote without an end. */
export function wordsIn(line: string): string[] {
  const words = line.match(/(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'])+|["']/g) ?? [];
  if (words.some((word) => word === '"' || word === "'"))
    throw failure('usage', 'A quote has no end.', { remedy: 'Put a text with spaces between two quotes.' });
  return words.map((word) =>
    word.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_, double?: string, single?: string) =>
      double === undefined ? (single ?? '') : double.replace(/\\(.)/g, '$1'),
    ),
  );
}

function help(): string {
  const lines = Object.entries(SLASHES).map(([name, { takes, does }]) => [`/${name} ${takes}`, does]);
  const others =
    'Other commands work as on the command line, such as /task list, /workflow status RUN or /status; tab completes them.';
  return `${rowsOf(lines)}\n${others}\nEnd a line with \\ to continue it on the next. Start and end a longer text with """.`;
}

async function makeStep(talk: ChatSession, world: World, rest: string): Promise<void> {
  if (rest !== '') checkAgent(readOrg(world), rest);
  await talk.step(rest || undefined);
}

async function showInbox(_talk: ChatSession, world: World): Promise<void> {
  world.say((await inbox.run(world, { args: {}, rest: [], flags: { unread: true } })).text);
}

/** Answers a held act. */
type AnswerHeld = (world: World, id: string, note: string) => Promise<Outcome>;

function answerWith(run: typeof approve.run | typeof deny.run): AnswerHeld {
  return (world, id, note) => run(world, { args: { id }, rest: [], flags: { note } });
}

function approveAlways(world: World, id: string, note: string): Promise<Outcome> {
  return approve.run(world, { args: { id }, rest: [], flags: { note, always: true } });
}

/** The words after the id are the answer. */
function choosing(flag: 'option' | 'answer'): AnswerHeld {
  return (world, id, text) => approve.run(world, { args: { id }, rest: [], flags: { [flag]: text } });
}

function deciding(name: string, answer: AnswerHeld): Slash['run'] {
  return async (talk, world, rest) => {
    const [id = '', ...note] = rest.split(/\s+/);
    if (id === '') return listHeld(world, name);
    world.say((await answer(world, id, note.join(' '))).text);
    await talk.goOn();
  };
}

async function listHeld(world: World, name: string): Promise<void> {
  const view = readOrg(world);
  await foresee(view);
  const held = [...view.state.approvals.pending.values()].filter((approval) => approval.answer === null);
  if (held.length === 0) return world.say('No action waits for you.');
  const rows = held.map(({ id, agent, tool, input }) => {
    const cost = priceOf(view.config, tool);
    const price = cost === 0 ? '' : ` (${countCredits(cost)})`;
    return [id, agent, `${tool}${price}`, shorten(aboutHeld({ tool, input }), 200)];
  });
  world.say(`${rowsOf(rows)}\n/${name} ID`);
}

/** The subject of a held act: a question with its options, or the input of the tool. */
function aboutHeld(held: Pick<Approval, 'tool' | 'input'>): string {
  const asked = questionOf(held);
  if (!asked) return JSON.stringify(held.input);
  return oneLine([asked.question, ...asked.options.map((option, i) => `${i + 1} ${option}`)].join(' / '));
}

/** Who else speaks in a conversation: its last author, else its last reader. */
function goOnWith(talk: ChatSession, world: World, id: string): void {
  const { disk, state } = readOrg(world);
  if (id === '') return world.say(listThreads(talk, state.mail.threads));
  const thread = state.mail.threads.has(id) ? id : findMessage({ disk, state }, id)?.thread;
  if (thread === undefined)
    throw failure('not-found', `There is no conversation ${JSON.stringify(id)}.`, { remedy: '/thread lists them.' });
  const said = state.mail.threads.get(thread) ?? [];
  const others = said.flatMap(({ from, to }) => [...to, from]).filter((name) => name !== talk.person);
  talk.goOnIn(thread, others.at(-1) ?? talk.agent);
  for (const { from, body } of said) world.say(`${from}: ${unmarked(body)}`);
  world.say(`You are talking with ${talk.agent} in ${thread}.`);
}

type Threads = ReturnType<typeof readOrg>['state']['mail']['threads'];

/** The most conversations that are listed. */
const LISTED = 20;

function listThreads(talk: ChatSession, threads: Threads): string {
  const mine = [...threads].filter(([, said]) =>
    said.some(({ from, to }) => from === talk.person || to.includes(talk.person)),
  );
  const rows = mine.slice(-LISTED).map(([id, said]) => {
    const names = new Set(said.flatMap(({ from, to }) => [from, ...to]).filter((name) => name !== talk.person));
    return [
      id === talk.thread ? '*' : ' ',
      id,
      shorten([...names].join(', '), 40),
      shorten(oneLine(said[0]?.subject ?? ''), 80),
    ];
  });
  return rows.length > 0 ? `${rowsOf(rows)}\n/thread ID continues one` : 'You have no conversations yet.';
}
