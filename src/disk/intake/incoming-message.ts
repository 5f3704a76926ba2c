/** Reads the file of a message, whether a person or the engine wrote it. */
import type * as z from 'zod';
import { firstLine } from '../../core/rights/recipients.ts';
import { copyWith } from '../../schema/copy.ts';
import { type Fault, fault } from '../../schema/fault.ts';
import { isRecipient } from '../../schema/name.ts';
import { canonicalBody } from '../../schema/print.ts';
import { dropHead, type Message, messageHead } from '../../schema/records/message.ts';
import { readFrontMatter } from '../yaml/codec.ts';
import { readMarkdown, readYaml } from '../yaml/yaml.ts';

/** A message that a person wrote by hand, with the recipients as they named them (names, `@unit`, `*`). */
export interface IncomingMessage {
  head: z.output<ReturnType<typeof dropHead>>;
  to: string[];
  body: string;
}

/**
 * Reads a file that a person put into their outbox. Front matter is optional. The recipients are in `to`, else given by the
 * folder (`outbox/manager/note.md`), else by the file name (`outbox/manager.md`); whether they exist is not checked here. The
 * subject defaults to the first line of the body. Fault: the first problem; `invalid-value` if there is no recipient.
 */
export function readIncoming(path: string, text: string): IncomingMessage | { fault: Fault } {
  const parts = readFrontMatter(text, path);
  if (parts && 'fault' in parts) return parts;
  const { value: head, faults } = readYaml(dropHead(), parts?.head ?? '', path, parts?.headLine);
  if (!head) return { fault: faults[0] as Fault };
  const to = head.to ?? recipientIn(path);
  if (!to)
    return { fault: fault('invalid-value', 'The message has no recipient', { file: path, line: 1, remedy: NAMING }) };
  const body = canonicalBody(parts ? parts.body : text);
  return { head: copyWith(head, { subject: oneLine(head.subject ?? firstLine(body)) }), to, body };
}

const NAMING =
  'Begin the file with the lines ---, to: NAME and ---. Or name the file after the recipient, such as manager.md. Or put it into a folder of that name, such as outbox/manager/.';

/** The recipient that the subfolder of the outbox or the file name stands for. */
function recipientIn(path: string): string[] | null {
  const [folder, file] = /^agents\/[^/]+\/outbox\/(?:([^/]+)\/)?([^/]+)\.md$/.exec(path)?.slice(1) ?? [];
  const name = folder ?? file ?? '';
  return name !== '*' && isRecipient(name) ? [name] : null;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/**
 * Reads the file of a message that the engine wrote and that a person may have edited since. The author is the agent in whose
 * folder the file is, whatever the front matter says. `readMessage(printMessage(m), m.path)` gives `m` with its body in
 * canonical form.
 */
export function readMessage(text: string, path: string): { message: Message | null; faults: Fault[] } {
  const { head, body, faults } = readMarkdown(messageHead(), text, path);
  if (!head) return { message: null, faults };
  const from = /^agents\/([^/]+)\/outbox\//.exec(path)?.[1] ?? head.from;
  const { reply_to, expires, task, via, attachments, asks, addressed, routes, became, ...rest } = head;
  const message: Message = copyWith(rest, { from, path, body: canonicalBody(body) });
  if (reply_to !== undefined) message.reply_to = reply_to;
  if (expires !== undefined) message.expires = expires;
  if (task !== undefined) message.task = task;
  if (via !== undefined) message.via = via;
  if (attachments !== undefined) message.attachments = attachments;
  if (asks !== undefined) message.asks = asks;
  if (addressed !== undefined) message.addressed = addressed;
  if (routes !== undefined) message.routes = routes;
  if (became !== undefined) message.became = became;
  return { message, faults };
}
