/** Reads the answer that a person wrote into the file of a held act. */
import { type ChosenAnswer, chooseAnswer } from '../../core/approvals/question.ts';
import { type Config, isPersonIn } from '../../core/model/config.ts';
import type { Approval } from '../../core/model/state/approvals.ts';
import { type Fault, fault } from '../../schema/fault.ts';
import { approvalHead } from '../../schema/records/approval.ts';
import { readMarkdown } from '../yaml/yaml.ts';

/** What a person wrote into the file of a held act; `undecided` if there is no decision yet. */
export type ApprovalAnswer = { decision: 'approve' | 'deny'; by: string; note: string; said?: string } | 'undecided';

/**
 * Reads the file of a held act as a person left it. The author of the answer is the one in `by:`, else the first person who was
 * asked, else the first person of the org. Faults: everything that is wrong with it; `invalid-value` for a copy of another
 * approval, and for an author who is not a person of this organisation.
 */
export function readAnswer(
  config: Config,
  approval: Approval,
  path: string,
  text: string,
): ApprovalAnswer | { faults: Fault[] } {
  const { head, faults } = readMarkdown(approvalHead(), text, path);
  if (!head) return { faults };
  const { id = approval.id, note } = head;
  const people = config.order.filter((name) => isPersonIn(config, name));
  const by = head.by ?? approval.contacts.find((name) => people.includes(name)) ?? people[0] ?? '';
  if (id !== approval.id)
    return { faults: [wrong(path, `The id is ${JSON.stringify(id)}, but this file is about ${approval.id}`, id)] };
  const chosen = chooseAnswer(approval, head);
  if ('why' in chosen) return { faults: [unanswerable(path, chosen)] };
  const decision = head.decision ?? (chosen.said === undefined ? null : 'approve');
  if (decision === null) return 'undecided';
  if (decision === 'deny' && chosen.said !== undefined)
    return {
      faults: [wrong(path, 'A denial cannot have an option or a text: remove it, or change the decision', chosen.said)],
    };
  if (!people.includes(by))
    return {
      faults: [
        wrong(path, `Only a person can answer, and ${JSON.stringify(by)} is not one of ${people.join(', ')}`, by),
      ],
    };
  return { decision, by, note: note?.replace(/\s+/g, ' ').trim() ?? '', ...chosen };
}

function unanswerable(file: string, { why, remedy, value }: Extract<ChosenAnswer, { why: string }>): Fault {
  return fault('invalid-value', `${why} ${remedy}`, { file, line: 1, value, remedy });
}

function wrong(file: string, message: string, value: string): Fault {
  return fault('invalid-value', message, { file, line: 1, value });
}
