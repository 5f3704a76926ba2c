/** The keys of the screen that run commands. */
import { join } from 'node:path';
import { visitNamed } from '../../app/look/visits.ts';
import { chooseAnswer, type Question, questionOf } from '../../core/approvals/question.ts';
import type { Held } from '../../core/model/entry.ts';
import { realClock } from '../../disk/fs/clock.ts';
import { parseMessageId } from '../../schema/name.ts';
import { printVisit } from '../../views/journal/call.ts';
import { line } from '../../views/screen/line.ts';
import { openApprovals, pauseOf } from '../../views/screen/snapshot.ts';
import type { CommandResult } from './commands.ts';
import { chosenOf, type Doings, keyOf, type ScreenContext } from './context.ts';
import { edit } from './editor.ts';

/** The keys that run commands, and the few that show more. */
export function actions(desk: ScreenContext): Doings {
  return {
    exact: () => exact(desk),
    reply: () => reply(desk),
    write: () => write(desk),
    acknowledge: () => onMessage(desk, (id) => void desk.perform('ack', { args: { id } })),
    approve: () => answer(desk, 'approve'),
    'approve-always': () => answer(desk, 'approve', { always: true }),
    deny: () => answer(desk, 'deny'),
    retry: () => retry(desk),
    pause: () => pause(desk, ['org', 'costs'].includes(desk.ui.pane) ? (chosenOf(desk)?.agent ?? null) : null),
    'pause-all': () => pause(desk, null),
    'top-up': () => topUp(desk),
    edit: () => editFile(desk),
    validate: () => void validate(desk),
    notices: () => void notices(desk),
  };
}

function onMessage(desk: ScreenContext, work: (id: string) => void): void {
  const { what, id } = chosenOf(desk) ?? {};
  if (what !== 'dead-letter' && id !== undefined && parseMessageId(id)) work(id);
  else desk.say(`Choose a message first: ${keyOf(desk.keys, 'mail')} lists the mail.`, 'warn');
}

function onAgent(desk: ScreenContext, work: (agent: string) => void): void {
  const agent = chosenOf(desk)?.agent;
  if (agent === undefined) desk.say(`Choose an agent first: ${keyOf(desk.keys, 'org')} lists them.`, 'warn');
  else work(agent);
}

function reply(desk: ScreenContext): void {
  if (chosenOf(desk)?.what === 'agent') return write(desk);
  onMessage(desk, (id) => letter(desk, `reply to ${id}`, (rest) => desk.perform('reply', { args: { id }, rest })));
}

function write(desk: ScreenContext): void {
  onAgent(desk, (agent) => letter(desk, `to ${agent}`, (rest) => desk.perform('send', { args: { agent }, rest })));
}

/** Lets the person write a message. A refused message is offered again, so that no word is lost. */
function letter(
  desk: ScreenContext,
  label: string,
  send: (words: string[]) => Promise<CommandResult>,
  text = '',
): void {
  const done = async (words: string): Promise<void> => {
    const { ok } = await send([words]);
    if (!ok && words.trim() !== '' && !desk.ui.prompt) letter(desk, label, send, words);
  };
  const hint = 'enter sends, alt+enter new line, ctrl+o editor, esc cancels';
  desk.ask({ label, hint, field: { text, at: text.length }, lines: true, done: (words) => void done(words) });
}

/** Asks for a short text on one line. */
function ask(desk: ScreenContext, label: string, hint: string, done: (text: string) => void): void {
  desk.ask({ label, hint, field: { text: '', at: 0 }, lines: false, done });
}

function answer(desk: ScreenContext, verb: 'approve' | 'deny', flags: { always?: true } = {}): void {
  const { scene, keys } = desk;
  const about = chosenOf(desk);
  const open = openApprovals(scene);
  const id = about?.what === 'approval' ? about.id : open.length === 1 ? open[0] : undefined;
  const held = id === undefined ? undefined : scene.state.approvals.pending.get(id);
  if (open.length === 0) return desk.say('No action waits for you.', 'quiet');
  if (!held) return desk.say(`Choose an action first: ${keyOf(keys, 'approvals')} lists them.`, 'warn');
  if (!open.includes(held.id)) return desk.say('It has been answered; this takes effect in the next turn.', 'warn');
  const asked = verb === 'approve' && !flags.always ? questionOf(held) : null;
  if (asked && (asked.options.length > 0 || asked.freeText)) return chooseFor(desk, held, asked);
  noteFor(desk, held, verb, flags);
}

/** The flags that say how a held act is answered. */
type AnswerFlags = { always?: true; option?: string; answer?: string };

