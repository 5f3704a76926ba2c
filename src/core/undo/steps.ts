/** Plans the steps of an undo. */

import { copyWith } from '../../schema/copy.ts';
import type { Change } from '../journal/kinds/line-kind.ts';
import { type Content, contentHash, packContents } from '../model/content.ts';
import type { UndoStep } from '../model/entry.ts';
import { deadOf } from '../model/state/dead-letters.ts';
import type { State } from '../model/state.ts';
import { countCredits } from '../money/ledger.ts';
import type { UndoableEffect, UndoSearch } from './search.ts';

const AS_BEFORE = 'it is as it was before';
const BY_HAND = 'changed since by hand';
const NOT_HELD = 'is not in the journal: it was too large, or not to be kept';
/** Effects that can be undone at one time. */
const MOST = 500;

/** The present state of the organisation for an undo. */
export interface Now {
  state: State;
  /**
   * Hash of the file at a path, null for nothing, `folder` for a folder, and any other text for something that can be
   * neither read nor passed.
   */
  look(path: string): string | null;
  /** Content that the journal holds by its hash. */
  contentOf(hash: string): Content | undefined;
}

/** The steps, newest first, with what cannot be undone and why. Pure, except for what `now` reads of the folder. */
export function stepsOf(search: UndoSearch, now: Now): UndoStep[] {
  const newest = [...search.found].reverse();
  const planned = new Planned(search, now);
  const steps = newest.slice(0, MOST).flatMap((deed) => planned.stepsOf(deed));
  const rest = newest
    .slice(MOST, MOST + 1)
    .map((deed) => left(deed, '', `at most ${MOST} effects are undone at once: repeat the command`));
  const paid = [...search.paid].map(([agent, { calls, micro }]) => {
    const why = `${calls === 1 ? '1 call' : `${calls} calls`} cost ${countCredits(micro)}, which cannot be undone`;
    return left({ id: agent, agent }, '', why);
  });
  const stays = search.stays.map(({ id, on, why }) => left({ id, agent: id }, on, why));
  return [...steps, ...rest, ...stays, ...paid];
}

function left({ id, agent }: Pick<UndoableEffect, 'id' | 'agent'>, on: string, why: string): UndoStep {
  return { id, agent, on, why };
}

function gone(deed: Pick<UndoableEffect, 'id' | 'agent'>, on: string, why: string): UndoStep {
  return copyWith(left(deed, on, why), { gone: true as const });
}

/** Steps that build on one another: the older ones find what the newer ones put back. */
class Planned {
  private readonly search: UndoSearch;
  private readonly now: Now;
  /** Path → hash of its future content. */
  private readonly stands = new Map<string, string | null>();

  constructor(search: UndoSearch, now: Now) {
    this.search = search;
    this.now = now;
  }

  stepsOf(deed: UndoableEffect): UndoStep[] {
    if (deed.why !== undefined) return [left(deed, '', deed.why)];
    const changes = [...deed.changes].reverse();
    const isNew = (change: Change): boolean => 'before' in change && change.before === null;
    // New files are removed first: one may stand where a folder was.
    return [...changes.filter(isNew), ...changes.filter((change) => !isNew(change))].flatMap((change) =>
      this.step(deed, change),
    );
  }

  private step(deed: UndoableEffect, change: Change): UndoStep[] {
    const before = this.search.undone.get(`${deed.id} ${change.on}`);
    if (before !== undefined) return [gone(deed, change.on, `already undone in turn ${before}`)];
    if ('message' in change) return [this.withdraw(deed, change)];
    return 'from' in change ? this.moveBack(deed, change) : [this.putBack(deed, change)];
  }

  private withdraw(deed: UndoableEffect, { on, to }: Extract<Change, { message: true }>): UndoStep {
    if (deed.isAnswer) return gone(deed, on, 'it answers other mail');
    const { mail, dead } = this.now.state;
    const waiting = mail.waiting.get(on)?.waiting ?? [];
    const lost = deadOf(dead, on).flatMap((letter) => letter.to);
    const read = to.filter((name) => !waiting.includes(name) && !lost.includes(name));
    const those = read.length > 0 ? { read } : {};
    if (waiting.length > 0) return { id: deed.id, agent: deed.agent, on, mail: true, ...those };
    return copyWith(left(deed, on, 'it was delivered, or never will be'), { read });
  }

  private moveBack(deed: UndoableEffect, { on, from }: Extract<Change, { from: string }>): UndoStep[] {
    const text = this.now.state.files.texts.get(on);
    if (text === undefined || this.hashAt(on) !== contentHash(text) || this.hashAt(from) !== null)
      return [left(deed, on, this.changedSince(deed, on))];
    return [this.put(deed, on, null, text), this.put(deed, from, text, null)];
  }

  private putBack(
    deed: UndoableEffect,
    { on, before, after, was, text }: Extract<Change, { before: string | null }>,
  ): UndoStep {
    const stands = this.hashAt(on);
    if (stands === before) return gone(deed, on, this.changedSince(deed, on, AS_BEFORE));
    if (stands !== after) return left(deed, on, this.changedSince(deed, on));
    const old = was === undefined ? this.now.contentOf(before as string) : was;
    if (old === undefined) return left(deed, on, `what stood there ${NOT_HELD}`);
    if (contentHash(text) !== after) return left(deed, on, `what it left there ${NOT_HELD}`);
    const barrier = old === null ? undefined : foldersOf(on).find((folder) => this.isBarred(folder));
    return barrier === undefined ? this.put(deed, on, old, text) : left(deed, on, `${barrier} is no longer a folder`);
  }

  private isBarred(folder: string): boolean {
    return ![null, 'folder'].includes(this.hashAt(folder));
  }

  private put({ id, agent }: UndoableEffect, on: string, text: Content | null, was: Content | null): UndoStep {
    this.stands.set(on, contentHash(text));
    return { id, agent, on, file: packContents(text, was) };
  }

  private hashAt(path: string): string | null {
    const known = this.stands.get(path);
    return known === undefined ? this.now.look(path) : known;
  }

  private changedSince(deed: UndoableEffect, on: string, otherwise = BY_HAND): string {
    const last = this.search.last.get(on);
    return last && last.at > deed.at ? `changed since in turn ${last.turn} by ${last.by}` : otherwise;
  }
}

/** The folders on the way to a path. */
function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}
