/** `lemming show`: shows a turn, a visit, a message or a held act. */
import { foresee } from '../../app/foresee.ts';
import { findMessage } from '../../app/look/mail-index.ts';
import { readOrg } from '../../app/read-org.ts';
import { personIn } from '../../app/seats.ts';
import type { View } from '../../app/view.ts';
import { fateOf } from '../../core/mail/dead-letter-text.ts';
import { answeredPath, approvalPath, deadLetterPath } from '../../core/model/paths.ts';
import { deadOf } from '../../core/model/state/dead-letters.ts';
import type { State } from '../../core/model/state.ts';
import { journalLines, turnLines } from '../../engine/journal/history.ts';
import { failure } from '../../schema/fault.ts';
import { isApprovalId, parseMessageId } from '../../schema/name.ts';
import { printCall, printVisit, visitIn } from '../../views/journal/call.ts';
import { printTurn, turnOf } from '../../views/journal/turn.ts';
import { mailRow, printMail } from '../../views/mail/mail.ts';
import { callInCredits, heldInCredits } from '../../views/money/credits.ts';
import { rowsOf, unmarked } from '../../views/text/table.ts';
import type { DataOf, Definition, Outcome, Run } from '../command.ts';
import { markRead } from '../message-args.ts';
import { callShape, deadShape, mailShape, turnShape } from '../shapes.ts';
import type { World } from '../world.ts';

export const command = {
  name: 'show',
  group: 'look',
  summary: 'Show a message, a visit with its exact prompts and replies, an approval, a dead letter, or a turn',
  examples: [
    { line: 'lemming show 000005-manager-01', does: 'a message' },
    {
      line: 'lemming show 5.manager',
      does: 'the exact prompts that the manager was sent in turn 5, and its replies',
    },
    { line: 'lemming show 5.manager.1.1', does: 'only the first attempt of its first call' },
    { line: 'lemming show 5', does: 'everything that happened in turn 5' },
    { line: 'lemming show A-12-coder_01-1', does: 'a pending action' },
  ],
  args: [
    {
      name: 'id',
      about:
        'a turn, a visit (TURN.AGENT), a call (TURN.AGENT.N or TURN.AGENT.N.ATTEMPT), or the id of a message, approval or dead letter',
    },
  ],
  flags: [],
  reads: true,
  right: 'look',
  resource: { uri: 'lemming://turns/{id}', name: 'turn', about: 'everything that happened in a turn' },
  output: (z) =>
    z.union([
      z.strictObject({ what: z.literal('turn'), turn: z.number(), passed: z.literal(true) }),
      turnShape(z).extend({ what: z.literal('turn') }),
      z.strictObject({
        what: z.literal('visit'),
        turn: z.number(),
        agent: z.string(),
        visit: z.looseObject({ agent: z.string(), outcome: z.string() }).nullable(),
        calls: z.array(callShape(z)),
      }),
      callShape(z).extend({ what: z.literal('call') }),
      z.looseObject({ what: z.literal('approval'), id: z.string(), waits: z.boolean(), text: z.string() }),
      mailShape(z).extend({ what: z.literal('message'), dead_letters: z.array(deadShape(z)) }),
      deadShape(z).extend({ what: z.literal('dead-letter') }),
    ]),
} as const satisfies Definition;

/**
 * Everything comes from the folder and its journal; nothing is called. A message to the person counts as read. Throws
 * `not-found`.
 */
export const run: Run<typeof command> = async (world, input) => {
  const view = readOrg(world);
  const { id } = input.args;
  const outcome =
    showTurn(view, id) ??
    showCall(view, id) ??
    (await showApproval(view, id)) ??
    (await showMail(world, view, id)) ??
    showDead(view.state, id);
  if (outcome) return outcome;
  const remedy =
    'Run lemming history to list messages, or lemming approvals to list pending actions. A visit is named TURN.AGENT.';
  throw failure('not-found', `Nothing has the id ${JSON.stringify(id)}.`, { remedy });
};

