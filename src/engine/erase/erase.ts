/** Erases a text from journal lines. */
import { kindOf } from '../../core/journal/kind-of.ts';
import type { Texts } from '../../core/journal/kinds/line-texts.ts';
import { inputFields, type Json, printKey, type Reply } from '../../core/model/call.ts';
import type { Attached, Entry, Held, Line, Piece, PromptRef } from '../../core/model/entry.ts';
import { textHash } from '../../core/model/hash.ts';
import { QUOTED_CHARS } from '../../core/prompt/environment.ts';
import { archivePath } from '../../core/rights/recipients.ts';
import { quoteUntrusted } from '../../core/text/untrusted.ts';
import { bytesHash } from '../../disk/fs/materialise.ts';
import { withEntry } from '../../schema/copy.ts';
import { canonicalBody, cut } from '../../schema/print.ts';
import type { Message } from '../../schema/records/message.ts';
import type { LineChange } from './rewrite.ts';

/** The text that replaces an erased one. */
export const REDACTED = '[redacted]';

/** What is to be erased from the journal. */
export interface EraseTarget {
  /** The id that the person gave. */
  id: string;
  /** The author of the text. */
  agent: string;
  /** Turns in whose visits the text was written. */
  turns: Set<number>;
  messages: Map<string, Message>;
  /** Messages of which only the subject is erased, because it repeats that of a message they answer. */
  echoes: Map<string, Message>;
  /** The call whose reply is erased; null for a message. */
  call: string | null;
  /** Turns in which the plain text of the visit became the message → what replaces it: a marker for each reply. */
  spoken: Map<number, string>;
  texts: Set<string>;
  /** Old subject → new subject. */
  subjects: Map<string, string>;
  /** Paths of the attachments of these messages, and of every copy that was sent on. */
  files: Set<string>;
  /** Hashes of attached texts and images that prompts showed and that came with no other mail. */
  shown: Set<string>;
  /** Old path → new path: the name of a file contains words of its subject. */
  paths: Map<string, string>;
}

/**
 * Erases the text wherever the engine wrote it: the message, the act, the note, the held act, subjects in prompts, file names.
 */
export function eraser(target: EraseTarget): LineChange {
  const signs = signsOf(target);
  const paths = [...target.paths].flatMap(([old, made]) => [
    [old, made] as const,
    [archivePath(old), archivePath(made)] as const,
  ]);
  const asked = new Map<string, string>();
  const acts = new Map<string, Held>();
  return (line, meant, file) => {
    const isAny =
      target.turns.has(file) || line.startsWith('{"k":"answer"') || signs.some((sign) => line.includes(sign));
    if (!isAny) return line;
    const entry = JSON.parse(line) as Entry; // as it is written: a body may be a reference to the act that contains it
    kindOf(entry).texts?.(entry, new Eraser(target, file));
    if (meant.k === 'held' || meant.k === 'escalated') noteAsked(asked, acts, meant, target);
    if (entry.k === 'answer') entry.text = eraseAnswer(entry, acts.get(entry.id), target);
    if (entry.k === 'decided' && entry.hash !== undefined) entry.hash = asked.get(entry.hash) ?? entry.hash;
    return paths.reduce((text, [old, made]) => text.replaceAll(old, made), JSON.stringify(entry));
  };
}

/** In a turn in which none of the text was written, only lines that contain one of these need a look. */
function signsOf({ id, messages, echoes, texts, subjects, files, shown, paths }: EraseTarget): string[] {
  return [
    id,
    ...messages.keys(),
    ...echoes.keys(),
    ...paths.keys(),
    ...files,
    ...shown,
    ...[...texts, ...subjects.keys()].map(quoted),
  ];
}

/** Erases the text from the lines of one turn. */
class Eraser implements Texts {
  private readonly target: EraseTarget;
  private readonly file: number;

  constructor(target: EraseTarget, file: number) {
    this.target = target;
    this.file = file;
  }

  message(line: Parameters<Texts['message']>[0]): void {
    const { messages, spoken } = this.target;
    const { message } = line;
    if (messages.has(message.id)) eraseMessage(line, spoken.get(message.turn));
    for (const file of line.files ?? []) if (this.target.files.has(file.path)) eraseFile(file);
    if (this.isNamed(message.id)) message.subject = this.subjectOf(message.subject);
  }

