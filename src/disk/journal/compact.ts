/** Writes texts that occur several times in a journal file only once. */
import { inputFields } from '../../core/model/call.ts';
import type { Entry, IntentEntry } from '../../core/model/entry.ts';
import { copyWith } from '../../schema/copy.ts';
import { type FaultError, failure } from '../../schema/fault.ts';
import { packText, unpackText, withTexts } from './compact-texts.ts';

/** Reads a journal file as text. */
export type JournalText = (turn: number) => string;
type SentLine = Extract<Entry, { k: 'sent' }>;

/** The result of an act in a prompt. */
type ActResult = Extract<IntentEntry['prompt'], { after: number }>['results'][number];

/**
 * Stores a repeated text once, with references within the journal file of a turn. The body of a sent message that a reply
 * contains literally is replaced by the position of that act. A result in a prompt that equals that of its `used` line is
 * written without its text. A generated text refers to the fields of its line that it contains. The bytes of a file that was
 * attached before are replaced by that file's path, whose line may be in an earlier journal file. Packing and unpacking go line
 * by line.
 */
export class Compact {
  /** Message bodies in the replies of the turn, by agent. */
  private readonly bodies = new Map<string, { n: number; act: number; body: string }[]>();
  /** Agent → the results of the tools after its latest call, by act number. They are forgotten when the next call is answered. */
  private readonly said = new Map<string, { n: number; texts: Map<number, string> }>();
  private readonly textOf: JournalText;

  constructor(textOf: JournalText) {
    this.textOf = textOf;
  }

  /** The line in the form in which it is written. */
  pack(entry: Entry): object {
    this.note(entry);
    if (entry.k === 'intent') return this.packIntent(entry);
    if (entry.k !== 'sent') return withTexts(entry, packText) ?? entry;
    const sent = entry.files?.some(({ same }) => same !== undefined) ? withoutBytes(entry) : entry;
    const { body, ...message } = entry.message;
    const same = this.bodies.get(message.from)?.find((known) => known.body === body);
    return same ? copyWith(sent, { message, body: [same.n, same.act] }) : sent;
  }

  private packIntent(entry: IntentEntry): object {
    const { prompt } = entry;
    if (!('after' in prompt)) return entry;
    const texts = this.textsAfter(entry.agent, prompt.after);
    const results = prompt.results.map((result, i) => {
      const { text, ...rest } = result;
      return texts?.get(i + 1) === text ? rest : result;
    });
    return copyWith(entry, { prompt: copyWith(prompt, { results }) });
  }

  /** The complete line. Throws `damaged-journal` if it refers to a missing line. */
  unpack(line: Entry): Entry {
    this.note(line);
    if (line.k === 'intent') return this.unpackIntent(line);
    if (line.k !== 'sent') return (withTexts(line, unpackText) as Entry | undefined) ?? line;
    return this.withBody(line.files?.some(({ same }) => same !== undefined) ? this.withBytes(line) : line);
  }

  private withBytes(line: SentLine): SentLine {
    const files = line.files?.map((file) =>
      file.same === undefined ? file : copyWith(file, { data: attachedIn(this.textOf, file.same) }),
    );
    return copyWith(line, { files });
  }

  private withBody(line: SentLine): SentLine {
    if (!('body' in line)) return line;
    const { body: place, ...entry } = line as typeof line & { body: [number, number] };
    const { message } = entry;
    const known = this.bodies.get(message.from)?.find(({ n, act }) => n === place[0] && act === place[1]);
    if (!known) throw lost(`The message refers to act ${place[1] + 1} of reply ${place[0]}, which is not in this file`);
    return Object.assign({}, entry, { message: Object.assign({}, message, { body: known.body }) });
  }

  private unpackIntent(line: IntentEntry): IntentEntry {
    const { prompt } = line;
    if (!('after' in prompt)) return line;
    const texts = this.textsAfter(line.agent, prompt.after);
    const results = prompt.results.map(
      ({ id, tool, text, ok }: Omit<ActResult, 'text'> & Partial<ActResult>, i): ActResult => {
        const told = text ?? texts?.get(i + 1);
        if (told === undefined) throw lost(`The prompt refers to a result of ${tool}, which is not in this file`);
        return { id, tool, text: told, ok }; // in this order they were hashed
      },
    );
    return copyWith(line, { prompt: copyWith(prompt, { results }) });
  }

  /** Records what later lines may refer to. `pack` and `unpack` call it themselves. */
  note(entry: Entry): void {
    if (entry.k === 'used') this.noteSaid(entry);
    if (entry.k !== 'reply') return;
    if ((this.said.get(entry.agent)?.n ?? entry.n) < entry.n) this.said.delete(entry.agent);
    this.noteBodies(entry);
  }

  private noteSaid({ agent, n, act, text }: Extract<Entry, { k: 'used' }>): void {
    const texts = this.textsAfter(agent, n) ?? new Map<number, string>();
    this.said.set(agent, { n, texts: texts.set(act, text) });
  }

  private textsAfter(agent: string, n: number): Map<number, string> | undefined {
    const said = this.said.get(agent);
    return said?.n === n ? said.texts : undefined;
  }

  private noteBodies(entry: Extract<Entry, { k: 'reply' }>): void {
    entry.reply.acts.forEach(({ input }, act) => {
      const { body } = inputFields(input);
      if (typeof body !== 'string') return;
      const list = this.bodies.get(entry.agent);
      if (list) list.push({ n: entry.n, act, body });
      else this.bodies.set(entry.agent, [{ n: entry.n, act, body }]);
    });
  }
}

/** The fault of a line that refers to a missing line. */
function lost(message: string, value?: string): FaultError {
  return failure('damaged-journal', message, value === undefined ? {} : { value });
}

function withoutBytes(entry: SentLine): object {
  const files = entry.files?.map(({ data, ...file }) => (file.same === undefined ? { data, ...file } : file));
  return copyWith(entry, { files });
}

/** The bytes of an attached file, from the line that first contained them. */
function attachedIn(textOf: JournalText, path: string): string {
  const turn = Number(/\/outbox\/(\d+)-/.exec(path)?.[1]);
  const name = JSON.stringify(path);
  for (const text of textOf(turn).split('\n')) {
    if (!text.startsWith('{"k":"sent"') || !text.includes(name)) continue;
    const { files = [] } = JSON.parse(text) as SentLine;
    const file = files.find((one) => one.path === path && one.same === undefined);
    if (file) return file.data;
  }
  throw lost(`The journal does not hold the bytes of ${path}, which turn ${turn} sent`, path);
}
