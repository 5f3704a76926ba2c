/** The diagnosis of a journal: known failures of agents that work together, found without a model. */
import type { Entry } from '../../core/model/entry.ts';
import { shorten } from '../text/table.ts';
import { DETECTORS } from './detectors.ts';
import { failureOf, type KnownFailure, type Shown } from './finding.ts';
import { PastWork } from './past-work.ts';
import { PastVisitReader } from './visit-reader.ts';

/** Characters of a quotation. */
const QUOTED = 160;
/** Ids that are named in a finding. */
const NAMED = 8;

/** Takes the lines of a journal in order, and knows at any time what they show. */
export class Diagnosis {
  private readonly reader = new PastVisitReader();
  private readonly past: PastWork;
  private readonly watches = DETECTORS.map((detector) => ({
    watch: detector.watch(),
    tell: (shown: Shown) => bounded(failureOf(shown, detector.kinds)),
  }));
  private readonly settled: KnownFailure[] = [];
  /** What holds as of the last committed turn; null when it is to be looked for. */
  private known: KnownFailure[] | null = null;

  /** `isWhole`: the first line of the journal comes first. Else only conversations that begin later are judged. */
  constructor(isWhole = true) {
    this.past = new PastWork(isWhole);
  }

  take(entry: Entry): void {
    if (entry.k === 'drop' || entry.k === 'sent') this.past.hear(entry.message, entry.k === 'drop');
    if (entry.k === 'file')
      this.past.meet(entry.path, 'text' in entry && typeof entry.text === 'string' ? entry.text : '');
    if (entry.k === 'request' && (entry.request.ask === 'pause' || entry.request.ask === 'resume'))
      this.past.pause(entry.request.agent, entry.request.ask === 'pause');
    if (entry.k === 'undone') this.past.undone.set(entry.on, this.reader.turn);
    const visits = this.reader.take(entry);
    if (entry.k === 'commit') this.known = null;
    this.past.turn = this.reader.turn;
    for (const visit of visits) this.past.take(visit);
    for (const visit of visits)
      for (const { watch, tell } of this.watches)
        this.settled.push(...(watch.take?.(visit, this.past) ?? []).map(tell));
  }

  /** The findings, by turn. The same array as long as nothing new was committed. */
  findings(): readonly KnownFailure[] {
    if (this.known) return this.known;
    const open = this.watches.flatMap(({ watch, tell }) => (watch.open?.(this.past) ?? []).map(tell));
    this.known = [...this.settled, ...open].sort((a, b) => a.turn - b.turn);
    return this.known;
  }
}

function bounded(finding: KnownFailure): KnownFailure {
  return { ...finding, quote: shorten(finding.quote, QUOTED), ids: finding.ids.slice(0, NAMED) };
}

/** Which findings are wanted. */
export interface FindingWish {
  /** First and last turn. */
  turns?: { from: number; to: number };
  /** A conversation. */
  thread?: string;
}

/** The findings of some turns, or of one conversation. Pure. */
export function findingsFor(findings: readonly KnownFailure[], { turns, thread }: FindingWish): KnownFailure[] {
  return findings.filter(
    (one) =>
      (turns === undefined || (one.turn >= turns.from && one.turn <= turns.to)) &&
      (thread === undefined || one.thread === thread),
  );
}

/** The findings for people, a paragraph each. */
export function printFindings(findings: readonly KnownFailure[]): string {
  return findings.map(printFinding).join('\n\n');
}

function printFinding({ kind, mode, agent, turn, call, text, ids, quote, remedy }: KnownFailure): string {
  const place = `turn ${turn}, ${agent}${call === null ? '' : `, call ${call}`}`;
  const lines = [text, `evidence: ${ids.join(', ')}`];
  if (quote !== '') lines.push(`it says: ${quote}`);
  lines.push(`to change: ${remedy}`);
  return [`${kind} (${mode}): ${shorten(place, 1000)}`, ...lines.map((line) => `  ${shorten(line, 1000)}`)].join('\n');
}