/** Asks for the answer to a question; what is no answer to it is asked for again. */
function chooseFor(desk: ScreenContext, held: Held, asked: Question, flaw = ''): void {
  const { options, freeText } = asked;
  const which = options.length === 0 ? '' : options.length === 1 ? 'option 1' : `option 1 to ${options.length}`;
  const wanted = [which, freeText ? 'your text' : ''].filter(Boolean).join(', or ');
  ask(desk, flaw ? `${flaw} ${held.id}: ${wanted}` : `${held.id}: ${wanted}`, 'enter confirms, esc cancels', (text) => {
    const option = chooseAnswer(held, { option: text });
    const chosen = 'why' in option && freeText ? chooseAnswer(held, { answer: text }) : option;
    if ('why' in chosen)
      return chooseFor(desk, held, asked, options.length ? `No option ${JSON.stringify(text)}.` : chosen.why);
    const { said = '' } = chosen;
    noteFor(desk, held, 'approve', options.includes(said) ? { option: said } : { answer: said });
  });
}

/** Asks for a note, and answers. */
function noteFor(desk: ScreenContext, held: Held, verb: 'approve' | 'deny', flags: AnswerFlags): void {
  const { ui } = desk;
  const said = flags.option ?? flags.answer;
  const does = said === undefined ? `${held.agent} uses ${held.tool}` : JSON.stringify(said);
  const what = flags.always ? `${held.id} and similar actions` : `${held.id} (${does})`;
  ask(desk, `${verb} ${what}? note`, 'enter confirms, esc cancels', (text) => {
    const note = text.trim();
    delete ui.chosen[ui.pane]; // the next one that waits
    void desk.perform(verb, { args: { id: held.id }, flags: note ? { ...flags, note } : flags });
  });
}

function retry(desk: ScreenContext): void {
  const { what, id } = chosenOf(desk) ?? {};
  if (what === 'dead-letter' && id !== undefined) void desk.perform('retry', { args: { id } });
  else desk.say(`Choose a dead letter first: ${keyOf(desk.keys, 'problems')} lists them.`, 'warn');
}

function pause(desk: ScreenContext, agent: string | null): void {
  const given = agent === null ? {} : { args: { agent } };
  void desk.perform(pauseOf(desk.scene, agent).paused ? 'resume' : 'pause', given);
}

function topUp(desk: ScreenContext): void {
  onAgent(desk, (agent) =>
    ask(desk, `credits for ${agent}`, 'enter grants them, esc cancels', (text) => {
      void desk.perform('top-up', { args: { agent, credits: text.trim() } });
    }),
  );
}

function editFile(desk: ScreenContext): void {
  const { file, line: at } = chosenOf(desk) ?? {};
  if (file === undefined || file.startsWith('$') || desk.follow.disk.stat(file)?.kind !== 'file')
    return desk.say('This row has no file.', 'warn');
  const { env, root } = desk.world;
  void desk.inEditor(() => edit(env, join(root, file), at)).then(() => validate(desk));
}

async function validate(desk: ScreenContext): Promise<void> {
  const { ok, lines } = await desk.perform('validate', {});
  if (ok) return;
  desk.say(`${lines.length} ${lines.length === 1 ? 'fault' : 'faults'} in the files.`, 'bad');
  desk.text(
    'what is wrong',
    lines.map((one) => line(one, 'bad', 2)),
  );
}

async function notices(desk: ScreenContext): Promise<void> {
  const { lines } = await desk.perform('read', { args: { id: 'notices' } });
  desk.text(
    'notices',
    lines.map((one) => line(one, 'plain', 2)),
  );
}

/**
 * Shows the visit that wrote the message, from the journal; with a long journal this takes a while and can be cancelled.
 */
function exact(desk: ScreenContext): void {
  onMessage(desk, (id) => {
    const { turn, author } = parseMessageId(id) as { turn: number; author: string };
    if (desk.scene.config.agents.get(author)?.person)
      return desk.say(`${author} is a person, so there is no prompt.`, 'warn');
    const title = `visit ${turn}.${author}`;
    desk.text(title, [line('Reading the journal ...', 'quiet')]);
    const { reader } = desk.ui;
    const left = (): boolean => desk.ui.reader !== reader;
    void visitNamed(desk.follow.disk, turn, author, realClock, left).then((visit) => {
      if (left()) return;
      const text = visit ? printVisit(visit) : `${author} had no visit in turn ${turn}.`;
      desk.text(
        title,
        text.split('\n').map((one) => line(one, /^(==|--) /.test(one) ? 'title' : 'plain')),
      );
    });
  });
}
