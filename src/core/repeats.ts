/** Notices in one visit that a call comes to the same result again: the second time it is said, the third time ends the visit. */
import { printValue } from '../schema/print.ts';
import { textHash } from './brief.ts';
import type { ActCall } from './call.ts';

/** Steps in which a call may come to one result; that many are a loop. */
const LOOP = 3;

/** What a call came to. `changes`: it is a deed, such as a file written or a message sent, so that other calls may be worth repeating. */
interface Outcome {
  text: string;
  ok: boolean;
  changes?: boolean;
}

/**
 * The calls of one visit with their results. A result that the call did not have before is never counted, and a new deed lets
 * all others begin anew: who edits and runs the same failing test again works on.
 */
export class Repeats {
  /** Call and result → the steps in which they came, each once: a model asks twice in one step without having seen the first. */
  private readonly steps = new Map<string, number[]>();
  /** Step of the last new deed. */
  private changed = 0;
  /** Why the visit ends: as a clause after "because". */
  loop: string | null = null;

  /** What the model is told: the result, or where it had the same before. */
  tell(step: number, { tool, input }: Pick<ActCall, 'tool' | 'input'>, { text, ok, changes = false }: Outcome): string {
    const key = textHash(JSON.stringify([tool, printValue(input), ok, text]));
    const before = this.steps.get(key);
    if (!before) {
      this.steps.set(key, [step]);
      if (ok && changes) this.changed = step;
      return text;
    }
    if (before.at(-1) !== step) before.push(step);
    const counted = before.filter((one) => one >= this.changed);
    if (counted.length >= LOOP) this.loop ??= `it called ${nameOf(tool)} ${LOOP} times with the same input and result`;
    return `Same as in step ${before[0]}. Repeated a third time with nothing new done between, it ends your visit.`;
  }
}

/** A model may name a tool as it likes. */
function nameOf(tool: string): string {
  return /^[\w-]{1,80}$/.test(tool) ? tool : 'a tool';
}
