/** Reads an amount of credits from an argument. */
import { printCredits } from '../core/money/ledger.ts';
import { failure } from '../schema/fault.ts';

/** The largest amount, in micro-credits. */
const MOST = 1e15;

/** Turns credits into integer micro-credits, digit by digit, so that nothing is rounded. */
export function readAmount(text = ''): number {
  const [, whole, part = ''] = /^(\d{1,10})(?:\.(\d{1,6}))?$/.exec(text) ?? [];
  if (whole === undefined)
    throw failure('usage', `CREDITS must be above 0, with up to six decimals, not "${text}"`, { value: text });
  return Number(whole + part.padEnd(6, '0'));
}

/** Throws `usage` for an invalid amount. `what` names it in the message, such as `A top-up`. */
export function boundAmount(what: string, amount: number): number {
  if (amount <= 0 || amount > MOST)
    throw failure('usage', `${what} must be above 0 and at most 1000000000 credits`, { value: printCredits(amount) });
  return amount;
}
