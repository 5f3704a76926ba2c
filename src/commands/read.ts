import { agentState, inboxOf } from '../core/state.ts';
import { DiskError } from '../disk/disk.ts';
import { messageNamed } from '../engine/mail.ts';
import { foresee, personOf, post, readOrg, type View } from '../engine/open.ts';
import { mailRow, printMail } from '../views/mail.ts';
import type { Command, Outcome, Run, World } from './command.ts';

export const command: Command = {
  name: 'read',
  group: 'people',
  summary: 'Show a message; mail to you counts as read from then on',
  examples: [
    { line: 'lemming read 000005-manager-01', does: 'prints the message and marks it as read' },
    { line: 'lemming read notices', does: 'prints what you were to be told and clears it' },
  ],
  args: [{ name: 'id', about: 'id of a message, or the word notices' }],
  flags: [],
  reads: false,
};

export const run: Run = async (world, input) => {
  const view = readOrg(world);
  await foresee(view);
  const id = input.args.id as string;
  return id === 'notices' ? readNotices(world, view) : readMessage(world, view, id);
};

function readMessage(world: World, view: View, id: string): Outcome {
  const person = personOf(view.config);
  const message = messageNamed(view.disk, id);
  const waiting = view.state.mail.get(id)?.waiting ?? [];
  const unread = inboxOf(view.state, person).some((mail) => mail.id === id);
  if (unread) mark(world, person, id);
  const left = waiting.filter((name) => name !== person);
  const row = { ...mailRow(message, left), read: message.to.includes(person) || left.length === 0 };
  return { data: row, text: printMail(row) };
}

function readNotices(world: World, view: View): Outcome {
  const person = personOf(view.config);
  const { notices } = agentState(view.state, person);
  if (notices.length) mark(world, person, 'notices');
  const text = notices.map((notice) => `turn ${notice.turn}: ${notice.text}`).join('\n');
  return { data: { notices }, text: text || 'There are no notices.' };
}

/** What can be shown is shown, also where nothing can be written. */
function mark(world: World, person: string, id: string): void {
  try {
    post(world, person, [{ ask: 'read', ids: [id] }]);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    world.say(`It could not be marked as read: ${error.message}`);
  }
}
