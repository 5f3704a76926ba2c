/** Shared by the commands about messages. */
import { basename, dirname, resolve } from 'node:path';
import { messageNamed } from '../app/look/mail-index.ts';
import type { Ask } from '../app/requests.ts';
import type { OutgoingFile } from '../app/send.ts';
import type { View } from '../app/view.ts';
import { inboxOf } from '../core/model/state/mail.ts';
import { DiskError } from '../disk/fs/disk.ts';
import { failure } from '../schema/fault.ts';
import type { Message } from '../schema/records/message.ts';
import type { World } from './world.ts';

/** The words of a message: the rest of the line, or all of standard input for `-`. Throws `usage` when there are none. `what`: what they are. */
export async function bodyOf(world: World, words: readonly string[], what = 'message'): Promise<string> {
  const body = words.length === 1 && words[0] === '-' ? await world.stdin() : words.join(' ');
  if (body.trim() === '')
    throw failure('usage', `The ${what} has no text.`, {
      remedy: 'Give the text in quotes, or - to read it from standard input.',
    });
  return body.trimEnd();
}

/** The message with that id. Throws `not-found`, or `refused` for mail that was not sent to the person. */
export function addressedTo(view: View, person: string, id: string): Message {
  const message = messageNamed(view, id);
  if (message.to.includes(person)) return message;
  throw failure('refused', `${message.id} was sent to ${message.to.join(', ')}, not to ${person}.`, {
    remedy: 'Run lemming inbox to list your mail.',
  });
}

/** Marks mail to the person as read if it is unread. A failure to write does not prevent the message from being shown. */
export async function markRead(world: World, view: View, person: string, id: string): Promise<void> {
  const unread = inboxOf(view.state.mail, person).some((mail) => mail.id === id);
  if (unread) await tellRead(world, person, { ask: 'read', ids: [id] });
}

/** Marks what was shown as read, if that can be written. The writing code is loaded only now. */
export async function tellRead(world: World, person: string, read: Extract<Ask, { ask: 'read' }>): Promise<void> {
  if (world.peeks) return;
  const { post } = await import('../app/requests.ts');
  try {
    post(world, person, [read]);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    world.say(`The message could not be marked as read: ${error.message}`);
  }
}

/** Names the recipients that are paused: their mail waits. */
export function tellPaused(world: World, { state }: View, names: readonly string[]): void {
  if (state.staff.paused)
    world.say('The organisation is paused. No agent reads the message before you run lemming resume.');
  for (const name of names)
    if (state.staff.agents.get(name)?.paused)
      world.say(`${name} is paused. It reads the message after you run lemming resume ${name}.`);
}

/** Where a message is. A face that goes on showing the organisation shows the message's way itself and needs no path. */
export function writtenText({ stays }: World, path: string, to: readonly string[]): string {
  return stays ? `Sent to ${to.join(', ')}. The next turn takes it in.` : path;
}

/** A file of the person's that goes with a message. Throws `not-found` and `too-large`. */
export function fileToSend(world: World, view: View, file: string): OutgoingFile {
  const path = resolve(world.cwd, file);
  const bytes = world.machine.disk(dirname(path)).read(basename(path));
  if (bytes === null)
    throw failure('not-found', `The file ${path} does not exist.`, { remedy: 'Check the path that you gave.' });
  const most = view.config.org.limits.message_bytes;
  if (bytes.length > most) throw failure('too-large', `${path} has ${bytes.length} bytes; the limit is ${most}.`);
  return { name: basename(path), bytes };
}
