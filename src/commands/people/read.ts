import { foresee } from '../../app/foresee.ts';
import { messageNamed } from '../../app/look/mail-index.ts';
import { readOrg } from '../../app/read-org.ts';
import { personOf } from '../../app/seats.ts';
import type { View } from '../../app/view.ts';
import { noticeLines } from '../../core/mail/chain.ts';
import { noticeKey } from '../../core/mail/notices.ts';
import { agentState } from '../../core/model/state.ts';
import { type MailRow, mailRow, printMail } from '../../views/mail/mail.ts';
import type { Command, Outcome, Run, World } from '../command.ts';
import { markRead, tellRead } from '../message-args.ts';

export const command: Command = {
  name: 'read',
  group: 'people',
  summary: 'Show a message; mail to you counts as read from then on',
  examples: [
    { line: 'lemming read 000005-manager-01', does: 'prints the message and marks it as read' },
    { line: 'lemming read notices', does: 'prints what you were to be told and clears it' },
  ],
  args: [{ name: 'id', about: 'id of a message, or the word notices', of: ['message'] }],
  flags: [],
  reads: false,
};

export const run: Run = (world, input) =>
  input.args.id === 'notices' ? readNotices(world) : readMessage(world, input);

/** A message, whatever its id says. */
export const readMessage: Run<MailRow> = async (world, input) => {
  const view = await foreseen(world);
  const id = input.args.id as string;
  const person = personOf(view);
  const message = messageNamed(view, id);
  const waiting = view.state.mail.get(id)?.waiting ?? [];
  await markRead(world, view, person, id);
  const left = waiting.filter((name) => name !== person);
  const row = { ...mailRow(view.state, message, left), read: message.to.includes(person) || left.length === 0 };
  return { data: row, text: printMail(row) };
};

async function readNotices(world: World): Promise<Outcome> {
  const view = await foreseen(world);
  const person = personOf(view);
  const told = agentState(view.state, person).notices;
  const notices = noticeLines(told);
  if (told.length) await tellRead(world, person, { ask: 'read', ids: ['notices'], notices: told.map(noticeKey) });
  const text = notices.map((notice) => `turn ${notice.turn}: ${notice.text}`).join('\n');
  return { data: { notices }, text: text || 'There are no notices.' };
}

async function foreseen(world: World): Promise<View> {
  const view = readOrg(world);
  await foresee(view);
  return view;
}
