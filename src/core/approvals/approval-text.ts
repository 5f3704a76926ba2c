/** The file of a held act, and what people are told about it. */
import { defined } from '../../schema/copy.ts';
import { printHead } from '../../schema/print.ts';
import type { Json } from '../model/call.ts';
import type { Held, Left } from '../model/entry.ts';
import { countCredits, printCredits } from '../money/ledger.ts';
import { changedText } from './covers.ts';
import { type Question, questionOf, wishOf } from './question.ts';

/** The answer of a person, or of `nobody` when nobody answered in time. */
export interface Decision {
  decision: 'approve' | 'deny';
  by: string;
  note: string;
  /** The option that was chosen, or the text that was written. */
  said?: string | undefined;
  /** The plan that was approved instead of the one that was proposed. */
  edited?: Json | undefined;
  /** The outcome of the act. */
  outcome: string;
}

/** The file of a held act, written for the person who is to answer; with the decision once there is one. Canonical. */
export function printApproval(held: Held, decided?: Decision): string {
  const { id, turn, agent, tool, rule, contacts, input } = held;
  const { decision = null, note = null, by = null } = decided ?? {};
  const said = saidKeys(held, decided);
  const head = printHead(
    Object.entries({ id, turn, agent, tool, rule, contacts, decision, ...said, note: note || null, by }),
  );
  const why = held.run === undefined ? `${wishOf(held)}. ${whyHeld(held)}` : whyHeld(held);
  const act = held.over === undefined && !questionOf(held) ? inFence(input) : '';
  const parts = [why, againOf(held), deniedText(held), act, held.shows, causeOf(held), spentOf(held), priceOf(held)];
  return `${head}${[...parts, decided ? answered(decided) : options(held)].filter(Boolean).join('\n\n')}\n`;
}

function inFence(input: Json): string {
  return `\`\`\`json\n${JSON.stringify(input, null, 2)}\n\`\`\``;
}

/** The keys with which a question is answered, where it offers options or a text. */
function saidKeys(
  held: Held,
  { said }: Pick<Decision, 'said'> = {},
): { option?: string | null; answer?: string | null } {
  const asked = questionOf(held);
  const isOption = said !== undefined && asked?.options.includes(said) === true;
  return defined({
    option: asked?.options.length ? (isOption ? said : null) : undefined,
    answer: asked?.freeText ? (isOption ? null : (said ?? null)) : undefined,
  });
}

/** Why the act is held: in words where the journal has them. `taint` is also given by name, because people look it up. */
export function whyHeld({ rule, because }: Pick<Held, 'rule' | 'because'>): string {
  if (because === undefined) return `It needs approval because of the rule ${JSON.stringify(rule)}.`;
  return rule === 'taint' ? `It needs approval because the agent is tainted. ${because}` : because;
}

/** What a person is told before answering an act that is no longer what they were shown. */
export function outdatedText(changed: readonly string[]): string {
  return `${changedText(changed)} since the action was shown. This is its present form. If you approve it, it will be shown again in this form.`;
}

/** Why a person is asked once more. */
export function againOf({ again }: Pick<Held, 'again'>): string {
  return again === undefined
    ? ''
    : `It was approved as ${again.of} but not done, because ${changedText(again.changed)} since it was shown. This is its present form.`;
}

/** What the person is told when the same act was denied before. */
export function deniedText({ denied }: Pick<Held, 'denied'>): string {
  if (denied === undefined) return '';
  return `${denied.by} denied the same as ${denied.of}${denied.note === '' ? '.' : `: ${JSON.stringify(denied.note)}`}`;
}

function spentOf({ agent, spent }: Held): string {
  return spent === undefined ? '' : `By then ${agent} had spent ${countCredits(spent)} in total.`;
}

function priceOf({ price }: Held): string {
  if (!price) return '';
  return `It costs ${countCredits(price.cost)}. Left by then: ${printLeft(price.left)}.`;
}

/** What is left, each by its scope: `2.5 of coder_01, 10 of @dev`. */
export function printLeft(left: readonly Left[]): string {
  return left.map(({ of, left }) => `${printCredits(left)} of ${of}`).join(', ');
}

/** Messages that are named as the cause at most. */
const SHOWN_CAUSES = 10;

/** The mail that the agent had before the act. Subjects are quoted, so that none can pass for a line of this file. */
function causeOf({ cause }: Held): string {
  const lines = cause
    .slice(0, SHOWN_CAUSES)
    .map(({ id, from, subject }) => `- ${id} from ${from}: ${JSON.stringify(subject)}`);
  if (cause.length > SHOWN_CAUSES) lines.push(`- and ${cause.length - SHOWN_CAUSES} more`);
  return lines.length ? `It had read (\`lemming read ID\` shows it):\n\n${lines.join('\n')}` : '';
}

function options(held: Held): string {
  const { id, contacts, otherwise, always } = held;
  const asked = questionOf(held);
  const rest = `, and add a \`note:\` for the agent if you like. The next turn reads it. Or run \`lemming approve ${id}\` or \`lemming deny ${id}\`, with \`--note TEXT\`.`;
  return [
    `Asked: ${contacts.join(', ') || 'nobody; the people it names have left'}. ${otherwise}`,
    ...(asked
      ? howToAnswer(id, asked)
      : [
          `Answer here: set \`decision: approve\` or \`decision: deny\` above${rest} An approved action is checked again, with all rules, and done once.`,
        ]),
    ...(always === undefined
      ? []
      : [
          `To allow similar actions from now on: \`lemming approve ${id} --always\` also approves everything that matches ${JSON.stringify(always)}. With \`--for 2h\`, \`--turns 20\` or \`--times 5\` that ends by itself.`,
        ]),
  ].join('\n\n');
}

/** How a person answers a question: each way of answering that it offers. */
function howToAnswer(id: string, { options, freeText }: Question): string[] {
  const head = [
    ...(options.length ? ['`option:` with the number or the text of an option'] : []),
    ...(freeText ? ['`answer:` with your text'] : []),
    '`decision: approve` for yes, `decision: deny` for no',
  ];
  const line = [
    ...options.slice(0, 1).map((first) => `\`lemming approve ${id} --option ${/^[\w-]+$/.test(first) ? first : 1}\``),
    ...(freeText ? [`\`lemming approve ${id} --answer TEXT\``] : []),
    `\`lemming approve ${id}\` for yes, \`lemming deny ${id}\` for no`,
  ];
  return [
    `Answer here: set ${head.join(', or ')} above, and add a \`note:\` for the agent if you like. The next turn reads it.`,
    `Or run ${line.join(', or ')}, with \`--note TEXT\`.`,
  ];
}

function answered({ decision, by, note, edited, outcome }: Decision): string {
  const words = note ? `: ${JSON.stringify(note)}` : '.';
  const form = edited === undefined ? '' : `\n\nIn this form:\n\n${inFence(edited)}`;
  return `${decision === 'approve' ? 'Approved' : 'Denied'} by ${by}${words}${form}\n\nResult: ${JSON.stringify(outcome)}`;
}
