import { describe, expect, it } from 'vitest';
import type { Flag, Leaf } from '../../../src/commands/command.ts';
import { readFlag, readInput } from '../../../src/faces/cli/input.ts';
import { FaultError } from '../../../src/schema/fault.ts';

const turns: Flag = { name: 'turns', about: '', value: 'N', kind: 'whole', least: 1 };
const cost: Flag = { name: 'max-cost', about: '', value: 'C', kind: 'amount' };
const level: Flag = { name: 'level', about: '', value: 'LEVEL', choices: ['info', 'debug'] };

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof FaultError) return error.fault.code;
  }
  return 'none';
}

describe('whole numbers', () => {
  it.each([
    ['1', 1],
    ['007', 7],
    ['9007199254740991', 9007199254740991],
  ])('%s', (text, number) => expect(readFlag(turns, text)).toBe(number));

  it.each(['0', '-1', '1.0', '1e3', '0x10', '', ' 1', '9007199254740992', 'NaN', 'Infinity', '٣'])(
    'refuses %j',
    (text) => expect(codeOf(() => readFlag(turns, text))).toBe('usage'),
  );

  it('may be negative where the least is', () => {
    expect(readFlag({ ...turns, least: -5 }, '-5')).toBe(-5);
    expect(codeOf(() => readFlag({ ...turns, least: -5 }, '-6'))).toBe('usage');
  });
});

describe('amounts are integer micro-credits', () => {
  it.each([
    ['0', 0],
    ['0.000001', 1],
    ['1.1', 1_100_000],
    ['4.35', 4_350_000],
    ['1000000000', 1e15],
  ])('%s', (text, micro) => expect(readFlag(cost, text)).toBe(micro));

  it.each(['-5', '-0', '0.0000001', '1.', '.5', '1,5', '1e3', '', '99999999999'])('refuses %j', (text) =>
    expect(codeOf(() => readFlag(cost, text))).toBe('usage'),
  );
});

describe('choices', () => {
  it('takes one of them', () => expect(readFlag(level, 'debug')).toBe('debug'));
  it('refuses others', () => expect(codeOf(() => readFlag(level, 'loud'))).toBe('usage'));
});

it('keys arguments and options by the names of the definition', () => {
  const command: Leaf = {
    name: 'x',
    summary: '',
    examples: [],
    args: [
      { name: 'agent', about: '' },
      { name: 'text', about: '', optional: true, many: true },
    ],
    flags: [cost, { name: 'dry-run', about: '' }, level],
    reads: false,
    right: 'owner',
  };
  const values: Record<string, unknown> = { 'max-cost': '2', 'dry-run': true };
  expect(readInput(command, ['planner', ['a', 'b']], (flag) => values[flag.name])).toEqual({
    args: { agent: 'planner' },
    rest: ['a', 'b'],
    flags: { 'max-cost': 2_000_000, 'dry-run': true, level: undefined },
  });
});
