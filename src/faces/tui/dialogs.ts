/** What the screen asks the person to type before a command runs. */
import type { Leaf, ScreenKey } from '../../commands/command.ts';
import { chooseAnswer, type Question, questionOf } from '../../core/approvals/question.ts';
import type { Held } from '../../core/model/entry.ts';
import { openApprovals } from '../../views/screen/snapshot.ts';
import type { CommandResult } from './commands.ts';
import { chosenOf, keyOf, type ScreenContext } from './context.ts';

/** Lets the person write a message. A refused message is offered again, so that no word is lost. */
export function askMessage(
  desk: ScreenContext,
  label: string,
  send: (words: string[]) => Promise<CommandResult>,
  text = '',
): void {
  const done = async (words: string): Promise<void> => {
    const { ok } = await send([words]);
    if (!ok && words.trim() !== '' && !desk.ui.prompt) askMessage(desk, label, send, words);
  };
  const hint = 'enter sends, alt+enter new line, ctrl+o editor, esc cancels';
  desk.ask({ label, hint, field: { text, at: text.length }, lines: true, done: (words) => void done(words) });
}

/** Asks for a short text on one line. */
export function askLine(
  desk: ScreenContext,
  label: string,
  done: (text: string) => void,
  hint = 'enter confirms, esc cancels',
): void {
  desk.ask({ label, hint, field: { text: '', at: 0 }, lines: false, done });
}

/** Runs a command on the chosen approval, or on the only open one, after the person typed what it asks. */
export function answerApproval(desk: ScreenContext, leaf: Leaf, { asks, flags = {} }: ScreenKey): void {
  const { scene, keys } = desk;
  const about = chosenOf(desk);
  const open = openApprovals(scene);
  const id = about?.what === 'approval' ? about.id : open.length === 1 ? open[0] : undefined;
  const held = id === undefined ? undefined : scene.state.approvals.pending.get(id);
  if (open.length === 0) return desk.say('No action waits for you.', 'quiet');
  if (!held) return desk.say(`Choose an action first: ${keyOf(keys, 'approvals')} lists them.`, 'warn');
  if (!open.includes(held.id)) return desk.say('It has been answered; this takes effect in the next turn.', 'warn');
  const asked = asks === 'answer' ? questionOf(held) : null;
  if (asked && (asked.options.length > 0 || asked.freeText)) return askAnswer(desk, leaf, held, asked);
  askNote(desk, leaf, held, flags);
}

/** The flags that say how a held act is answered. */
type AnswerFlags = { always?: true; option?: string; answer?: string };

/** Asks for the answer to a question; what is no answer to it is asked for again. */
function askAnswer(desk: ScreenContext, leaf: Leaf, held: Held, asked: Question, flaw = ''): void {
  const { options, freeText } = asked;
  const which = options.length === 0 ? '' : options.length === 1 ? 'option 1' : `option 1 to ${options.length}`;
  const wanted = [which, freeText ? 'your text' : ''].filter(Boolean).join(', or ');
  askLine(desk, flaw ? `${flaw} ${held.id}: ${wanted}` : `${held.id}: ${wanted}`, (text) => {
    const option = chooseAnswer(held, { option: text });
    const chosen = 'why' in option && freeText ? chooseAnswer(held, { answer: text }) : option;
    if ('why' in chosen)
      return askAnswer(desk, leaf, held, asked, options.length ? `No option ${JSON.stringify(text)}.` : chosen.why);
    const { said = '' } = chosen;
    askNote(desk, leaf, held, options.includes(said) ? { option: said } : { answer: said });
  });
}

/** Asks for a note, and answers. */
function askNote(desk: ScreenContext, leaf: Leaf, held: Held, flags: AnswerFlags): void {
  const { ui } = desk;
  const said = flags.option ?? flags.answer;
  const does = said === undefined ? `${held.agent} uses ${held.tool}` : JSON.stringify(said);
  const what = flags.always ? `${held.id} and similar actions` : `${held.id} (${does})`;
  askLine(desk, `${leaf.name} ${what}? note`, (text) => {
    const note = text.trim();
    delete ui.chosen[ui.pane]; // the next one that waits
    void desk.perform(leaf.name, { args: { id: held.id }, flags: note ? { ...flags, note } : flags });
  });
}
