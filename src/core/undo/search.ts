/** Finds in the journal what a person wants undone. */

import type { Message } from '../../schema/records/message.ts';
import { EffectIds } from '../journal/effect-id.ts';
import { kindOf } from '../journal/kind-of.ts';
import type { Change, Undo } from '../journal/kinds/line-kind.ts';
import { bookedIn, type Entry, type HiredEffect, type RetiredEffect } from '../model/entry.ts';

/** An effect that may be undone, with what it changed. */
export interface UndoableEffect {
  id: string;
  agent: string;
  /** Its position in the journal. */
  at: number;
  changes: Change[];
  /** Why none of it can be undone. */
  why?: string;
  /** A visit for a task answered other mail with it: that is nothing of the task. */
  isAnswer?: boolean;
}

type DecidedEntry = Extract<Entry, { k: 'decided' }>;

/** These tools take effect after the turn, for all agents together. */
const STAFFING = ['hire_agent', 'retire_agent'];

/** Searches the journal for what a person wants undone. Pass it every line, in order. */
export class UndoSearch {
  private readonly of: string;
  /** Visits (`turn.agent`) and held acts that are meant besides `of`. */
  private readonly also: ReadonlySet<string>;
  private readonly once: (tool: string) => boolean;
  private readonly deeds = new EffectIds();
  /** In the order of the journal. */
  readonly found: UndoableEffect[] = [];
  private at = 0;
  /** Agent → its calls and uses of tools that cost something. */
  readonly paid = new Map<string, { calls: number; micro: number }>();
  /** Agents that came or went, and mail that was taken back: by whom, what, and why it cannot be undone. */
  readonly stays: { id: string; on: string; why: string }[] = [];
  /** Path → the last change of it. */
  readonly last = new Map<string, { at: number; turn: number; by: string }>();
  /** Effect and thing → turn in which it was undone. */
  readonly undone = new Map<string, number>();
  private readonly tools = new Map<string, string>();
  /**
   * Effects of the turn that an approval may have brought: those since the last decision, and uses of tools by their
   * number.
   */
  private recent: UndoableEffect[] = [];
  private approved = new Map<number, UndoableEffect>();
  /** The mail of the latest visit. */
  private given: readonly string[] = [];
  private decisions = 0;
  /** The staff change that the approval brought, if any. */
  private staff: unknown;

  /**
   * `of`: an effect, a message, an approval, a turn, a visit (`turn.agent`), an agent, or a task or run, of which `also` names the
   * visits and held acts. `once`: whether a tool must not be repeated.
   */
  constructor(of: string, once: (tool: string) => boolean, also: ReadonlySet<string> = new Set()) {
    this.of = of;
    this.also = also;
    this.once = once;
  }

  take(entry: Entry, file: number): void {
    this.at++;
    if (entry.k === 'open') this.begin();
    if (entry.k === 'use') this.tools.set(keyOf(entry), entry.tool);
    const booked = bookedIn(entry);
    if (booked) this.pay(booked.agent, file, booked.cost);
    if (entry.k === 'undone') this.undone.set(`${entry.id} ${entry.on}`, file);
    if (entry.k === 'file') this.last.set(entry.path, { at: this.at, turn: file, by: 'a person' });
    if (entry.k === 'visit') {
      this.recent = [];
      this.given = entry.mail;
    }
    if (entry.k === 'decided') this.decide(entry);
    if (entry.k === 'hired' || entry.k === 'retired') this.stay(entry, file);
    if (entry.k === 'withdrawn' && this.isMeant('', entry.by, file, null))
      this.stays.push({ id: entry.by, on: entry.id, why: 'mail that was taken back is not sent again' });
    const { undo } = kindOf(entry);
    const id = this.deeds.idOf(entry, file);
    if (undo !== null && id !== null) this.note(entry, undo, id, file);
  }

  private begin(): void {
    this.tools.clear();
    this.recent = [];
    this.approved.clear();
    this.decisions = 0;
  }

  private pay(agent: string, file: number, micro: number): void {
    if (micro === 0 || !this.isMeant('', agent, file, null)) return;
    const { calls, micro: before } = this.paid.get(agent) ?? { calls: 0, micro: 0 };
    this.paid.set(agent, { calls: calls + 1, micro: before + micro });
  }

  private decide({ id, held }: DecidedEntry): void {
    const used = this.approved.get(++this.decisions);
    if (id === this.of || this.also.has(id)) {
      this.found.push(...(used ? [used] : []), ...this.recent);
      if (STAFFING.includes(held.tool)) this.staff = (held.input as { name: string }).name;
    }
    this.recent = [];
  }

  private stay({ k, agent, by }: HiredEffect | RetiredEffect, turn: number): void {
    if (!this.isMeant('', by, turn, null) && agent !== this.staff) return;
    const why = k === 'hired' ? `it was hired: lemming agent retire ${agent}` : 'it was retired';
    this.stays.push({ id: by, on: agent, why });
  }

  private isMeant(id: string, agent: string, turn: number, message: string | null): boolean {
    return (
      [id, agent, String(turn), `${turn}.${agent}`, message].includes(this.of) || this.also.has(`${turn}.${agent}`)
    );
  }

  private note(entry: Entry, undo: Undo<Entry>, id: string, turn: number): void {
    const agent = undo.by(entry) as string;
    const isAnswer = entry.k === 'sent' && this.also.has(`${turn}.${agent}`) && this.isToGiven(entry.message);
    const deed = { id, agent, at: this.at, ...(isAnswer && { isAnswer }), ...this.changesOf(entry, undo) };
    for (const change of deed.changes)
      for (const path of 'from' in change ? [change.on, change.from] : [change.on])
        this.last.set(path, { at: this.at, turn, by: agent });
    const message = entry.k === 'sent' || entry.k === 'drop' ? entry.message.id : null;
    if (this.isMeant(id, agent, turn, message)) this.found.push(deed);
    if (entry.k === 'used') {
      if (entry.n === 0) this.approved.set(entry.act, deed);
    } else this.recent.push(deed);
  }

  private isToGiven({ reply_to }: Message): boolean {
    return reply_to !== undefined && this.given.includes(reply_to);
  }

  private changesOf(entry: Entry, undo: Undo<Entry>): Pick<UndoableEffect, 'changes' | 'why'> {
    const tool = entry.k === 'used' ? (this.tools.get(keyOf(entry)) ?? '') : null;
    const changes = undo.changes(entry, tool !== null && this.once(tool) ? tool : null);
    return typeof changes === 'string' ? { changes: [], why: changes } : { changes };
  }

  /** Hashes of replaced content that only other lines of the journal hold. */
  wanted(): Set<string> {
    const changes = this.found.flatMap((deed) => deed.changes);
    return new Set(
      changes.flatMap((change) => ('was' in change && change.was === undefined ? [change.before as string] : [])),
    );
  }
}

function keyOf({ turn, agent, n, act }: { turn: number; agent: string; n: number; act: number }): string {
  return `${turn}.${agent}.${n}.${act}`;
}
