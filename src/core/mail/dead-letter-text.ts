/** The records of dead letters and of files that were set aside. */
import { printHead } from '../../schema/print.ts';
import type { DeadLetterHead } from '../../schema/records/dead-letter.ts';
import type { Effect, Entry } from '../model/entry.ts';

/** The record of a message that was not delivered, written for people. Canonical. */
export function printDeadLetter(dead: Pick<Extract<Effect, { k: 'dead' }>, 'record' | 'detail' | 'waits'>): string {
  const { record, detail, waits } = dead;
  const head = printHead(Object.entries(record));
  const what = `${record.message} from ${record.from} ${fateOf(record, waits)}.`;
  const remedy = waits ? 'It is delivered when the folder is back.' : remedyFor(record);
  return `${head}${what}\n\n${detail}\n\nThe message stays in ${record.path}. ${remedy}\n`;
}

/** What a person can do; nothing can be delivered to an agent that does not exist. */
export function remedyFor({ id, reason }: Pick<DeadLetterHead, 'id' | 'reason'>): string {
  return reason === 'no-agent' ? 'Write to someone else.' : `To deliver it again: lemming retry ${id}.`;
}

/** The fate of the message. Agents that failed with it too often did get it: to them it was delivered. */
export function fateOf({ to, reason }: { to: readonly string[]; reason: string }, waits = false): string {
  const fate = reason === 'attempts' ? 'was not finished by' : 'was not delivered to';
  return `${waits ? 'waits for' : fate} ${to.join(', ')}`;
}

/** The record of a file that was set aside. */
export function printAside({ id, path, owner, reason, detail, turn }: Extract<Entry, { k: 'aside' }>): string {
  const head = printHead(Object.entries({ id, message: null, path, from: owner, to: [], turn, reason, revived: null }));
  return `${head}${path} was set aside and stays where it is.\n\n${detail}\n\nCorrect or delete the file; \`lemming retry ${id}\` tries it again.\n`;
}
