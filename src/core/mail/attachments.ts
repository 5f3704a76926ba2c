/** Which files came with a message, who may read them, and by which paths. */
import { isUtf8 } from 'node:buffer';
import type { Resume } from '../../schema/config/resume.ts';
import { copyWith } from '../../schema/copy.ts';
import { parseMessageId } from '../../schema/name.ts';
import type { Message } from '../../schema/records/message.ts';
import type { Attached, Cause, Effect } from '../model/entry.ts';
import { textHash } from '../model/hash.ts';
import type { AttachedFile, Attachments } from '../model/state/mail.ts';
import { getsResult, type Task } from '../model/state/tasks.ts';
import type { State } from '../model/state.ts';
import { type PathRuling, permitPath } from '../model/tool-path.ts';
import { archivePath } from '../rights/recipients.ts';
import { tame } from '../text/untrusted.ts';

/** Notes what came with a message. A file without a path of its own lies beside the message, where its author laid it. */
export function noteAttached(
  { mail, rights }: State,
  { id, from, attachments = [] }: Message,
  files: readonly Omit<AttachedFile, 'name'>[],
  isTainted: boolean,
): void {
  if (attachments.length === 0) return;
  const placed = attachments.map((name, i): AttachedFile => {
    return { name, ...(files[i] ?? { path: `agents/${from}/outbox/${name}` }) };
  });
  const tainted = isTainted || rights.tainted.has(from);
  mail.attached.set(id, { files: placed, readers: [], ...(tainted ? { tainted } : {}) });
}

/** Most characters of a file that prompts show. */
const SHOWN_CHARS = 8000;

/**
 * The file of a message, with its text if prompts show it: a short text that the author of the message made. A file that is
 * only sent on is read by those who need it.
 */
export function placedFile(file: Attached): Omit<AttachedFile, 'name'> {
  const { path, from } = file;
  const text = isAttachment(from) ? null : shownText(file);
  return text === null ? { path } : { path, text };
}

/** The text of a file if it is short and prompts can show it. */
export function shownText({ data }: Pick<Attached, 'data'>): string | null {
  if (data.length > SHOWN_CHARS * 2) return null;
  const bytes = Buffer.from(data, 'base64');
  const text = isUtf8(bytes) ? bytes.toString().trimEnd() : '';
  const isShown = text !== '' && text.length <= SHOWN_CHARS && !UNPRINTABLE.test(text);
  return isShown ? tame(text) : null;
}
/** Control characters, of which a text has none but tabs and line breaks. */
const UNPRINTABLE = /[\x00-\x08\x0b\x0c\x0e-\x1f]/;

/** No agent but this one was still to be given these messages: what came with them is shown no more. */
export function forgetShown({ mail }: State, agent: string, ids: readonly string[]): void {
  for (const id of ids) {
    const { attachments, waiting = [] } = mail.waiting.get(id) ?? {};
    const isLast = waiting.every((name) => name === agent || mail.own.has(name));
    const attached = attachments && isLast ? mail.attached.get(id) : undefined;
    if (attached?.files.some(({ text }) => text !== undefined))
      mail.attached.set(id, copyWith(attached, { files: attached.files.map(withoutText) }));
  }
}

/** Only files that agents made are shown, and no person laid those. */
function withoutText({ name, path }: AttachedFile): AttachedFile {
  return { name, path };
}

/** Notes which line holds the bytes of files, for when they are sent on. */
export function noteContents({ mail }: State, files: readonly Attached[]): void {
  for (const file of files) {
    const { hash = bytesHash(file.data), same = file.path, from = '' } = file;
    for (const path of isAttachment(from) ? [file.path, from] : [file.path])
      if (mail.contents.get(`${hash} ${path}`) === undefined) mail.contents.set(`${hash} ${path}`, same);
  }
}

/** An agent was given messages: from now on it may read what came with them. */
export function noteReader({ mail }: State, agent: string, ids: readonly string[]): void {
  for (const id of ids) {
    const attached = mail.waiting.get(id)?.attachments ? mail.attached.get(id) : undefined;
    if (attached && !attached.readers.includes(agent))
      mail.attached.set(id, copyWith(attached, { readers: [...attached.readers, agent] }));
  }
}

/**
 * A file that is sent on is named by its hash where a line of the journal, or an earlier message of the turn, holds its bytes.
 * Equal bytes that came another way are kept apart: a redaction may take one of them.
 */
