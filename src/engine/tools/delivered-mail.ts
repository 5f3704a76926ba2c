/** Reads the mail that an agent wrote or was given from the journal, as it was delivered. */
import { knownTo } from '../../core/mail/known.ts';
import type { Entry } from '../../core/model/entry.ts';
import type { State } from '../../core/model/state.ts';
import type { ActContext, DeliveredMail, ToolContext } from '../../core/model/tool.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { copyWith } from '../../schema/copy.ts';
import { parseMessageId } from '../../schema/name.ts';
import type { Message } from '../../schema/records/message.ts';
import { turnLinesIn } from '../journal/history.ts';

/** The mail that a tool of this agent can read: the mail of this visit, and mail it knows from earlier ones. */
export function readableMail(
  disk: Disk,
  state: State,
  { agent, given }: Pick<ActContext, 'agent' | 'given'>,
): Pick<ToolContext, 'mail' | 'mailIds'> {
  const linesOf = lastTurnKept(disk);
  return {
    mailIds: () => knownTo(state, agent),
    mail(id): DeliveredMail | null {
      const now = given.some((mail) => mail.id === id) ? state.mail.waiting.get(id) : undefined;
      if (now) return now;
      const known = state.mail.known.get(`${agent} ${id}`);
      const message = known ? journaled(linesOf, id, known.edited) : null;
      return message && copyWith(message, { tainted: known?.tainted });
    },
  };
}

/** The lines of a turn. Those of the last turn are cached, because a search reads all messages of a turn one after the other. */
function lastTurnKept(disk: Disk): (turn: number) => readonly Entry[] {
  let kept: { turn: number; lines: readonly Entry[] } | null = null;
  return (turn) => {
    if (kept?.turn !== turn) kept = { turn, lines: turnLinesIn(disk, turn) };
    return kept.lines;
  };
}

/** `edited`: the turn in which a person changed it or sent it again. */
function journaled(
  linesOf: (turn: number) => readonly Entry[],
  id: string,
  edited: number | undefined,
): Message | null {
  const turn = parseMessageId(id)?.turn;
  let message: Message | null = null;
  for (const line of turn === undefined ? [] : linesOf(turn))
    if ((line.k === 'sent' || line.k === 'drop') && line.message.id === id) message = line.message;
  for (const line of edited === undefined ? [] : linesOf(edited)) {
    if (line.k === 'revived' && line.message.id === id) message = line.message;
    if (line.k === 'mail' && line.id === id && message)
      message = copyWith(message, { subject: line.subject, body: line.body });
  }
  return message;
}
