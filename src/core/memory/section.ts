/** The memory section of a prompt. */
import type { Resume } from '../../schema/config/resume.ts';
import { cut } from '../../schema/print.ts';
import type { Config } from '../model/config.ts';
import type { Mail } from '../model/state/mail.ts';
import type { MemoryEntry, Origin } from '../model/state/memory.ts';
import type { State } from '../model/state.ts';
import { permitPath } from '../model/tool-path.ts';
import { quoteUntrusted, tame } from '../text/untrusted.ts';
import { entriesOf, SHARED } from './entry.ts';
import { related } from './relevance.ts';

const CHARS_PER_TOKEN = 4;
/** Most characters of one entry in a prompt; recall shows all of it. */
const SHOWN_CHARS = 2000;
/** Messages that are named at most of what an entry came of. */
const NAMED_MAIL = 3;
/** An entry that no agent wrote. */
const OF_PEOPLE: Origin = { by: 'a person', mail: [], tainted: false };
/** Keys that are named at most of what does not fit. */
const NAMED_KEYS = 100;
/** Characters of each message that are compared with memory. */
const COMPARED_CHARS = 2000;

/** The memory section of a prompt. Texts are as the prompt holds them, with marks around each entry. */
export interface MemorySection {
  /** Pinned entries, then the latest: the same bytes as long as no entry changes. */
  own: string;
  /** The same for the shared context that the agent is granted. */
  shared: string;
  /** Further entries that may matter to the mail of this visit. */
  related: string[];
}

/** Chooses the entries of an agent's memory and of the shared context, within `limits.memory_tokens` each. Pure. */
export function memorySection(config: Config, state: State, resume: Resume, mail: readonly Mail[]): MemorySection {
  const room = config.org.limits.memory_tokens * CHARS_PER_TOKEN;
  const all = entriesOf(state, resume.name);
  const print: Print = (entry) => show(state, resume.name, entry);
  const own = choose(all.filter((entry) => !entry.archived).reverse(), room, print);
  const granted = sharedWith(state, resume);
  const shared = choose(granted.reverse(), room, print);
  const rest = [...all, ...granted].filter((entry) => !own.shown.has(entry) && !shared.shown.has(entry));
  return { own: own.text, shared: shared.text, related: relatedTo(rest, mail, own.left, print) };
}

/** The entries of the shared context that a resume grants. */
export function sharedWith(state: State, resume: Resume): MemoryEntry[] {
  if (resume.shared.length === 0) return [];
  return entriesOf(state, SHARED).filter(({ path }) => permitPath(resume, path.slice('org/'.length)).ok);
}

/** An entry as the prompt of its reader holds it. */
type Print = (entry: MemoryEntry) => string;

interface Chosen {
  text: string;
  shown: Set<MemoryEntry>;
  /** Characters left for entries that matter to the mail. */
  left: number;
}

/** Pinned entries, then the first ones, up to half of the allowance; then the keys of the rest. */
function choose(entries: readonly MemoryEntry[], room: number, print: Print): Chosen {
  const shown = new Set<MemoryEntry>();
  let text = '';
  for (const entry of [...entries.filter(({ pin }) => pin), ...entries.filter(({ pin }) => !pin)]) {
    const printed = print(entry);
    if (text.length + printed.length > (entry.pin ? room : room / 2)) continue;
    text += printed;
    shown.add(entry);
  }
  const left = room - text.length;
  return { text: text + nameRest(entries.filter((entry) => !shown.has(entry))), shown, left };
}

function nameRest(rest: readonly MemoryEntry[]): string {
  if (rest.length === 0) return '';
  const more = rest.length > NAMED_KEYS ? `, and ${rest.length - NAMED_KEYS} more` : '';
  const keys = rest.slice(0, NAMED_KEYS).map(({ key }) => quoteUntrusted(cut(key, 70)));
  return `[more entries: ${rest.length}; recall shows one by its key: ${keys.join(', ')}${more}]\n`;
}

function relatedTo(entries: readonly MemoryEntry[], mail: readonly Mail[], room: number, print: Print): string[] {
  if (entries.length === 0 || mail.length === 0) return [];
  let left = room;
  return related(entries, askedIn(mail))
    .map(print)
    .filter((printed) => {
      const fits = printed.length <= left;
      if (fits) left -= printed.length;
      return fits;
    });
}

/** The words of the mail with which memory is compared. */
export function askedIn(mail: readonly Pick<Mail, 'subject' | 'body'>[]): string {
  return mail.map(({ subject, body }) => `${subject}\n${cut(body, COMPARED_CHARS)}`).join('\n');
}

function show({ memory, rights }: State, agent: string, entry: MemoryEntry): string {
  const { key, path, version, turn, tags, archived, evidence, text } = entry;
  const { by, mail, tainted } = memory.origins.get(path) ?? OF_PEOPLE;
  const marks = [
    `key=${quoteUntrusted(key)}`,
    `version="${version}"`,
    `by="${by === agent ? 'you' : by}"`,
    ...(turn ? [`turn="${turn}"`] : []),
    ...(mail.length
      ? [`mail="${mail.slice(0, NAMED_MAIL).join(', ')}${mail.length > NAMED_MAIL ? ', ...' : ''}"`]
      : []),
    ...(tags.length ? [`tags=${quoteUntrusted(tags.join(', '))}`] : []),
    ...(archived ? ['archived'] : []),
    ...(tainted && (rights.tainted.has(path) || rights.tainted.has(by)) ? ['tainted'] : []),
  ];
  const shown = cut(text, SHOWN_CHARS);
  const rest = shown === text ? '' : `\n[cut: ${text.length - shown.length} more characters; recall shows them]`;
  const proof = evidence === '' ? '' : `\n[evidence: ${cut(evidence, SHOWN_CHARS)}]`;
  return `<memory ${marks.join(' ')}>\n${tame(shown)}${rest}${tame(proof)}\n</memory>\n`;
}
