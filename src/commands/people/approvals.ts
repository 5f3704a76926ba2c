/** `lemming approvals`: lists held acts. */
import { faultyAnswers, folderChanges, foresee } from '../../app/foresee.ts';
import { findMessage } from '../../app/look/mail-index.ts';
import { presentActs } from '../../app/present.ts';
import { readOrg } from '../../app/read-org.ts';
import { readerOf } from '../../app/seats.ts';
import type { View } from '../../app/view.ts';
import { outdatedText, printLeft, whyHeld } from '../../core/approvals/approval-text.ts';
import { numberedLines, type Question, questionOf, wishOf } from '../../core/approvals/question.ts';
import type { Json } from '../../core/model/call.ts';
import { isPersonIn } from '../../core/model/config.ts';
import type { Approval } from '../../core/model/state/approvals.ts';
import { PROPOSES } from '../../core/model/state/tasks.ts';
import { creditAdvice } from '../../core/money/credit-advice.ts';
import { countCredits, leftFor } from '../../core/money/ledger.ts';
import { priceOf } from '../../core/money/price.ts';
import type { Present } from '../../core/turn/judge.ts';
import { journalLines } from '../../engine/journal/history.ts';
import { inCredits, inMicro } from '../../schema/amount.ts';
import { type Fault, printFault } from '../../schema/fault.ts';
import { type Answered, answeredOf, printAnswered } from '../../views/mail/answered.ts';
import { type Cost, spendingBy } from '../../views/money/costs.ts';
import { heldInCredits } from '../../views/money/credits.ts';
import { approvalsFor, countNeeds, type NeedCounts } from '../../views/org/needs.ts';
import { count, shorten } from '../../views/text/table.ts';
import type { Definition, Run, Zod } from '../command.ts';
import { faultShape, needsShape } from '../shapes.ts';

export const command = {
  name: 'approvals',
  group: 'people',
  summary: 'List pending actions',
  examples: [
    { line: 'lemming approvals', does: 'lists what agents want to do, why they need your approval, and what it costs' },
    { line: 'lemming approvals --answered', does: 'lists answered actions: who answered, how, and in which turn' },
  ],
  args: [],
  flags: [{ name: 'answered', about: 'list answered actions instead' }],
  reads: true,
  right: ['look', 'approvals'],
  resource: { uri: 'lemming://approvals', name: 'approvals', about: 'pending actions' },
  output: (z) =>
    z.union([
      z.strictObject({ approvals: z.array(approvalShape(z)), faults: z.array(faultShape(z)), needs: needsShape(z) }),
      z.strictObject({ answered: z.array(answeredShape(z)) }),
    ]),
} as const satisfies Definition;

/** A held act, with what a person needs to know before answering. */
type ShownApproval = Approval & {
  /** What changed since it was held. `shows` is the present version. */
  changed: string[];
  /** Its conversation, and what that has cost so far, in credits. */
  thread: string | null;
  thread_spent: number | null;
  /** Its cost, and what is left of the agent and of the caps it shares: credits, as of now. */
  costs: number;
  left: Record<string, number>;
  /** The options of a question, and whether a text can be the answer. */
  options: readonly string[];
  free_text: boolean;
};

export const run: Run<typeof command> = async (world, input) =>
  input.flags.answered ? listAnswered(readOrg(world)) : listWaiting(world, input);

/** The acts that wait for an answer. */
export const listWaiting: Run<
  typeof command,
  { approvals: ShownApproval[]; faults: Fault[]; needs: NeedCounts }
> = async (world) => {
  const view = readOrg(world);
  await foresee(view);
  const person = readerOf(view);
  const faults = faultyAnswers(view);
  const waiting = approvalsFor(view.config, view.state, person).length;
  const approvals = withCosts(view, await presentActs({ ...view, changes: folderChanges(view) }));
  const heading = waiting
    ? `${count(waiting, 'action waits', 'actions wait')} for you. Run lemming approve ID or lemming deny ID, or answer in the file org/approvals/ID.md`
    : 'Nothing waits for you.';
  const text = [heading, ...faults.map(printFault), ...approvals.map((approval) => print(view, approval))];
  const needs = countNeeds(view.config, view.state, person, [...view.faults, ...view.warnings]);
  return { data: { approvals: approvals.map(heldInCredits), faults, needs }, text: text.join('\n\n') };
};

/** Reads the journal for the costs only if something waits. */
function withCosts({ disk, state, config }: View, present: ReadonlyMap<string, Present>): ShownApproval[] {
  const approvals = [...state.approvals.pending.values()];
  const costs = approvals.length ? spendingBy('thread', journalLines(disk)) : new Map<string, Cost>();
  return approvals.map((approval) => {
    const first = approval.cause[0]?.id;
    const thread = first === undefined ? null : (findMessage({ disk, state }, first)?.thread ?? null);
    const asked = questionOf(approval);
    const left = leftFor(config, state, approval.agent).map(({ of, left }) => [of, inCredits(left)]);
    return {
      ...approval,
      changed: [],
      ...present.get(approval.id),
      thread,
      thread_spent: thread === null ? null : (costs.get(thread)?.spent ?? 0),
      costs: inCredits(priceOf(config, approval.tool)),
      left: Object.fromEntries(left),
      options: asked?.options ?? [],
      free_text: asked?.freeText ?? false,
    };
  });
}

