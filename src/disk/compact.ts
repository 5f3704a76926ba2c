import type { Entry } from '../core/entry.ts';

/**
 * Keeps a text once: the body of a sent message that a reply of the same turn holds word for word is written as a reference
 * to that act. Both ways work line by line over one journal file.
 */
export class Compact {
  /** Bodies in the replies of the turn, by agent. */
  private readonly bodies = new Map<string, { n: number; act: number; body: string }[]>();

  /** The line as it is written. */
  pack(entry: Entry): object {
    if (entry.k === 'reply') this.note(entry);
    if (entry.k !== 'sent') return entry;
    const { body, ...message } = entry.message;
    const same = this.bodies.get(message.from)?.find((known) => known.body === body);
    return same ? { ...entry, message, body: [same.n, same.act] } : entry;
  }

  /** The line as it is meant. */
  unpack(line: Entry): Entry {
    if (line.k === 'reply') this.note(line);
    if (line.k !== 'sent' || !('body' in line)) return line;
    const { body: place, ...entry } = line as typeof line & { body: [number, number] };
    const known = this.bodies.get(entry.message.from)?.find(({ n, act }) => n === place[0] && act === place[1]);
    if (!known) throw new Error('the message refers to an act that is not in this file');
    return { ...entry, message: { ...entry.message, body: known.body } };
  }

  private note(entry: Extract<Entry, { k: 'reply' }>): void {
    entry.reply.acts.forEach(({ input }, act) => {
      const body = input !== null && typeof input === 'object' && !Array.isArray(input) ? input.body : undefined;
      if (typeof body !== 'string') return;
      const list = this.bodies.get(entry.agent);
      if (list) list.push({ n: entry.n, act, body });
      else this.bodies.set(entry.agent, [{ n: entry.n, act, body }]);
    });
  }
}