  edit(line: Line<'mail'>): void {
    if (this.target.messages.has(line.id)) line.body = REDACTED;
    if (!this.isNamed(line.id)) return;
    delete line.text;
    line.subject = this.subjectOf(line.subject);
  }

  reply(line: Line<'reply'>): void {
    const { target } = this;
    if (line.agent === target.agent && target.turns.has(line.turn))
      eraseReply(line.reply, target, printKey(line) === target.call || this.isSpoken(line.turn, line.reply.text));
    else if ([...target.echoes.values()].some(({ from, turn }) => from === line.agent && turn === line.turn))
      for (const act of line.reply.acts) act.input = withSubject(act.input, target);
  }

  failure(line: Line<'failed'>): void {
    if (printKey(line) === this.target.call) line.message = REDACTED;
  }

  notes(line: Line<'visit'>): void {
    const { agent, turns } = this.target;
    if (line.agent === agent && turns.has(this.file))
      line.notes = line.notes.map((note) => (this.isSpoken(this.file, note) ? REDACTED : note));
  }

  held(held: Held, line?: { text?: string }): void {
    if (line) eraseText(line, held, this.target);
    eraseHeld(held, this.target);
  }

  notice(line: Line<'notice'>): void {
    line.text = withoutSubjects(line.text, this.target);
    for (const one of line.answers?.cause ?? []) if (this.isNamed(one.id)) one.subject = this.subjectOf(one.subject);
  }

  blob(line: Line<'blob'>): void {
    if (this.target.shown.has(line.hash)) line.text = '';
  }

  used(line: Line<'used'>): void {
    line.text = eraseShown(line.text, this.target);
  }

  prompt(prompt: PromptRef): void {
    if ('pieces' in prompt) prompt.pieces = erasePieces(prompt.pieces, this.target);
    else for (const result of prompt.results) if (result.text) result.text = eraseShown(result.text, this.target);
  }

  /** Only known by the act that was asked about: see `eraser`. */
  answer(): void {}

  /** Whether plain text became the message, alone or with the other texts of its visit. */
  private isSpoken(turn: number, text: string): boolean {
    const { spoken, texts } = this.target;
    return spoken.has(turn) || texts.has(canonicalBody(text.trim()));
  }

  private isNamed(id: string): boolean {
    return this.target.messages.has(id) || this.target.echoes.has(id);
  }

  private subjectOf(subject: string): string {
    return this.target.subjects.get(subject) ?? subject;
  }
}

/** Erases from the file of a held act in its line. What refers to a field follows that field. */
function eraseText(line: { text?: string }, held: Held, target: EraseTarget): void {
  if (line.text === undefined) return;
  const strike = (part: unknown): unknown => (typeof part === 'string' ? struck(part, held, target) : part);
  const text: unknown = line.text; // a list, where parts of it stand in other fields
  line.text = (Array.isArray(text) ? text.map(strike) : strike(text)) as string;
}

/** The file shows the input of the act, in which a body may end with line breaks that its message does not have. */
function struck(text: string, { agent, input }: Held, target: EraseTarget): string {
  const key = bodyKey(input);
  const whole = key !== undefined && target.texts.has(bodyOf(input)) ? [String(inputFields(input)[key])] : [];
  const bodies = agent === target.agent ? [...target.texts, ...whole] : [];
  const words = [...bodies.map((body) => [body, REDACTED] as const), ...target.subjects];
  return words.reduce((left, [old, made]) => left.replaceAll(JSON.stringify(old), JSON.stringify(made)), text);
}

/** Erases from the file in which a person answered. If they rewrote its lines, the quotation marks of a body may be missing. */
function eraseAnswer({ text }: { text: string }, held: Held | undefined, target: EraseTarget): string {
  if (!held) return text;
  const erased = struck(text, held, target);
  const body = bodyOf(held.input);
  if (erased !== text || held.agent !== target.agent || !target.texts.has(body)) return erased;
  return text.replaceAll(quoted(body), REDACTED);
}

/** An answer outside the file refers to it by hash, an answer in it by the id of the act. */
function noteAsked(
  asked: Map<string, string>,
  acts: Map<string, Held>,
  line: Extract<Entry, { k: 'held' | 'escalated' }>,
  target: EraseTarget,
): void {
  const held = line.k === 'held' ? line : line.held;
  acts.set(held.id, held);
  if (line.text === undefined) return;
  asked.set(textHash(line.text), textHash(struck(line.text, held, target)));
}

