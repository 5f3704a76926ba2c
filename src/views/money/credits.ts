/** Converts amounts of the journal, in micro-credits, to the credits of `--json`. Pure. */

import type { Held } from '../../core/model/entry.ts';
import type { Approval } from '../../core/model/state/approvals.ts';
import { inCredits } from '../../schema/amount.ts';
import type { ShownCall } from '../journal/call.ts';

/** A held act, with its amounts in credits. */
export function heldInCredits<T extends Held & Partial<Pick<Approval, 'answer'>>>(held: T): T {
  const { spent, price, answer } = held;
  const left = price?.left.map((one) => ({ ...one, left: inCredits(one.left) }));
  const unpaid = answer?.unpaid;
  return {
    ...held,
    ...(spent !== undefined && { spent: inCredits(spent) }),
    ...(price && { price: { cost: inCredits(price.cost), left } }),
    ...(unpaid !== undefined && { answer: { ...answer, unpaid: inCredits(unpaid) } }),
  };
}

/** A call, with the amounts of its answer in credits. */
export function callInCredits(call: ShownCall): ShownCall {
  const { answer } = call;
  if (!answer) return call;
  const cost = inCredits(answer.cost);
  if (answer.k === 'failed') return { ...call, answer: { ...answer, cost } };
  const { over, reply } = answer;
  const said = reply.cost === undefined ? reply : { ...reply, cost: inCredits(reply.cost) };
  return { ...call, answer: { ...answer, cost, over: inCredits(over), reply: said } };
}
