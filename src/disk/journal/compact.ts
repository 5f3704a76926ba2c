/** Writes texts that occur several times in a journal file only once. */
import type { Entry, IntentEntry } from '../../core/model/entry.ts';
import { copyWith } from '../../schema/copy.ts';
import { type FaultError, failure } from '../../schema/fault.ts';
import { packText, unpackText, withTexts } from './compact-texts.ts';

/** Reads the text of a journal file. */
export type JournalText = (turn: number) => string;
type SentLine = Extract<Entry, { k: 'sent' }>;

/** What a prompt tells of an act. */
type ActResult = Extract<IntentEntry['prompt'], { after: number }>['results'][number];

/**
 * Keeps a text once, by references within the journal file of a turn. The body of a sent message that a reply holds word for
 * word is written as the place of that act. A result that a prompt tells as its `used` line has it is written without its
 * text. A generated text names the fields of its line that it holds. The bytes of an attached file that were attached before
 * are written as the path of that file; its line may stand in an earlier journal file. Both ways work line by line.
 */
export class Compact {
  /** Bodies in the replies of the turn, by agent. */
  private readonly bodies = new Map<string, { n: number; act: number; body: string }[]>();
  /** Agent → what tools said after its latest call, by the number of the act; forgotten when the next call was answered. */
  private readonly said = new Map<string, { n: number; texts: Map<number, string> }>();
  private readonly textOf: JournalText;

  constructor(textOf: JournalText) {
    this.textOf = textOf;
  }

  /** The line as it is written. */
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

  /** The line as it is meant. Throws `damaged-journal` when it refers to a line that is not there. */
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
        const found = text ?? texts?.get(i + 1);
        if (found === undefined) throw lost(`The prompt refers to a result of ${tool}, which is not in this file`);
        return { id, tool, text: found, ok }; // in this order they were hashed
      },
    );
    return copyWith(line, { prompt: copyWith(prompt, { results }) });
  }

  /** Takes in what later lines may refer to; `pack` and `unpack` do so of themselves. */
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
      const body = input !== null && typeof input === 'object' && !Array.isArray(input) ? input.body : undefined;
      if (typeof body !== 'string') return;
      const list = this.bodies.get(entry.agent);
      if (list) list.push({ n: entry.n, act, body });
      else this.bodies.set(entry.agent, [{ n: entry.n, act, body }]);
    });
  }
}

/** A line whose text stands in another line that is gone. */
function lost(message: string, value?: string): FaultError {
  return failure('damaged-journal', message, value === undefined ? {} : { value });
}

function withoutBytes(entry: SentLine): object {
  const files = entry.files?.map(({ data, ...file }) => (file.same === undefined ? { data, ...file } : file));
  return copyWith(entry, { files });
}

/** The bytes of an attached file, from the line that brought them. */
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
