/** Checks the arguments and options of a command line. */
import type { Flag, InputOf, Leaf, RawInput } from '../../commands/command.ts';
import { argTerm } from '../../commands/leaves.ts';
import { failure } from '../../schema/fault.ts';

/** A value from commander: a text, all remaining words, or nothing. */
export type RawValue = string | string[] | undefined;

/** Arguments and options as the definition promises them, by the names in the definition. */
export function readInput<L extends Leaf>(leaf: L, given: RawValue[], option: (flag: Flag) => unknown): InputOf<L> {
  const input: RawInput = { args: {}, rest: [], flags: {} };
  leaf.args.forEach((arg, at) => {
    const value = given[at];
    if (Array.isArray(value)) input.rest = value;
    else input.args[arg.name] = value;
    if (arg.choices && typeof value === 'string' && !arg.choices.includes(value))
      throw failure(
        'usage',
        `${argTerm({ ...arg, optional: false })} must be one of ${arg.choices.join(', ')}, not "${value}"`,
        { value },
      );
  });
  for (const flag of leaf.flags) {
    input.flags[flag.name] = readOption(flag, option(flag));
  }
  return input as InputOf<L>; // each value was read as its definition says
}

function readOption(flag: Flag, value: unknown): RawInput['flags'][string] {
  if (Array.isArray(value)) return value.map((text) => String(readFlag(flag, text)));
  return typeof value === 'string' ? readFlag(flag, value) : value === true ? true : undefined;
}

/** The value of an option by its kind; anything else is a usage fault. */
export function readFlag(flag: Flag, text: string): string | number {
  if (flag.choices && !flag.choices.includes(text)) throw wrong(flag, `one of ${flag.choices.join(', ')}`, text);
  if (flag.kind === 'whole') return readWhole(flag, text);
  if (flag.kind === 'amount') return readAmount(flag, text);
  return text;
}

function readWhole(flag: Flag, text: string): number {
  const least = flag.least ?? 0;
  const number = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(number) || number < least) throw wrong(flag, `a whole number from ${least}`, text);
  return number;
}

/** Credits become integer micro-credits, digit by digit, so that no rounding happens. */
function readAmount(flag: Flag, text: string): number {
  const [, whole, part = ''] = /^(\d+)(?:\.(\d{1,6}))?$/.exec(text) ?? [];
  const micro = whole === undefined ? Number.NaN : Number(whole + part.padEnd(6, '0'));
  if (!Number.isSafeInteger(micro)) throw wrong(flag, 'an amount of credits from 0, with up to six decimals', text);
  return micro;
}

function wrong(flag: Flag, wanted: string, text: string): Error {
  return failure('usage', `--${flag.name} must be ${wanted}, not "${text}"`, { value: text });
}