/** The most messages that are named as a cause. */
const SHOWN_CAUSES = 10;

function print(view: View, approval: ShownApproval): string {
  const { id, turn, rule, because, cause, input, shows, changed, over, always, thread, thread_spent } = approval;
  const asked = questionOf(approval);
  // A plan is read more easily as a tree than as its input.
  const isPlan = approval.tool === PROPOSES && shows !== undefined;
  const isShown = isPlan || over !== undefined || changed.length > 0 || shows?.includes('```diff');
  const mail = cause
    .slice(0, SHOWN_CAUSES)
    .map(({ id, from, subject }) => `  after ${id} from ${from}: ${shorten(subject, 60)}`);
  const spent = thread_spent ? [`  the conversation ${thread} has cost ${countCredits(inMicro(thread_spent))}`] : [];
  return [
    `${id}  ${wishOf(approval)} (turn ${turn}); ${stateOf(view, approval)}`,
    indent(whyHeld({ rule, because })),
    ...mail,
    ...spent,
    ...priceLines(view, approval),
    ...(asked ? [printQuestion(id, asked)] : over === undefined && !isPlan ? [printInput(input)] : []),
    ...(changed.length ? [`  ${outdatedText(changed)}`] : []),
    ...(shows !== undefined && isShown ? [indent(shows)] : []),
    ...(isPlan ? [`  lemming show ${id} shows all of it; lemming plan ${id} --edit changes it and approves it`] : []),
    ...(always === undefined ? [] : [`  with --always, these need no approval from now on: ${always}`]),
  ].join('\n');
}

function priceLines({ config, state }: View, { agent, tool }: Approval): string[] {
  const cost = priceOf(config, tool);
  return cost === 0 ? [] : [`  costs ${countCredits(cost)}; left: ${printLeft(leftFor(config, state, agent))}`];
}

/** A question with its options, and how to answer it. */
function printQuestion(id: string, { question, options, context, freeText }: Question): string {
  const how = [
    options.length ? `lemming approve ${id} --option N` : '',
    freeText ? `lemming approve ${id} --answer TEXT` : '',
  ].filter(Boolean);
  return indent(
    [
      `question: ${question}`,
      context === undefined ? '' : `context:\n${indent(context.trimEnd())}`,
      options.length ? `options:\n${indent(numberedLines(options))}` : '',
      how.length ? `answer with ${how.join(', or ')}` : '',
    ]
      .filter(Boolean)
      .join('\n'),
  );
}

/** The input of an act, one line for each part; texts of several lines are kept. */
function printInput(input: Json): string {
  if (input === null || typeof input !== 'object' || Array.isArray(input)) return `  ${JSON.stringify(input)}`;
  const lines = Object.entries(input).map(([key, value]) =>
    typeof value === 'string'
      ? `${key}:${value.includes('\n') ? `\n${indent(value.trimEnd())}` : ` ${value}`}`
      : `${key}: ${JSON.stringify(value)}`,
  );
  return indent(lines.join('\n') || 'without input');
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}

function stateOf({ config, state }: View, { id, agent, contacts, answer, otherwise }: Approval): string {
  if (answer?.unpaid !== undefined)
    return `approved by ${answer.by}, but ${countCredits(answer.unpaid)} are missing: ${creditAdvice(config, state, agent, answer.unpaid)}, or lemming deny ${id}`;
  if (answer)
    return `${answer.decision === 'approve' ? 'approved' : 'denied'} by ${answer.by}, takes effect in the next turn`;
  const asked = contacts.filter((name) => isPersonIn(config, name)).join(', ');
  return `waits for ${asked || 'any person'}. ${otherwise}`;
}

/** A held act. Amounts are credits. */
function approvalShape(z: Zod) {
  return z.looseObject({
    id: z.string(),
    turn: z.number(),
    agent: z.string(),
    tool: z.string(),
    rule: z.string(),
    contacts: z.array(z.string()),
    otherwise: z.string(),
    changed: z.array(z.string()),
    thread: z.string().nullable(),
    thread_spent: z.number().nullable(),
    costs: z.number(),
    left: z.record(z.string(), z.number()),
    options: z.array(z.string()),
    free_text: z.boolean(),
  });
}

function answeredShape(z: Zod) {
  return z.strictObject({
    id: z.string(),
    path: z.string(),
    agent: z.string(),
    tool: z.string(),
    held_in: z.number(),
    answer: z.enum(['approved', 'denied']),
    by: z.string(),
    turn: z.number(),
    note: z.string(),
    said: z.string().optional(),
    outcome: z.string(),
  });
}

/** In the order of the answers, latest last. */
function listAnswered({ disk }: View) {
  const answered: Answered[] = [];
  let turn = 0;
  for (const line of journalLines(disk)) {
    if (line.k === 'open') turn = line.turn;
    if (line.k === 'decided') answered.push(answeredOf(turn, line));
  }
  const text = answered.length
    ? `${printAnswered(answered)}\n\nlemming show ID shows the result.`
    : 'No action has been answered yet.';
  return { data: { answered }, text };
}
