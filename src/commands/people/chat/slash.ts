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
import type { World } from '../../world.ts';
import * as approve from '../approve.ts';
import * as deny from '../deny.ts';
import * as inbox from '../inbox.ts';
import type { ChatSession } from './session.ts';

interface Slash {
  /** What follows its name: `[ID]`. */
  takes: string;
  does: string;
  /** `rest`: what was typed after the name. */
  run(session: ChatSession, world: World, rest: string): Promise<void> | void;
}

const [ID] = approve.command.args.map((arg) => argTerm({ ...arg, optional: true }));
const [ONE] = step.command.flags.flatMap((flag) => ('value' in flag ? flag.value : []));
const ALWAYS = approve.command.flags.find(({ name }) => name === 'always')?.about;

/** The slash commands by name. A command that also exists on the command line uses its words. */
export const SLASHES: Record<string, Slash> = {
  to: { takes: 'AGENT', does: 'Talk with another agent', run: (session, _world, rest) => session.turnTo(rest) },
  thread: { takes: '[ID]', does: 'List your conversations, or continue one', run: goOnWith },
  attach: {
    takes: 'FILE',
    does: 'Attach a file to your next line',
    run: (session, _world, rest) => session.attach(rest),
  },
  step: { takes: `[${ONE}]`, does: step.command.summary, run: makeStep },
  inbox: { takes: '', does: inbox.command.summary, run: showInbox },
  approve: { takes: `${ID}`, does: approve.command.summary, run: deciding('approve', answerWith(approve.run)) },
  always: { takes: `${ID}`, does: `${approve.command.summary}, and ${ALWAYS}`, run: deciding('always', approveAlways) },
  option: {
    takes: `${ID} OPTION`,
    does: 'Answer a question with one of its options',
    run: deciding('option', choosing('option')),
  },
  answer: {
    takes: `${ID} TEXT`,
    does: 'Answer a question that asks for a text',
    run: deciding('answer', choosing('answer')),
  },
  deny: { takes: `${ID}`, does: deny.command.summary, run: deciding('deny', answerWith(deny.run)) },
  cost: { takes: '', does: 'Show what this chat has cost', run: (session, world) => world.say(session.cost()) },
  help: { takes: '', does: 'Show this help', run: (_session, world) => world.say(help()) },
  quit: { takes: '', does: 'End the chat (also Ctrl-D)', run: () => {} },
};

/** Runs a line that begins with a slash. Throws `usage` for an unknown name, with the nearest one. */
export async function obey(session: ChatSession, world: World, line: string): Promise<void> {
  const [, name = '', rest = ''] = /^\/(\S*)\s*(.*)$/.exec(line) ?? [];
  const slash = Object.hasOwn(SLASHES, name) ? SLASHES[name] : undefined;
  if (!slash)
    throw failure('usage', `There is no command /${name}.`, {
      ...nearestTo(
        `/${name}`,
        Object.keys(SLASHES).map((known) => `/${known}`),
      ),
      remedy: '/help lists the commands.',
    });
  await slash.run(session, world, rest.trim());
}

function help(): string {
  const lines = Object.entries(SLASHES).map(([name, { takes, does }]) => [`/${name} ${takes}`, does]);
  return `${rowsOf(lines)}\nEnd a line with \\ to continue it on the next. Start and end a longer text with """.`;
}

async function makeStep(session: ChatSession, world: World, rest: string): Promise<void> {
  if (rest !== '') checkAgent(readOrg(world), rest);
  await session.step(rest || undefined);
}

async function showInbox(_session: ChatSession, world: World): Promise<void> {
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
  return async (session, world, rest) => {
    const [id = '', ...note] = rest.split(/\s+/);
    if (id === '') return listHeld(world, name);
    world.say((await answer(world, id, note.join(' '))).text);
    await session.goOn();
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

/** The partner in a conversation: its last author, else its last recipient. */
function goOnWith(session: ChatSession, world: World, id: string): void {
  const { disk, state } = readOrg(world);
  if (id === '') return world.say(listThreads(session, state.mail.threads));
  const thread = state.mail.threads.has(id) ? id : findMessage({ disk, state }, id)?.thread;
  if (thread === undefined)
    throw failure('not-found', `There is no conversation ${JSON.stringify(id)}.`, { remedy: '/thread lists them.' });
  const said = state.mail.threads.get(thread) ?? [];
  const others = said.flatMap(({ from, to }) => [...to, from]).filter((name) => name !== session.person);
  session.goOnIn(thread, others.at(-1) ?? session.agent);
  for (const { from, body } of said) world.say(`${from}: ${unmarked(body)}`);
  world.say(`You are talking with ${session.agent} in ${thread}.`);
}

type Threads = ReturnType<typeof readOrg>['state']['mail']['threads'];

/** The most conversations that are listed. */
const LISTED = 20;

function listThreads(session: ChatSession, threads: Threads): string {
  const mine = [...threads].filter(([, said]) =>
    said.some(({ from, to }) => from === session.person || to.includes(session.person)),
  );
  const rows = mine.slice(-LISTED).map(([id, said]) => {
    const names = new Set(said.flatMap(({ from, to }) => [from, ...to]).filter((name) => name !== session.person));
    return [
      id === session.thread ? '*' : ' ',
      id,
      shorten([...names].join(', '), 40),
      shorten(oneLine(said[0]?.subject ?? ''), 80),
    ];
  });
  return rows.length > 0 ? `${rowsOf(rows)}\n/thread ID continues one` : 'You have no conversations yet.';
}
