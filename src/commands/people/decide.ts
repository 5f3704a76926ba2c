/** Answers a held act. */
import { readOrg } from '../../app/read-org.ts';
import { post } from '../../app/requests.ts';
import { personNamed, personOf } from '../../app/seats.ts';
import type { View } from '../../app/view.ts';
import { actName } from '../../core/approvals/answers.ts';
import { chooseAnswer, questionOf } from '../../core/approvals/question.ts';
import { isPersonIn } from '../../core/model/config.ts';
import { answeredPath } from '../../core/model/paths.ts';
import type { Approval } from '../../core/model/state/approvals.ts';
import { failure } from '../../schema/fault.ts';
import { isApprovalId } from '../../schema/name.ts';
import type { Outcome, Zod } from '../command.ts';
import { takenShape } from '../shapes.ts';
import type { World } from '../world.ts';

/**
 * Somebody in a seat can answer only what that seat was asked; the person at the keyboard owns the folder and can answer
 * everything.
 */
function demandAsked({ config }: View, approval: Approval, person: string): void {
  const asked = approval.contacts.filter((name) => isPersonIn(config, name));
  if (asked.length === 0 || asked.includes(person)) return;
  throw failure('refused', `${approval.id} waits for ${asked.join(', ')}, not for ${person}.`, {
    remedy: 'One of the people who were asked must answer it.',
  });
}

/** The input of a decision. */
interface AnswerInput {
  args: { id: string };
  flags: {
    note?: string | undefined;
    by?: string | undefined;
    option?: string | undefined;
    answer?: string | undefined;
  };
}

/** An answer to a held act. `taken`: it is in the journal, or a running engine takes it in at its next freeze. */
export interface DecidedApproval {
  id: string;
  decision: 'approve' | 'deny';
  by: string;
  agent: string;
  tool: string;
  taken: 'journaled' | 'waits';
  /** The option that was chosen, or the text that was written. */
  said?: string;
}

export const decidedShape = (z: Zod) =>
  z.strictObject({
    id: z.string(),
    decision: z.enum(['approve', 'deny']),
    by: z.string(),
    agent: z.string(),
    tool: z.string(),
    taken: takenShape(z),
    said: z.string().optional(),
  });

/**
 * Answers a held act. The next freeze judges it again and does it once; until then, the last answer counts. Throws `not-found`
 * if it does not wait, and `refused` if the caller is not a person.
 */
export function decide(world: World, input: AnswerInput, ask: 'approve' | 'deny'): Outcome<DecidedApproval> {
  const view = readOrg(world);
  const { state, disk } = view;
  const { id } = input.args;
  const approval = state.approvals.pending.get(id);
  if (!approval)
    throw isApprovalId(id) && disk.stat(answeredPath(id))
      ? failure('not-found', `${id} has already been answered.`, {
          remedy: `Run lemming show ${id} to see the answer.`,
        })
      : failure('not-found', `No pending action has the id ${JSON.stringify(id)}.`, {
          remedy: 'Run lemming approvals to list pending actions.',
        });
  const { by } = input.flags;
  const person = by !== undefined ? personNamed(view, by) : personOf(view);
  if (world.seat) demandAsked(view, approval, person);
  const { note = '' } = input.flags;
  const said = saidIn(approval, input);
  const taken = post(world, person, [ask === 'approve' ? { ask, id, note, ...said } : { ask, id, note }]);
  const { agent, tool, answer } = approval;
  const before =
    answer && answer.decision !== ask ? ` This replaces the answer "${answer.decision}" of ${answer.by}.` : '';
  return {
    data: { id, decision: ask, by: person, agent, tool, taken, ...said },
    text: textOf(approval, ask, said) + before,
  };
}

/** The chosen option or the written text. Throws `usage` for an invalid answer, and lists the valid ones. */
function saidIn(approval: Approval, { flags: { option, answer } }: AnswerInput): { said?: string } {
  if (option !== undefined && answer !== undefined)
    throw failure('usage', 'An answer is an option or a text, not both.', {
      remedy: 'Leave out --option or --answer.',
    });
  const chosen = chooseAnswer(approval, { option, answer });
  if (!('why' in chosen)) return chosen;
  const { why, ...more } = chosen;
  throw failure('usage', why, more);
}

function textOf(approval: Approval, ask: 'approve' | 'deny', { said }: { said?: string }): string {
  const { agent, tool } = approval;
  const asked = questionOf(approval);
  if (!asked && ask === 'approve') return `Approved: ${agent} will use ${tool} in the next turn.`;
  if (!asked) return `Denied: ${agent} will be told that this ${actName(approval)} is not done.`;
  const reply = said === undefined ? (ask === 'approve' ? 'Yes' : 'No') : JSON.stringify(said);
  const open = ask === 'approve' && said === undefined && asked.options.length > 0;
  return `Answered: ${reply}. ${agent} is told in the next turn.${open ? ` You named no option. Run lemming approve ${approval.id} --option N before the next turn to name one.` : ''}`;
}