export function keepOnce(state: State, effects: Effect[]): Effect[] {
  if (!effects.some((effect) => effect.k === 'sent' && effect.files)) return effects;
  const first = new Map<string, string>();
  const once = ({ data, ...file }: Attached): Attached => {
    const key = isAttachment(file.from) ? `${bytesHash(data)} ${file.from}` : '';
    const same = key === '' ? undefined : (state.mail.contents.get(key) ?? first.get(key));
    if (key !== '') first.set(key, file.path);
    return same === undefined ? { data, ...file } : copyWith(file, { hash: bytesHash(data), same, data });
  };
  return effects.map((effect) =>
    effect.k === 'sent' && effect.files ? copyWith(effect, { files: effect.files.map(once) }) : effect,
  );
}

/** Whether a file came with mail. */
function isAttachment(path = ''): boolean {
  return /^agents\/[^/]+\/outbox\//.test(path);
}

function bytesHash(base64: string): string {
  return textHash(Buffer.from(base64, 'base64'));
}

/** Who reads, and the mail of the visit. */
export interface Reader {
  state: State;
  resume: Resume;
  given: readonly Pick<Cause, 'id'>[];
}

/**
 * Resolves a path for reading: what the agent may write; `attachments/NAME`, which came with the mail of this visit; and
 * `attachments/<id>/NAME`, which came with a message that the agent wrote or was ever given, or with the result of a task.
 */
export function permitRead(reader: Reader, path: string, isThere: (path: string) => boolean): PathRuling {
  const [, first = '', second] = /^(?:\.\/)?attachments\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
  const found = second === undefined ? inThisVisit(reader, first) : inMessage(reader, first, second);
  const [one] = found;
  if (one === undefined) return permitPath(reader.resume, path, isThere);
  if (found.length > 1) return { ok: false, text: severalText(first, found) };
  const also = [...(one.isOfTask ? [] : [archivePath(one.path)]), ...(one.found === undefined ? [] : [one.found])];
  return { ok: true, path: one.path, shared: false, also, ...(one.tainted ? { tainted: true } : {}) };
}

type Found = AttachedFile & { id: string; tainted: boolean; isOfTask?: true };

function inThisVisit({ state, given }: Reader, name: string): Found[] {
  return [...new Set(given.map(({ id }) => id))].flatMap((id) => named(id, state.mail.attached.get(id), name));
}

function inMessage({ state, resume, given }: Reader, id: string, name: string): Found[] {
  if (getsResult(state.tasks, resume.name, id))
    return named(id, resultOf(state, id), name).map((found) => copyWith(found, { isOfTask: true as const }));
  const attached = parseMessageId(id) ? state.mail.attached.get(id) : undefined;
  const isOwn = parseMessageId(id)?.author === resume.name;
  const isKnown = isOwn || given.some((mail) => mail.id === id) || attached?.readers.includes(resume.name);
  return isKnown ? named(id, attached, name) : [];
}

function resultOf({ tasks }: State, id: string): Omit<Attachments, 'readers'> {
  const { tainted } = tasks.all.get(id) as Task;
  return { files: tasks.files.get(id) ?? [], ...(tainted ? { tainted } : {}) };
}

/** Whoever writes a name may compose its characters in another way. */
function named(id: string, attached: Omit<Attachments, 'readers'> | undefined, name: string): Found[] {
  const file = attached?.files.find((one) => one.name.normalize('NFC') === name.normalize('NFC'));
  return file ? [{ id, tainted: attached?.tainted === true, ...file }] : [];
}

function severalText(name: string, found: readonly Found[]): string {
  const choices = found.map(({ id, name }) => JSON.stringify(`attachments/${id}/${name}`));
  return `${found.length} messages bring a file ${JSON.stringify(name)}. Say which one: ${choices.join(' or ')}.`;
}

/** Names that a hint shows at most. */
const SHOWN = 20;

/** What is told about a path that leads nowhere, when it is one of an attachment or names a file that came with the mail. */
export function attachmentsHint({ state, resume, given }: Reader, path: string): string {
  const names = given.flatMap(({ id }) => state.mail.attached.get(id)?.files.map(({ name }) => name) ?? []);
  const last = path.slice(path.lastIndexOf('/') + 1);
  const [, id = ''] = /^(?:\.\/)?attachments\/([^/]+)\//.exec(path) ?? [];
  const brought = getsResult(state.tasks, resume.name, id) ? state.tasks.files.get(id) : undefined;
  if (brought)
    return ` The result of ${id} brings: ${brought
      .slice(0, SHOWN)
      .map((file) => file.name)
      .join(', ')}.`;
  if (!/^(?:\.\/)?attachments\//.test(path)) return names.includes(last) ? ` Do you mean attachments/${last}?` : '';
  const now = names.length
    ? `The mail of this visit brings: ${names.slice(0, SHOWN).join(', ')}.`
    : 'The mail of this visit brings no files.';
  return ` ${now} What came with earlier mail, or with the result of a task, is attachments/<its id>/NAME.`;
}
