import { textHash } from './brief.ts';
import { Deeds, doerOf } from './deed.ts';
import type { Entry, LiveFile, UndoStep, UsedEntry } from './entry.ts';
import { printCredits } from './ledger.ts';
import type { State } from './state.ts';

/** An effect that may be undone, with what it changed. */
interface Deed {
  id: string;
  agent: string;
  /** Place in the journal. */
  at: number;
  changes: Change[];
  /** Why nothing of it can be undone. */
  why?: string;
}

/** What an effect did to one thing. Hashes are of the whole text; null: nothing stood or stands there. */
type Change =
  | { on: string; message: true }
  | { on: string; from: string }
  | { on: string; before: string | null; after: string | null; was: string | null | undefined; text: string | null };

/** Effects that are undone at one time at most. */
const MOST = 500;

/** Looks through the journal for what a person wants undone. Take every line, in order; the steps come newest first. */
export class Search {
  private readonly of: string;
  private readonly once: (tool: string) => boolean;
  private readonly deeds = new Deeds();
  private readonly found: Deed[] = [];
  private at = 0;
  private cost = new Map<string, { calls: number; micro: number }>();
  /** Path → the last change of it. */
  private readonly last = new Map<string, { at: number; turn: number; by: string }>();
  /** Effect and thing → turn in which that was undone. */
  private readonly undone = new Map<string, number>();
  private readonly tools = new Map<string, string>();
  /** Effects of the turn that an approval may have brought: those since the last decision, and uses of tools by their number. */
  private recent: Deed[] = [];
  private approved = new Map<number, Deed>();
  private decisions = 0;

  /** `of`: an effect, a message, an approval, a turn, a visit (`turn.agent`) or an agent. `once`: whether a tool must not be repeated. */
  constructor(of: string, once: (tool: string) => boolean) {
    this.of = of;
    this.once = once;
  }

  take(entry: Entry, file: number): void {
    this.at++;
    if (entry.k === 'open') this.begin();
    if (entry.k === 'use') this.tools.set(keyOf(entry), entry.tool);
    if (entry.k === 'reply' || entry.k === 'failed') this.pay(entry.agent, file, entry.cost);
    if (entry.k === 'undone') this.undone.set(`${entry.id} ${entry.on}`, file);
    if (entry.k === 'file') this.last.set(entry.path, { at: this.at, turn: file, by: 'a person' });
    if (entry.k === 'visit') this.recent = [];
    if (entry.k === 'decided') this.decide(entry.id);
    const id = this.deeds.idOf(entry, file);
    if (id !== null) this.note(entry, id, doerOf(entry) as string, file);
  }

  private begin(): void {
    this.tools.clear();
    this.recent = [];
    this.approved.clear();
    this.decisions = 0;
  }

  private pay(agent: string, file: number, micro: number): void {
    if (micro === 0 || !this.isMeant('', agent, file, null)) return;
    const { calls, micro: before } = this.cost.get(agent) ?? { calls: 0, micro: 0 };
    this.cost.set(agent, { calls: calls + 1, micro: before + micro });
  }

  private decide(id: string): void {
    const used = this.approved.get(++this.decisions);
    if (id === this.of) this.found.push(...(used ? [used] : []), ...this.recent);
    this.recent = [];
  }

  private isMeant(id: string, agent: string, turn: number, message: string | null): boolean {
    return [id, agent, String(turn), `${turn}.${agent}`, message].includes(this.of);
  }

  private note(entry: Entry, id: string, agent: string, turn: number): void {
    const deed = { id, agent, at: this.at, ...this.changesOf(entry) };
    for (const { on } of deed.changes) this.last.set(on, { at: this.at, turn, by: agent });
    const message = entry.k === 'sent' || entry.k === 'drop' ? entry.message.id : null;
    if (this.isMeant(id, agent, turn, message)) this.found.push(deed);
    if (entry.k === 'used') {
      if (entry.n === 0) this.approved.set(entry.act, deed);
    } else this.recent.push(deed);
  }

