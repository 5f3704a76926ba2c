/** Shows what became of the messages of an author. */
import { deadOf } from '../../core/model/state/dead-letters.ts';
import type { ThreadMessage } from '../../core/model/state/mail.ts';
import type { State } from '../../core/model/state.ts';
import { parseMessageId } from '../../schema/name.ts';
import { shorten } from '../text/table.ts';

/** What became of a message: each reader is in one of the lists. */
export interface Sent {
  id: string;
  subject: string;
  /** Readers who have not been given it, or could not be. */
  waiting: string[];
  /** Readers who were given it and have not answered. */
  read_by: string[];
  answered_by: string[];
}

/** Only the lists. */
export type MessageFate = Pick<Sent, 'waiting' | 'read_by' | 'answered_by'>;

/**
 * The messages of an author in the conversations that the state keeps, the oldest first. A later message of a reader to the
 * author in the same conversation counts as an answer. Pure.
 */
export function sentBy(state: State, author: string): Sent[] {
  const sent: Sent[] = [];
  for (const tail of state.mail.threads.values())
    tail.forEach((said, i) => {
      if (said.from !== author) return;
      const waits = [
        ...(state.mail.waiting.get(said.id)?.waiting ?? []),
        ...deadOf(state.dead, said.id).flatMap(({ to }) => to),
      ];
      sent.push(fateOf(said, waits, tail.slice(i + 1)));
    });
  return sent.sort((a, b) => turnOf(a) - turnOf(b));
}

function fateOf(
  { id, from, to, subject }: ThreadMessage,
  waits: readonly string[],
  later: readonly ThreadMessage[],
): Sent {
  const given = to.filter((name) => !waits.includes(name));
  const hasAnswered = (name: string): boolean => later.some((one) => one.from === name && one.to.includes(from));
  return {
    id,
    subject,
    waiting: to.filter((name) => waits.includes(name)),
    read_by: given.filter((name) => !hasAnswered(name)),
    answered_by: given.filter(hasAnswered),
  };
}

function turnOf({ id }: Sent): number {
  return parseMessageId(id)?.turn ?? 0;
}

/** Who has got it and who has answered, in words. */
export function printFate({ waiting, read_by, answered_by }: MessageFate): string {
  const say = (what: string, names: readonly string[]): string =>
    names.length ? `${what} ${shorten(names.join(', '), 40)}` : '';
  return [say('waits for', waiting), say('read by', read_by), say('answered by', answered_by)]
    .filter(Boolean)
    .join('; ');
}
