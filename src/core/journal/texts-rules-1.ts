/** The generated texts of lines made under rules 1, which do not hold their own. */
import { printHead } from '../../schema/print.ts';
import type { Request } from '../../schema/records/request.ts';
import type { Decision } from '../approvals/approval-text.ts';
import type { Json } from '../model/call.ts';
import type { Effect, Entry, Held, Left } from '../model/entry.ts';
import { printCredits } from '../money/ledger.ts';

/**
 * What such a line makes stays the same for ever, so nothing here may change. Present wording is in `approval-text.ts` and
 * `dead-letter-text.ts`.
 */

/** The file of a held act. */
export function heldText(held: Held): string {
  return held.text ?? printApproval(held);
}

/** The file of an answered act. */
export function decidedText({ held, decision, text, ...rest }: Extract<Effect, { k: 'decided' }>): string {
  return text ?? printApproval(held, { decision: decision === 'approved' ? 'approve' : 'deny', ...rest });
}

/** The record of a dead letter, or of a file that was set aside. */
export function recordText(entry: Extract<Entry, { k: 'dead' | 'aside' }>): string {
  return entry.text ?? (entry.k === 'dead' ? printDeadLetter(entry) : printAside(entry));
}

/** What the author is told when a person acknowledged a message. */
export function ackText({ by, id, reaction }: Extract<Request, { ask: 'ack' }>, told: string | undefined): string {
  return told ?? `${by} acknowledged ${id}${reaction ? `: ${reaction}` : ''}`;
}

/** The file of a held act, written for the person who is to answer; with the decision once there is one. Canonical. */
function printApproval(held: Held, decided?: Decision): string {
  const { id, turn, agent, tool, rule, contacts, input } = held;
  const { decision = null, note = null, by = null } = decided ?? {};
  const head = printHead(Object.entries({ id, turn, agent, tool, rule, contacts, decision, note: note || null, by }));
  const why = `${agent} wants to use ${tool}. ${whyHeld(held)}`;
  const act = held.over === undefined ? `\`\`\`json\n${JSON.stringify(input, null, 2)}\n\`\`\`` : '';
  const parts = [why, act, held.shows, causeOf(held), spentOf(held), priceOf(held)];
  return `${head}${[...parts, decided ? answered(decided) : options(held)].filter(Boolean).join('\n\n')}\n`;
}

/** Why the act is held: in words where the journal has them. `taint` is also given by name, because people look it up. */
function whyHeld({ rule, because }: Pick<Held, 'rule' | 'because'>): string {
  if (because === undefined) return `It waits because of: ${rule}.`;
  return rule === 'taint' ? `It waits because of: taint. ${because}` : because;
}

function spentOf({ agent, spent }: Held): string {
  return spent === undefined ? '' : `By then ${agent} had spent ${printCredits(spent)} credits in all.`;
}

function priceOf({ price }: Held): string {
  if (!price) return '';
  return `Done, it costs ${printCredits(price.cost)} credits. Left by then: ${printLeft(price.left)}.`;
}

/** What is left, each by its scope: `2.5 of coder_01, 10 of @dev`. */
function printLeft(left: readonly Left[]): string {
  return left.map(({ of, left }) => `${printCredits(left)} of ${of}`).join(', ');
}

/** Messages that are named as the cause at most. */
const SHOWN_CAUSES = 10;

/** The mail that the agent had before it. Subjects are quoted, so that none can pass for a line of this file. */
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

function head(fields: Record<string, Json>): string {
  return printHead(Object.entries(fields));
}

function printDeadLetter({ record, detail }: Extract<Effect, { k: 'dead' }>): string {
  return `${head({ ...record })}${record.message} from ${record.from} was not delivered to ${record.to.join(', ')}.\n\n${detail}\n\nThe message stays in ${record.path}. \`lemming retry ${record.id}\` gives it another chance.\n`;
}

function printAside(entry: Extract<Entry, { k: 'aside' }>): string {
  const { id, path, owner, reason, detail, turn } = entry;
  return `${head({ id, message: null, path, from: owner, to: [], turn, reason, revived: null })}${path} was set aside and stays where it is.\n\n${detail}\n\nMend the file, or delete it; \`lemming retry ${id}\` looks at it again.\n`;
}
