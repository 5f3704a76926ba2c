import { printHead } from '../schema/print.ts';
import type { Effect, Entry } from './entry.ts';

/** The record of a message that was not delivered, written for people. Canonical. */
export function printDeadLetter({ record, detail }: Pick<Extract<Effect, { k: 'dead' }>, 'record' | 'detail'>): string {
  const head = printHead(Object.entries(record));
  return `${head}${record.message} from ${record.from} was not delivered to ${record.to.join(', ')}.\n\n${detail}\n\nThe message stays in ${record.path}. \`lemming retry ${record.id}\` gives it another chance.\n`;
}

/** The record of a file that was set aside. */
export function printAside({ id, path, owner, reason, detail, turn }: Extract<Entry, { k: 'aside' }>): string {
  const head = printHead(Object.entries({ id, message: null, path, from: owner, to: [], turn, reason, revived: null }));
  return `${head}${path} was set aside and stays where it is.\n\n${detail}\n\nMend the file, or delete it; \`lemming retry ${id}\` looks at it again.\n`;
}
