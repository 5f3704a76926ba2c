/** What the journal holds of calls that a crash cut off. */
import { ProviderError, printKey, type Reply } from '../../core/model/call.ts';
import type { ActKey, CallEntry, Entry, Held, IntentEntry, UseEntry } from '../../core/model/entry.ts';
import type { Stands } from '../../core/model/tool.ts';
import { noteOutcome } from '../../core/money/breaker.ts';
import type { Thought } from './attempts.ts';
import type { TurnJournal } from './turn-journal.ts';

/** What the journal holds of the calls and tool uses of a turn that is made again. */
export interface KnownCalls {
  /** Attempts that may have been billed. */
  readonly doubts: ReadonlySet<string>;
  /** An attempt, with its outcome if that is known. */
  attempt(key: string): CallEntry[] | undefined;
  /** A tool use that is about to be made. */
  use(key: ActKey): CallEntry[] | undefined;
  /** The line that announced a use. */
  announced(key: ActKey): UseEntry | undefined;
  /** What was at a path when an act on it was judged, if only the journal can tell; undefined if the folder tells it. */
  stood(agent: string, path: string, approved?: Held): Pick<Stands, 'hash' | 'text'> | undefined;
}

export class RecordedCalls implements KnownCalls {
  private readonly attempts = new Map<string, CallEntry[]>();
  private readonly uses = new Map<string, CallEntry[]>();
  readonly doubts = new Set<string>();
  /** The keys of the calls and uses that were requested. */
  private readonly taken = new Set<string>();

  constructor(calls: readonly Entry[]) {
    for (const entry of calls) {
      if (entry.k === 'intent' || entry.k === 'reply' || entry.k === 'failed')
        put(this.attempts, printKey(entry), entry);
      else if (entry.k === 'use' || entry.k === 'used') put(this.uses, actKey(entry), entry);
      else if (entry.k === 'recovered') for (const key of entry.doubt) this.doubts.add(key);
    }
  }

  attempt(key: string): CallEntry[] | undefined {
    this.taken.add(key);
    return this.attempts.get(key);
  }

  use(key: ActKey): CallEntry[] | undefined {
    this.taken.add(actKey(key));
    return this.uses.get(actKey(key));
  }

  stood(): undefined {}

  announced(key: ActKey): UseEntry | undefined {
    this.taken.add(actKey(key));
    return this.uses.get(actKey(key))?.find((entry): entry is UseEntry => entry.k === 'use');
  }

  /** Calls that nobody requested, because other rules took another way. They are paid nevertheless. */
  left(): CallEntry[] {
    const all = [...this.attempts, ...this.uses];
    return all.flatMap(([key, lines]) => (this.taken.has(key) ? [] : lines));
  }

  /** Intents without an answer: repeatable ones are simply made again; the others may have been billed. */
  open(): { again: string[]; doubt: string[] } {
    const open = { again: [] as string[], doubt: [] as string[] };
    for (const [key, [first, answer]] of this.attempts) {
      if (first?.k !== 'intent' || answer || this.doubts.has(key)) continue;
      (first.repeatable ? open.again : open.doubt).push(key);
    }
    return open;
  }
}

function put(map: Map<string, CallEntry[]>, key: string, entry: CallEntry): void {
  const list = map.get(key);
  if (list) list.push(entry);
  else map.set(key, [entry]);
}

function actKey(entry: ActKey): string {
  return `${entry.turn}.${entry.agent}.${entry.n}.${entry.act}`;
}

/** Books calls from before a crash, and answers with their recorded outcome. */
export function recall(journal: TurnJournal, thought: Thought, [intent, answer]: readonly CallEntry[]): Reply {
  const { purse } = thought;
  purse.via = (intent as IntentEntry).via;
  journal.recall(intent as CallEntry, answer as CallEntry);
  noteOutcome(purse.tries, (intent as IntentEntry).model, answer?.k === 'failed' ? answer.failure : null, 0);
  if (answer?.k === 'failed') {
    purse.left -= answer.cost;
    throw new ProviderError(answer.failure, answer.message, { usage: answer.usage, requestId: answer.requestId });
  }
  const reply = answer as Extract<CallEntry, { k: 'reply' }>;
  purse.left -= reply.cost;
  return reply.reply;
}

/** An attempt that may have been billed: its reserve stays booked. */
export function recallDoubt(journal: TurnJournal, { purse }: Thought, intent: IntentEntry): void {
  journal.recall(intent, { k: 'recovered', turn: intent.turn, again: [], doubt: [printKey(intent)] });
  purse.left -= intent.reserve;
}
