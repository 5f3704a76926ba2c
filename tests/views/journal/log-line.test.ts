import { describe, expect, it } from 'vitest';
import { passes, printLine, readLine, readSince } from '../../../src/views/journal/log-line.ts';

const NOW = Date.parse('2026-01-02T00:00:00.000Z');
const LINE = {
  time: '2026-01-01T23:50:00.000Z',
  org: 'acme',
  turn: 4,
  agent: 'hr',
  level: 'warn',
  module: 'tool',
  event: 'refused',
  rule: 'edge',
  text: 'No\nway',
};
const text = JSON.stringify(LINE);

describe('a log line', () => {
  it.each([
    ['30s', { sinceMs: NOW - 30_000 }],
    ['10m', { sinceMs: NOW - 600_000 }],
    ['2h', { sinceMs: NOW - 7_200_000 }],
    ['3d', { sinceMs: NOW - 259_200_000 }],
    ['turn:7', { sinceTurn: 7 }],
    ['10', null],
    ['turn:x', null],
    ['-5m', null],
  ])('since %s', (since, expected) => expect(readSince(since, NOW)).toEqual(expected));

  it.each([
    [{}, true],
    [{ level: 'warn' }, true],
    [{ level: 'info' }, true],
    [{ level: 'error' }, false],
    [{ sinceMs: NOW - 600_000 }, true],
    [{ sinceMs: NOW - 599_999 }, false],
    [{ sinceTurn: 4, grep: 'EDGE' }, true],
    [{ sinceTurn: 5, grep: 'EDGE' }, false],
    [{ grep: 'nothing' }, false],
  ])('passes %j: %s', (filter, expected) => expect(passes(LINE, text, filter)).toBe(expected));

  it('is printed on one line, and read only when it is one', () => {
    expect(printLine(LINE)).toBe('2026-01-01 23:50:00  turn 4  hr  warn  tool/refused  No way  rule=edge');
    expect(readLine(text)).toEqual(LINE);
    for (const bad of ['', '{"time":', 'null', '[]', '{"time":"x"}']) expect(readLine(bad)).toBeNull();
  });
});
