/** Sends messages of people: checks whom they reach, and puts them into outboxes. */
import { stringify } from 'yaml';
import { isAway } from '../core/mail/absent-agents.ts';
import { attachmentNames } from '../core/mail/attachment-names.ts';
import { type Config, lists } from '../core/model/config.ts';
import type { State } from '../core/model/state.ts';
import { resolveRecipients } from '../core/rights/recipients.ts';
import type { Clock } from '../disk/fs/clock.ts';
import type { Disk } from '../disk/fs/disk.ts';
import { replaceNow } from '../disk/fs/workspace.ts';
import { readIncoming } from '../disk/intake/incoming-message.ts';
import { maskJson } from '../engine/secrets.ts';
import { copyWith } from '../schema/copy.ts';
import { FaultError, failure } from '../schema/fault.ts';
import { padTurn, slug } from '../schema/name.ts';
import { throughOf } from './place.ts';
import { checkAgent } from './seats.ts';
import type { View } from './view.ts';

/** A message that a person writes. `to` may contain names, @unit or *. */
export interface OutgoingMessage {
  to: string[];
  body: string;
  subject?: string;
  kind?: string;
  priority?: string;
  thread?: string;
  reply_to?: string;
  task?: string;
  /** Names of files beside the message, or of those that are sent with it. */
  attachments?: string[];
  asks?: string;
  through?: 'mcp';
}

/** A file that goes with a message. */
export interface OutgoingFile {
  name: string;
  bytes: Uint8Array;
}

/**
 * Puts a message into a person's outbox, complete at once; the engine takes it in at its next freeze. Returns its path in
 * the org.
 */
export function drop(
  disk: Disk,
  clock: Clock,
  state: State,
  person: string,
  letter: OutgoingMessage,
  files: readonly OutgoingFile[] = [],
): string {
  const name = `${padTurn(state.clock.turn + 1)}-${clock.now()}-${clock.token().slice(0, 6)}-${slug(letter.subject ?? letter.body.slice(0, 60))}.sent.md`;
  const path = `agents/${person}/outbox/${name}`;
  const folder = path.replace(/md$/, 'files');
  files.forEach(({ bytes }, i) => {
    disk.create(`${folder}/${letter.attachments?.[i]}`, bytes);
  });
  replaceNow(disk, path, fileOf(letter));
  return path;
}

function fileOf({ body, ...head }: OutgoingMessage): string {
  return `---\n${stringify(head, { lineWidth: 0 })}---\n${body}\n`;
}

/** Whom a message of a person reaches. Throws `not-found` for an unknown name and `refused` for a missing edge. */
export function reach(view: Pick<View, 'config' | 'disk' | 'state'>, person: string, to: readonly string[]): string[] {
  const { config, state } = view;
  for (const name of to)
    if (name !== '*' && !name.startsWith('@') && !isAway(config, state, name)) checkAgent(view, name);
  const unit = to.find((name) => name.startsWith('@') && !config.units.has(name.slice(1)));
  if (unit !== undefined)
    throw failure('not-found', `There is no unit ${JSON.stringify(unit)}.`, {
      remedy: 'Each file in org/units/ is a unit.',
    });
  const reached = resolveRecipients(config, person, to);
  if (!reached.ok)
    throw failure('refused', `${reached.text} (rule: ${reached.rule})`, { remedy: edgeRemedy(config, person, to) });
  return reached.names;
}

/** Checks a message by the chart and sends it. Returns its path and recipients. Throws like `reach`, and `too-large`. */
export function sendMessage(
  view: View,
  person: string,
  letter: OutgoingMessage,
  files: readonly OutgoingFile[] = [],
): { path: string; to: string[] } {
  const to = reach(view, person, letter.to);
  const named = files.length ? { attachments: attachmentNames(files.map(({ name }) => name)) } : {};
  const clean = maskJson(view.mask, copyWith(copyWith(letter, named), throughOf(view)));
  const bytes = Buffer.byteLength(fileOf(clean));
  const most = view.config.org.limits.message_bytes;
  if (bytes > most) throw failure('too-large', `The message has ${bytes} bytes; the limit is ${most}.`);
  const read = readIncoming(`agents/${person}/outbox/new.md`, fileOf(clean));
  if ('fault' in read)
    throw new FaultError(copyWith(read.fault, { code: 'usage', remedy: 'Correct it, and send the message again.' }));
  return { path: drop(view.disk, view.clock, view.state, person, clean, files), to };
}

function edgeRemedy(config: Config, from: string, to: readonly string[]): string {
  const missing = to.flatMap((name) => [
    ...(lists(config.sendTo.get(from), name) ? [] : [`${name} to send_to of ${from}`]),
    ...(lists(config.readFrom.get(name), from) ? [] : [`${from} to read_from of ${name}`]),
  ]);
  return `An edge needs both ends. In org/chart.yaml, add ${missing.join(', and ')}.`;
}
