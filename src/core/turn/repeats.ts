/**
 * Notices when calls of a visit come to the same result again: the second time the agent is told, the third time ends the
 * visit.
 */
import { printValue } from '../../schema/print.ts';
import type { ActCall } from '../model/call.ts';
import { textHash } from '../model/hash.ts';
import { firstSentence, whyOf } from '../prompt/dropped-calls.ts';
import { callName } from '../text/call-name.ts';

/** Replies in which a call may come to the same result; that many are a loop. */
const LOOP = 3;
/** Names of replies; a later one is named by its number. */
const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];

/** The outcome of a call. */
interface CallOutcome {
  text: string;
  ok: boolean;
  /** It changed something, such as a file written or a message sent, so that other calls may be worth repeating. */
  changes?: boolean;
  /** The engine refused it, in its own words. */
  refused?: boolean;
}

/** A call with its result, since the last new change. */
interface SeenCall {
  /** The last occurrence, as a number of the calls of the visit. */
  at: number;
  /** The replies in which it occurred, each once: a model that asks twice in one reply has not seen the first result. */
  replies: number[];
}

/**
 * The calls of one visit with their results. A result that the call did not have before never counts, and a new change
 * resets all others: an agent that edits and runs the same failing test again makes progress, and sees the result.
 */
export class Repeats {
  private readonly seen = new Map<string, SeenCall>();
  private calls = 0;
  /** The last new change, as a number of the calls. */
  private changed = 0;
  /** The last change, new or not: repeating it at once changes nothing. */
  private lastAction = '';
  /** Why the visit ends: as a clause after "because". */
  loop: string | null = null;

  /** Results before that reply may no longer stand in front of the model: they are shown again. */
  forget(reply: number): void {
    for (const [key, { replies }] of this.seen) if ((replies.at(-1) as number) < reply) this.seen.delete(key);
  }

  /** What the model is told of a call in its reply of that number: the result, or where it had the same before. */
  tell(reply: number, call: Pick<ActCall, 'tool' | 'input'>, outcome: CallOutcome): string {
    const { text, ok, changes = false, refused = false } = outcome;
    const key = textHash(JSON.stringify([call.tool, printValue(call.input), ok, text]));
    const at = ++this.calls;
    const before = this.seen.get(key);
    const isSame = before !== undefined && before.at >= this.changed;
    const replies = isSame ? before.replies : [];
    if (replies.at(-1) !== reply) replies.push(reply);
    this.seen.set(key, { at, replies });
    const isAction = ok && changes;
    const works = isAction && this.lastAction !== key;
    if (isAction) this.lastAction = key;
    if (isAction && !before) this.changed = at;
    if (replies.length >= LOOP) this.loop ??= loopText(call, outcome);
    if (!isSame) return text;
    const where = replies.length === 1 ? 'earlier in this reply' : `in your ${nameOf(replies[0] as number)}`;
    const warning = replies.length === 1 ? '' : ` ${WARNING}`;
    if (works) return `${text}\nYou did the same ${where}.${warning}`;
    const reason = refused ? text : whyOf(text, false);
    return `${ok ? '' : `${reason}\n`}The same result as ${where}.${warning}`;
  }
}
const WARNING = 'If you repeat it again and nothing has changed, your visit ends.';

function nameOf(reply: number): string {
  const word = ORDINALS[reply - 1];
  return word === undefined ? `reply ${reply}` : `${word} reply`;
}

/** Why the visit ends, for others as well: words of a program or server are not repeated to them. */
function loopText(call: Pick<ActCall, 'tool' | 'input'>, { text, ok, refused = false }: CallOutcome): string {
  const what = `it called ${callName(call)} in ${LOOP} replies`;
  if (refused) return `${what} and it was refused each time: ${firstSentence(whyOf(text, true))}`;
  return ok ? `${what}, each time with the same result` : `${what}, and it failed each time in the same way`;
}