function eraseHeld(held: Held, target: EraseTarget): void {
  eraseText(held, held, target);
  if (held.agent === target.agent) held.input = eraseInput(held.input, target);
  for (const one of held.cause)
    if (target.messages.has(one.id) || target.echoes.has(one.id))
      one.subject = target.subjects.get(one.subject) ?? one.subject;
}

function quoted(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function eraseMessage(entry: { k: string; message: Message; found?: string; hash?: string }, words = REDACTED): void {
  if ('body' in entry.message) entry.message.body = words;
  if (entry.k !== 'drop') return;
  entry.found = `agents/${entry.message.from}/outbox/redacted-${entry.message.id}.md`;
  entry.hash = bytesHash(Buffer.from(REDACTED));
}

/** In its written form: a line that refers to an earlier one for the bytes has none. */
function eraseFile(file: Attached): void {
  if (file.same === undefined) file.data = Buffer.from(REDACTED).toString('base64');
  else file.hash = bytesHash(Buffer.from(REDACTED));
}

function eraseReply(reply: Reply, target: EraseTarget, words: boolean): void {
  if (words && reply.text.trim() !== '') reply.text = REDACTED;
  for (const act of reply.acts) act.input = eraseInput(act.input, target);
}

/** Erases the message that an act sends. A subject taken from the body becomes `[redacted]` when the act is judged again. */
function eraseInput(input: Json, target: EraseTarget): Json {
  const key = bodyKey(input);
  return key !== undefined && target.texts.has(bodyOf(input))
    ? withSubject(withEntry(inputFields(input), key, REDACTED), target)
    : input;
}

/** The key of the message in an act: a message has `body`, a hire its first task in `message`, `done` an `answer`. */
function bodyKey(input: Json): 'body' | 'message' | 'answer' | undefined {
  return (['body', 'message', 'answer'] as const).find((key) => typeof inputFields(input)[key] === 'string');
}

/** The message that an act sends, as the message stores it; empty if it sends none. */
export function bodyOf(input: Json): string {
  const key = bodyKey(input);
  return key === undefined ? '' : trimmed(String(inputFields(input)[key]));
}

function withSubject(input: Json, { subjects }: EraseTarget): Json {
  const { subject } = inputFields(input);
  const erased = typeof subject === 'string' ? subjects.get(subject) : undefined;
  return erased === undefined ? input : withEntry(inputFields(input), 'subject', erased);
}

/** The head of a message in a prompt contains its subject. */
function erasePieces(pieces: readonly Piece[], target: EraseTarget): Piece[] {
  const { messages, echoes, subjects } = target;
  const heads = [...subjects].map(([old, made]) => [head(old), head(made)] as const);
  return pieces.map((piece, i) => {
    if (typeof piece !== 'string') return piece;
    const text = withoutSubjects(piece, target);
    const next = pieces[i + 1];
    const isHead = typeof next === 'object' && 'mail' in next && (messages.has(next.mail) || echoes.has(next.mail));
    return isHead ? heads.reduce((all, [old, made]) => all.replaceAll(old, made), text) : text;
  });
}

/** Erases the quoted subjects after the ids of messages. */
function withoutSubjects(text: string, { messages, echoes, subjects }: EraseTarget): string {
  let left = text;
  for (const { id, subject } of [...messages.values(), ...echoes.values()]) {
    const made = subjects.get(subject);
    if (made === undefined || !left.includes(id)) continue;
    for (const shown of [subject, cut(subject, QUOTED_CHARS)])
      left = left.replaceAll(`${id} ${quoteUntrusted(shown)}`, `${id} ${quoteUntrusted(made)}`);
  }
  return left;
}

/** Tools show messages between delimiters that no text can forge. */
function eraseShown(text: string, { messages, echoes, subjects }: EraseTarget): string {
  const heads = [...subjects].map(([old, made]) => [head(old), head(made)] as const);
  return text.replace(
    /(<mail id="([\w-]+)"[^\n]*>\n)([\s\S]*?)(?=\n<\/mail>|$)/g,
    (all, top: string, id: string, body: string) => {
      if (!messages.has(id) && !echoes.has(id)) return all;
      const named = heads.reduce((left, [old, made]) => left.replaceAll(old, made), top);
      return `${named}${messages.has(id) ? REDACTED : body}`;
    },
  );
}

function head(subject: string): string {
  return `subject=${quoteUntrusted(subject)}`;
}

/** A body in the form that a message stores. */
function trimmed(body: string): string {
  return body.trimEnd();
}
