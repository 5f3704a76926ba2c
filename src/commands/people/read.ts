/** `lemming read`: shows a message and marks it as read. */
import { foresee } from '../../app/foresee.ts';
import { messageNamed } from '../../app/look/mail-index.ts';
import { readOrg } from '../../app/read-org.ts';
import { personOf } from '../../app/seats.ts';
import type { View } from '../../app/view.ts';
import { noticeLines } from '../../core/mail/chain.ts';
import { noticeKey } from '../../core/mail/notices.ts';
import { agentState } from '../../core/model/state/staff.ts';
import { type MailRow, mailRow, printMail } from '../../views/mail/mail.ts';
import type { Definition, Run } from '../command.ts';
import { markRead, tellRead } from '../message-args.ts';
import { mailShape, noticeShape } from '../shapes.ts';
import type { World } from '../world.ts';

export const command = {
  name: 'read',
  group: 'people',
  summary: 'Show a message; if it is to you, mark it as read',
  examples: [
    { line: 'lemming read 000005-manager-01', does: 'prints the message and marks it as read' },
    { line: 'lemming read notices', does: 'prints your notices and clears them' },
  ],
  args: [{ name: 'id', about: 'the id of a message, or the word notices', of: ['message'] }],
  flags: [],
  reads: false,
  right: 'seat',
  resource: { uri: 'lemming://mail/{id}', name: 'message', about: 'a message; this does not mark it as read' },
  screen: [{ key: 'n', action: 'notices', on: 'org', given: 'notices' }],
  output: (z) => z.union([mailShape(z), z.strictObject({ notices: z.array(noticeShape(z)) })]),
} as const satisfies Definition;

export const run: Run<typeof command> = (world, input) =>
  input.args.id === 'notices' ? readNotices(world) : readMessage(world, input);

/** A message, even if its id is that of notices. */
export const readMessage: Run<typeof command, MailRow> = async (world, input) => {
  const view = await foreseen(world);
  const { id } = input.args;
  const person = personOf(view);
  const message = messageNamed(view, id);
  const waiting = view.state.mail.waiting.get(id)?.waiting ?? [];
  await markRead(world, view, person, id);
  const left = waiting.filter((name) => name !== person);
  const row = { ...mailRow(view.state, message, left), read: message.to.includes(person) || left.length === 0 };
  return { data: row, text: printMail(row) };
};

async function readNotices(world: World) {
  const view = await foreseen(world);
  const person = personOf(view);
  const told = agentState(view.state.staff, person).notices;
  const notices = noticeLines(told);
  if (told.length) await tellRead(world, person, { ask: 'read', ids: ['notices'], notices: told.map(noticeKey) });
  const text = notices.map((notice) => `turn ${notice.turn}: ${notice.text}`).join('\n');
  return { data: { notices }, text: text || 'You have no notices.' };
}

async function foreseen(world: World): Promise<View> {
  const view = readOrg(world);
  await foresee(view);
  return view;
}