type ShownData = Outcome<DataOf<typeof command> & object>;

function showTurn(view: View, id: string): ShownData | null {
  if (!/^\d+$/.test(id)) return null;
  const turn = Number(id);
  const lines = turnLines(view.disk, turn);
  if (lines.length === 0 && turn <= view.state.clock.turn && turn > 0)
    return {
      data: { what: 'turn', turn, passed: true },
      text: `Turn ${turn} passed: no agent was due, and nobody asked for anything.`,
    };
  if (lines.length === 0)
    throw failure('not-found', `There was no turn ${turn}.`, { remedy: 'Run lemming status to see the last one.' });
  const shown = turnOf(turn, lines);
  return { data: { what: 'turn', ...shown }, text: printTurn(shown) };
}

function showCall({ disk }: View, id: string): ShownData | null {
  const [, turn, agent, which] = /^(\d+)\.([a-z][a-z0-9_-]*)(\.\d+(?:\.\d+)?)?$/.exec(id) ?? [];
  if (turn === undefined || agent === undefined) return null;
  const visit = visitIn(journalLines(disk), Number(turn), agent);
  if (!visit)
    throw failure('not-found', `${agent} had no visit in turn ${turn}.`, {
      remedy: `Run lemming show ${turn} to list the visits of the turn.`,
    });
  if (which === undefined)
    return {
      data: { what: 'visit', ...visit, calls: visit.calls.map(callInCredits) },
      text: unmarked(printVisit(visit)),
    };
  const call = visit.calls.findLast(({ key }) => key === id || key.startsWith(`${id}.`));
  if (!call)
    throw failure('not-found', `There was no call ${id}.`, {
      remedy: `Run lemming show ${turn}.${agent} to list the calls of the visit.`,
    });
  return { data: { what: 'call', ...callInCredits(call) }, text: unmarked(printCall(call)) };
}

/** A held act: a waiting one from the state, an answered one from its file. */
async function showApproval(view: View, id: string): Promise<ShownData | null> {
  if (!isApprovalId(id)) return null;
  const bytes = view.disk.read(approvalPath(id)) ?? view.disk.read(answeredPath(id));
  await foresee(view);
  const approval = view.state.approvals.pending.get(id);
  if (!approval && bytes === null) return null;
  const text =
    bytes === null ? JSON.stringify(approval && heldInCredits(approval), null, 2) : Buffer.from(bytes).toString();
  return {
    data: { what: 'approval', id, waits: approval?.answer === null, ...(approval && heldInCredits(approval)), text },
    text: unmarked(text),
  };
}

/** A message, with what became of it if it could not be delivered. It counts as read if it was sent to the person. */
async function showMail(world: World, view: View, id: string): Promise<ShownData | null> {
  const { config, seat, state } = view;
  const message = parseMessageId(id) && findMessage(view, id);
  if (!message) return null;
  const person = seat?.person ?? personIn(config);
  if (person !== undefined) await markRead(world, view, person, id);
  const row = mailRow(state, message);
  const dead = deadOf(state.dead, id);
  const notes = dead.map(
    (one) =>
      `Dead letter ${one.id} ${fateOf(one)}${one.reason === 'attempts' ? '' : ` (${one.reason})`}. ${one.detail}`,
  );
  return { data: { what: 'message', ...row, dead_letters: dead }, text: [printMail(row), ...notes].join('\n\n') };
}

function showDead(state: State, id: string): ShownData | null {
  const dead = state.dead.letters.get(id);
  if (!dead) return null;
  const { message, from, to, path, turn, reason, detail } = dead;
  const head = rowsOf([
    ['id', id],
    ['message', message ?? '-'],
    ['from', from],
    ['to', to.join(', ')],
    ['turn', String(turn)],
    ['reason', reason],
    ['file', path],
    ['record', deadLetterPath(id)],
  ]);
  return {
    data: { what: 'dead-letter', ...dead },
    text: `${head}\n\n${detail}\n\nTo deliver it again: lemming retry ${id}`,
  };
}
