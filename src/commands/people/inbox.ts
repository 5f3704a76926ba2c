/** `lemming inbox`: shows your mail. */
import { foresee } from '../../app/foresee.ts';
import { findMessage, messageAt, receivedBy } from '../../app/look/mail-index.ts';
import { readOrg } from '../../app/read-org.ts';
import { readerOf } from '../../app/seats.ts';
import type { View } from '../../app/view.ts';
import { type NoticeLine, noticeLines } from '../../core/mail/chain.ts';
import { collectedFor, inboxOf } from '../../core/model/state/mail.ts';
import { agentState } from '../../core/model/state/staff.ts';
import type { Message } from '../../schema/records/message.ts';
import { type MailRow, mailRow, printInbox } from '../../views/mail/mail.ts';
import { mayBeReadBy } from '../../views/org/chart.ts';
import { countNeeds, type NeedCounts, printNeeds } from '../../views/org/needs.ts';
import { count } from '../../views/text/table.ts';
import type { Definition, Run } from '../command.ts';
import { mailShape, needsShape, noticeShape } from '../shapes.ts';

export const command = {
  name: 'inbox',
  group: 'people',
  summary: 'Show your mail, unread first, and your notices',
  examples: [
    { line: 'lemming inbox', does: 'lists unread mail by conversation, then the mail you read last, and notices' },
    { line: 'lemming inbox --all --json', does: 'prints all mail that was ever sent to you' },
  ],
  args: [],
  flags: [
    { name: 'all', about: 'include archived mail, and mail of agents that may no longer write to you' },
    { name: 'unread', about: 'only unread mail' },
  ],
  reads: true,
  right: 'seat',
  resource: { uri: 'lemming://inbox', name: 'inbox', about: 'mail of the seat, unread first, and notices' },
  output: (z) =>
    z.strictObject({
      messages: z.array(mailShape(z)),
      notices: z.array(noticeShape(z)),
      needs: needsShape(z),
    }),
} as const satisfies Definition;

/** How many messages that were read are printed by default. */
const SHOWN_READ = 10;

export const run: Run<typeof command, { messages: MailRow[]; notices: NoticeLine[]; needs: NeedCounts }> = async (
  world,
  input,
) => {
  const view = readOrg(world);
  await foresee(view);
  const person = readerOf(view);
  const all = input.flags.all === true;
  const later = collectedFor(view.state.mail, person, view.state.clock.turn + 1);
  const unread = inboxOf(view.state.mail, person)
    .filter(({ id }) => all || !later.has(id))
    .map((mail) => mailRow(view.state, mail, mail.waiting, person));
  const read = input.flags.unread ? [] : [...take(readBefore(view, person, all), all ? Infinity : SHOWN_READ + 1)];
  const notices = noticeLines(agentState(view.state.staff, person).notices);
  const needs = countNeeds(view.config, view.state, person, [...view.faults, ...view.warnings]);
  const shown = all ? read : read.slice(0, SHOWN_READ);
  const text = [
    `${count(unread.length, 'unread message')} for ${person || 'nobody: the chart has no person'}`,
    printInbox([...unread, ...shown], (thread) => topicOf(view, thread)),
    read.length > shown.length ? 'For older mail: lemming inbox --all' : '',
    notices.length
      ? `${count(notices.length, 'notice')} (lemming read notices clears them)\n${notices.map((n) => `  turn ${n.turn}: ${n.text}`).join('\n')}`
      : '',
    later.size && !all
      ? `${count(later.size, 'more message')} collected by a route until turn ${Math.min(...later.values())} (lemming inbox --all)`
      : '',
    unread.length ? 'To show a message: lemming read ID. To answer it: lemming reply ID TEXT' : '',
    needs.count > needs.mail ? printNeeds(needs) : '',
  ];
  return { data: { messages: [...unread, ...shown], notices, needs }, text: text.filter(Boolean).join('\n\n') };
};

/** Mail that the person has read, latest first: from those who may write to them now, or from all of history. */
function* readBefore(view: View, person: string, all: boolean): Generator<MailRow> {
  const authors = new Set(mayBeReadBy(view.config, person));
  for (const received of receivedBy(view.state, person)) {
    if (!all && (!authors.has(received.author) || view.state.mail.archive.has(received.id))) continue;
    if (view.state.mail.waiting.get(received.id)?.waiting.includes(person)) continue;
    const message = messageAt(view, received, all);
    if (message?.to.includes(person)) yield mailRow(view.state, message, waitingFor(view, message), person);
  }
}

function* take<T>(all: Iterable<T>, most: number): Generator<T> {
  let left = most;
  if (left > 0)
    for (const one of all) {
      yield one;
      if (--left <= 0) return;
    }
}

function waitingFor(view: View, message: Message): string[] {
  return view.state.mail.waiting.get(message.id)?.waiting ?? [];
}

/** The topic of a conversation: the subject of its first message. */
function topicOf(view: View, thread: string): string | null {
  return findMessage(view, thread)?.subject ?? view.state.mail.threads.get(thread)?.[0]?.subject ?? null;
}