  private changesOf(entry: Entry): Pick<Deed, 'changes' | 'why'> {
    switch (entry.k) {
      case 'used':
        return this.liveChanges(entry);
      case 'wrote': {
        const { path: on, text, was } = entry;
        return { changes: [{ on, before: hashOf(was), after: hashOf(text), was, text }] };
      }
      case 'moved':
        return { changes: [{ on: entry.to, from: entry.from }] };
      case 'sent':
      case 'drop':
        return { changes: [{ on: entry.message.id, message: true }] };
      default:
        return { changes: [], why: 'its author was told at once' };
    }
  }

  private liveChanges(entry: UsedEntry): Pick<Deed, 'changes' | 'why'> {
    const tool = this.tools.get(keyOf(entry)) ?? '';
    if (entry.files.length === 0 && this.once(tool))
      return { changes: [], why: `${tool} was used once, and left nothing in the journal that could be put back` };
    return { changes: entry.files.map(liveChange) };
  }

  /** Hashes of texts that were replaced, and that only other lines of the journal hold. */
  wanted(): Set<string> {
    const changes = this.found.flatMap((deed) => deed.changes);
    return new Set(
      changes.flatMap((change) => ('was' in change && change.was === undefined ? [change.before as string] : [])),
    );
  }

  /** What is to be done, and what cannot be and why. `textOf`: a text by its hash. Pure but for what `look` tells of the folder. */
  steps(state: State, look: (path: string) => string | null, textOf: (hash: string) => string | undefined): UndoStep[] {
    const stands = new Map<string, string | null>();
    const now = (path: string): string | null => {
      const known = stands.get(path);
      return known === undefined ? look(path) : known;
    };
    const newest = this.found.reverse();
    const steps = newest.slice(0, MOST).flatMap((deed): UndoStep[] => {
      const { id, agent, why } = deed;
      if (why !== undefined) return [{ id, agent, on: '', why }];
      return [...deed.changes]
        .reverse()
        .map((change) => ({ id, agent, on: change.on, ...this.step(deed, change, state, now, stands, textOf) }));
    });
    const more = newest.slice(MOST, MOST + 1).map(({ id, agent }) => ({
      id,
      agent,
      on: '',
      why: `this and what is older is left for the next time: ${MOST} effects are undone at most`,
    }));
    return [...steps, ...more, ...this.paid()];
  }

  private step(
    deed: Deed,
    change: Change,
    state: State,
    now: (path: string) => string | null,
    stands: Map<string, string | null>,
    textOf: (hash: string) => string | undefined,
  ): Partial<UndoStep> {
    const before = this.undone.get(`${deed.id} ${change.on}`);
    if (before !== undefined) return { why: `undone already in turn ${before}` };
    if ('message' in change)
      return state.mail.get(change.on)?.waiting.length
        ? { mail: true }
        : { why: 'it was delivered, or cannot be any more' };
    const { at, turn, by } = this.last.get(change.on) as { at: number; turn: number; by: string };
    const since = at > deed.at ? `changed since in turn ${turn} by ${by}` : 'changed since by hand';
    if ('from' in change)
      return state.files.has(change.on) &&
        now(change.on) === hashOf(state.files.get(change.on) as string) &&
        now(change.from) === null
        ? { back: change.from }
        : { why: since };
    if (now(change.on) === change.before) return { why: 'it is as it was before' };
    if (now(change.on) !== change.after) return { why: since };
    const text = change.before === null ? null : (change.was ?? textOf(change.before));
    if (text === undefined || (change.text === null && change.after !== null))
      return { why: 'it was no text, or too large: the journal does not hold it' };
    stands.set(change.on, change.before);
    return { file: { text, was: change.text } };
  }

  private paid(): UndoStep[] {
    return [...this.cost].map(([agent, { calls, micro }]) => ({
      id: agent,
      agent,
      on: '',
      why: `${calls} calls cost ${printCredits(micro)} credits: what was paid stays paid`,
    }));
  }
}

function keyOf({ turn, agent, n, act }: { turn: number; agent: string; n: number; act: number }): string {
  return `${turn}.${agent}.${n}.${act}`;
}

function hashOf(text: string | null): string | null {
  return text === null ? null : textHash(text);
}

function liveChange({ path: on, text, was: before, hash }: LiveFile): Change {
  return {
    on,
    before,
    after: text === null ? (hash ?? null) : textHash(text),
    was: before === null ? null : undefined,
    text,
  };
}
