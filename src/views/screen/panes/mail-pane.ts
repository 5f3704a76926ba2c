/** The Mail pane of the screen. */
import { collectedFor } from '../../../core/model/state/mail.ts';
import type { Message } from '../../../schema/records/message.ts';
import { filesWith } from '../../mail/mail.ts';
import { asks, type Filter, fits } from '../filter.ts';
import { type Cell, cell, facts, line, type Pane, type ScreenLine } from '../line.ts';
import { markdown } from '../markdown.ts';
import type { ScreenSnapshot } from '../snapshot.ts';

export const MAIL_TERMS = ['agent', 'from', 'to', 'kind', 'priority', 'unread', 'turn', 'thread'];

/** A message in its conversation: `depth` 0 starts one. */
interface Placed {
  message: Message;
  depth: number;
  dropped: boolean;
}

/** The latest mail by conversation: the conversation with the latest message first, and its latest message first. */
export function mailPane(scene: ScreenSnapshot, filter: Filter): Pane {
  const placed = conversations(scene, filter);
  return {
    columns: [
      { title: '', width: 1 },
      { title: 'turn', width: 6, right: true },
      { title: 'from', width: 14 },
      { title: 'to', width: 14 },
      { title: 'subject', share: 1 },
      { title: 'kind', width: 16, from: 70 },
      { title: 'waits for', width: 16, from: 110 },
    ],
    keys: placed.map(({ message }) => message.id),
    cells: (row) => cellsOf(scene, placed[row]!),
    about: (row) => {
      const { id, path, from } = placed[row]!.message;
      return { what: 'message', id, file: path, ...(scene.config.agents.get(from)?.person ? {} : { agent: from }) };
    },
    detail: (row) => mailDetail(scene, placed[row]!.message),
    top: [],
    empty:
      scene.recent.mail.size === 0
        ? 'There are no messages yet. Write to an agent from its row.'
        : 'No message matches the filter.',
  };
}

function conversations(scene: ScreenSnapshot, filter: Filter): Placed[] {
  const { recent, drops } = scene;
  const dropped = new Set(drops.map(({ id }) => id));
  const threads = new Map<string, Message[]>();
  for (const message of [...recent.mail.values(), ...drops]) {
    if (asks(filter) && !fits(filter, facetsOf(scene, message))) continue;
    const mail = threads.get(message.thread);
    threads.delete(message.thread); // what was written to last stands last
    threads.set(message.thread, mail ?? []);
    threads.get(message.thread)?.push(message);
  }
  return [...threads.values()]
    .reverse()
    .flatMap((mail) =>
      mail.reverse().map((message, i) => ({ message, depth: Math.min(i, 1), dropped: dropped.has(message.id) })),
    );
}

function facetsOf(scene: ScreenSnapshot, { id, from, to, kind, priority, subject, body, turn, thread }: Message) {
  return {
    text: `${subject}\n${from} ${to.join(' ')}\n${body}`,
    agent: [from, ...to],
    from,
    to,
    kind,
    priority,
    turn: String(turn),
    thread,
    unread: isUnread(scene, id) ? 'yes' : [],
  };
}

/** Whether the person at the keyboard has not read it. What a route still collects is not to be read yet. */
export function isUnread({ state, person }: ScreenSnapshot, id: string): boolean {
  const { mail, clock } = state;
  if (collectedFor(mail, person, clock.turn + 1).has(id)) return false;
  return mail.waiting.get(id)?.waiting.includes(person) ?? false;
}

function cellsOf(scene: ScreenSnapshot, { message, depth, dropped }: Placed): Cell[] {
  const { id, turn, from, to, subject, kind, priority } = message;
  const unread = isUnread(scene, id);
  const waiting = dropped ? 'the next turn' : (scene.state.mail.waiting.get(id)?.waiting ?? []).join(', ');
  const urgent = priority === 'urgent' || priority === 'high';
  const tone = unread ? 'strong' : 'plain';
  return [
    cell(dropped ? '>' : unread ? '*' : '', 'warn'),
    cell(dropped ? 'next' : turn, 'quiet'),
    cell(from, tone),
    cell(to.join(', '), 'quiet'),
    cell(`${depth > 0 ? '  ' : ''}${subject}`, tone),
    cell(priority === 'normal' ? kind : `${kind}, ${priority}`, urgent ? 'warn' : 'quiet'),
    cell(waiting, 'quiet'),
  ];
}

/** Characters of a message that are shown. */
const MOST = 100_000;

/** A message as its reader sees it, then its conversation. */
export function mailDetail(scene: ScreenSnapshot, message: Message): ScreenLine[] {
  const { id, from, to, turn, kind, priority, subject, task, via, body, expires, path } = message;
  return [
    line(subject, 'title'),
    ...facts([
      ['from', `${from}  (turn ${turn})`],
      ['to', to.join(', ')],
      ['kind', priority === 'normal' ? kind : `${kind}, ${priority}`, priority === 'normal' ? 'plain' : 'warn'],
      ['id', id],
      ['task', task],
      ['model', via],
      ['attached', filesWith(scene.state, message).join(', ')],
      ['expires', expires === undefined ? null : `turn ${expires}`],
      ['waits for', (scene.state.mail.waiting.get(id)?.waiting ?? []).join(', ')],
    ]),
    line(),
    ...markdown(body.slice(0, MOST)),
    ...(body.length > MOST ? [line(), line(`The rest is in ${path}.`, 'quiet')] : []),
    ...threadLines(scene, message),
  ];
}

/** Characters of a message that its conversation shows. */
const FIRST_WORDS = 200;

function threadLines({ recent }: ScreenSnapshot, { id, thread }: Message): ScreenLine[] {
  const others = (recent.threads.get(thread) ?? []).flatMap((one) => recent.mail.get(one) ?? []);
  if (others.length < 2) return [];
  return [
    line(),
    line(`Conversation ${thread}`, 'title'),
    ...others.map((one) =>
      line(
        `${one.id === id ? '> ' : '  '}${one.turn} ${one.from} to ${one.to.join(', ')}: ${one.subject}: ${one.body.slice(0, FIRST_WORDS)}`,
        one.id === id ? 'strong' : 'plain',
        4,
      ),
    ),
  ];
}
