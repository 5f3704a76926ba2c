/** The wrapper that leaves a model alone after too many failures. */
import { Unasked } from '../../core/model/call.ts';
import type { CallModel, ModelRequest } from './line.ts';

/**
 * Leaves a model alone after too many failures: `admits` says whether it may be asked. The failures are counted in the
 * journal (core/money/breaker.ts).
 */
export function breaker<A extends ModelRequest>(
  line: CallModel<A>,
  name: string,
  admits: (asked: A) => boolean,
): CallModel<A> {
  return async (asked, signal) => {
    if (!admits(asked)) throw leftAlone(name);
    return line(asked, signal);
  };
}

export function leftAlone(name: string): Unasked {
  return new Unasked('unavailable', `${name} failed too often and is not called for a while`);
}
