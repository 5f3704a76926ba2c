/** What the screen asks the person before a command runs. */
import type { Arg, Flag, Leaf } from '../../../commands/command.ts';
import { chooseAnswer, questionOf } from '../../../core/approvals/question.ts';
import type { Held } from '../../../core/model/entry.ts';
import { isName } from '../../../schema/name.ts';
import { shorten } from '../../../views/text/table.ts';
import { kindsOf } from '../../cli/complete.ts';
import type { ScreenContext } from '../context.ts';

/** A question to the person. */
export interface PromptWish {
  label: string;
  /** What stands there already. */
  text?: string;
  /** Why what was typed before does not do. */
  flaw?: string;
  /** What it may be: the tab key goes through them. */
  choices?: readonly string[];
  about?: string;
  /** The text may have several lines. */
  lines?: boolean;
}

const HOW = 'enter confirms, esc cancels';
const HOW_LINES = 'enter sends, alt+enter new line, ctrl+o editor, esc cancels';
/** Characters of choices that a hint shows. */
const SHOWN = 60;

/** What the person typed; null when they cancelled. */
export function askPerson(desk: ScreenContext, question: PromptWish): Promise<string | null> {
  const { label, text = '', flaw = '', choices = [], about = '', lines = false } = question;
  const some = choices.length > 1 ? `tab: ${shorten(choices.join(' '), SHOWN)}; ` : about === '' ? '' : `${about}; `;
  const hint = lines ? HOW_LINES : `${some}${HOW}`;
  return new Promise((resolve) => {
    const cancelled = (): void => resolve(null);
    desk.ask({ label, hint, flaw, choices, field: { text, at: text.length }, lines, done: resolve, cancelled });
  });
}

/** What an argument or option of a command can be here: what the row says, its own choices, or the agents there are. */
export function choicesFor({ scene }: ScreenContext, of: Arg | Flag, row: readonly string[] | undefined): string[] {
  if (row) return [...row];
  if (of.choices) return [...of.choices];
  if (!kindsOf(of).includes('agent')) return [];
  return scene.config.order.filter((name) => isName(name) && !scene.config.agents.get(name)?.person);
}

/** The answer to the question of a held act as options of the command; null when the person cancelled. */
export async function askAnswer(
  desk: ScreenContext,
  held: Held,
): Promise<{ option: string } | { answer: string } | Record<string, never> | null> {
  const asked = questionOf(held);
  if (!asked || (asked.options.length === 0 && !asked.freeText)) return {};
  const { options, freeText } = asked;
  const which = options.length === 0 ? '' : options.length === 1 ? 'option 1' : `option 1 to ${options.length}`;
  const wanted = [which, freeText ? 'your text' : ''].filter(Boolean).join(', or ');
  for (let flaw = ''; ; ) {
    const text = await askPerson(desk, { label: `${held.id}: ${wanted}`, flaw });
    if (text === null) return null;
    const option = chooseAnswer(held, { option: text });
    const chosen = 'why' in option && freeText ? chooseAnswer(held, { answer: text }) : option;
    if ('why' in chosen) flaw = options.length > 0 ? `No option ${JSON.stringify(text)}.` : chosen.why;
    else {
      const { said = '' } = chosen;
      return options.includes(said) ? { option: said } : { answer: said };
    }
  }
}

/** The name of a command and what it acts on, as a question begins. */
export function labelOf({ name }: Pick<Leaf, 'name'>, id: string | null): string {
  return id === null ? name : `${name} ${id}`;
}
