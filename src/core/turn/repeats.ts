/** Notices in one visit that a call comes to the same result again: the second time it is said, the third time ends the visit. */
import { printValue } from '../../schema/print.ts';
import type { ActCall } from '../model/call.ts';
import { textHash } from '../model/hash.ts';
import { firstSentence, whyOf } from '../prompt/dropped-calls.ts';
import { callName } from '../text/call-name.ts';

/** Replies in which a call may come to one result; that many are a loop. */
const LOOP = 3;
/** Replies that are named in words; a later one by its number. */
const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];

/** What a call came to. */
interface CallOutcome {
  text: string;
  ok: boolean;
  /** It is a deed, such as a file written or a message sent, so that other calls may be worth repeating. */
  changes?: boolean;
  /** The engine refused it, in words of its own. */
  refused?: boolean;
}

/** A call with its result, since the last new deed. */
interface SeenCall {
  /** The last time, as a number of the calls of the visit. */
  at: number;
  /** The replies in which it came, each once: a model asks twice in one reply without having seen the first result. */
  replies: number[];
}

/**
 * The calls of one visit with their results. A result that the call did not have before is never counted, and a new deed lets
 * all others begin anew: who edits and runs the same failing test again works on, and sees the result.
 */
export class Repeats {
  private readonly seen = new Map<string, SeenCall>();
  private calls = 0;
  /** The last new deed, as a number of the calls. */
  private changed = 0;
  /** The last deed, new or not: done again at once, it changes nothing. */
  private lastDeed = '';
  /** Why the visit ends: as a clause after "because". */
  loop: string | null = null;

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
    const isDeed = ok && changes;
    const works = isDeed && this.lastDeed !== key;
    if (isDeed) this.lastDeed = key;
    if (isDeed && !before) this.changed = at;
    if (replies.length >= LOOP) this.loop ??= loopText(call, outcome);
    if (!isSame) return text;
    const where = replies.length === 1 ? 'earlier in this reply' : `in your ${nameOf(replies[0] as number)}`;
    const warning = replies.length === 1 ? '' : ` ${WARNING}`;
    if (works) return `${text}\nYou did the same ${where}.${warning}`;
    const reason = refused ? text : whyOf(text, false);
    return `${ok ? '' : `${reason}\n`}The same result as ${where}.${warning}`;
  }
}
const WARNING = 'If you repeat it once more and nothing has changed, your visit ends.';

function nameOf(reply: number): string {
  const word = ORDINALS[reply - 1];
  return word === undefined ? `reply ${reply}` : `${word} reply`;
}

/** Others read it, too: what a program or a server said is not repeated to them. */
function loopText(call: Pick<ActCall, 'tool' | 'input'>, { text, ok, refused = false }: CallOutcome): string {
  const what = `it called ${callName(call)} in ${LOOP} replies`;
  if (refused) return `${what} and it was refused each time: ${firstSentence(whyOf(text, true))}`;
  return ok ? `${what}, each time with the same result` : `${what}, and it failed each time in the same way`;
}
