/** The file of a held act, and what people and agents are told of an answer. */
import { printHead } from '../../schema/print.ts';
import type { Held, Left } from '../model/entry.ts';
import { countCredits, printCredits } from '../money/ledger.ts';
import { callName } from '../text/call-name.ts';
import { changedText } from './covers.ts';

/** The answer of a person, or of `nobody` when nobody answered in time. */
export interface Decision {
  decision: 'approve' | 'deny';
  by: string;
  note: string;
  /** The outcome of the act. */
  outcome: string;
}

/** The file of a held act, written for the person who is to answer; with the decision once there is one. Canonical. */
export function printApproval(held: Held, decided?: Decision): string {
  const { id, turn, agent, tool, rule, contacts, input } = held;
  const { decision = null, note = null, by = null } = decided ?? {};
  const head = printHead(Object.entries({ id, turn, agent, tool, rule, contacts, decision, note: note || null, by }));
  const why = `${agent} wants to use ${tool}. ${whyHeld(held)}`;
  const act = held.over === undefined ? `\`\`\`json\n${JSON.stringify(input, null, 2)}\n\`\`\`` : '';
  const parts = [why, againOf(held), deniedText(held), act, held.shows, causeOf(held), spentOf(held), priceOf(held)];
  return `${head}${[...parts, decided ? answered(decided) : options(held)].filter(Boolean).join('\n\n')}\n`;
}

/** Why the act is held: in words where the journal has them. `taint` is also given by name, because people look it up. */
export function whyHeld({ rule, because }: Pick<Held, 'rule' | 'because'>): string {
  if (because === undefined) return `It waits because of: ${rule}.`;
  return rule === 'taint' ? `It waits because of: taint. ${because}` : because;
}

/** What a person is told before answering an act that is no longer what they were shown. */
export function outdatedText(changed: readonly string[]): string {
  return `${changedText(changed)} since it was shown. This is how it stands now; approved, it is held again like this.`;
}

/** Why a person is asked once more. */
export function againOf({ again }: Pick<Held, 'again'>): string {
  return again === undefined
    ? ''
    : `It was approved as ${again.of} and not done: ${changedText(again.changed)} since it was shown. This is how it stands now.`;
}

/**
 * What the agent is told of an answer: which of its acts it was about, and the outcome. `waits`: the act was held again.
 */
export function answerText(held: Held, { decision, by, note, outcome }: Decision, waits: boolean): string {
  const thread = held.cause[0]?.thread;
  const where = [
    held.id,
    `turn ${held.turn}`,
    ...(thread === undefined ? [] : [`conversation ${JSON.stringify(thread)}`]),
  ];
  const act = `your ${actName(held)} (${where.join(', ')})`;
  const said = note === '' ? '.' : `: ${JSON.stringify(note)}.`;
  const came = decision === 'deny' ? 'It was not done.' : `${waits ? 'It is not done yet. ' : ''}${outcome}`;
  if (by === 'nobody') return `Nobody answered ${act} in time${said} ${came}`;
  return `${by} ${decision === 'approve' ? 'approved' : 'said no to'} ${act}${said} ${came}`;
}

/** The act in a few words. A question is repeated in full, because the agent may have forgotten it. */
export function actName({ tool, input }: Pick<Held, 'tool' | 'input'>): string {
  if (tool !== 'request_approval') return callName({ tool, input }).replace(/^send_message /, 'message ');
  return `${tool} ${JSON.stringify((input as { question: string }).question)}`;
}

/** What the person is told when the same act was denied before. */
export function deniedText({ denied }: Pick<Held, 'denied'>): string {
  if (denied === undefined) return '';
  return `${denied.by} denied the same as ${denied.of}${denied.note === '' ? '.' : `: ${JSON.stringify(denied.note)}`}`;
}

function spentOf({ agent, spent }: Held): string {
  return spent === undefined ? '' : `By then ${agent} had spent ${countCredits(spent)} in all.`;
}

function priceOf({ price }: Held): string {
  if (!price) return '';
  return `Done, it costs ${countCredits(price.cost)}. Left by then: ${printLeft(price.left)}.`;
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

function options({ id, contacts, otherwise, always }: Held): string {
  return [
    `Asked: ${contacts.join(', ') || 'nobody who is there'}. ${otherwise}`,
    `Answer here: write \`decision: approve\` or \`decision: deny\` above, and a \`note:\` for the agent if you like; the next turn reads it. Or: \`lemming approve ${id}\`, \`lemming deny ${id}\`, both with \`--note TEXT\`. An approved act is judged again and done once.`,
    ...(always === undefined
      ? []
      : [
          `From then on without asking: \`lemming approve ${id} --always\` also approves all that fits ${JSON.stringify(always)}.`,
        ]),
  ].join('\n\n');
}

function answered({ decision, by, note, outcome }: Decision): string {
  const words = note ? `: ${JSON.stringify(note)}` : '.';
  return `${decision === 'approve' ? 'Approved' : 'Denied'} by ${by}${words}\n\nWhat came of it: ${JSON.stringify(outcome)}`;
}
