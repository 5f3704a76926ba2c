import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Edited } from '../../../src/disk/yaml/edit.ts';
import { withAgent, withoutAgent } from '../../../src/disk/yaml/edit-chart.ts';
import { removeFromList, removeKey } from '../../../src/disk/yaml/edit-remove.ts';

const text = (edited: Edited) => ('text' in edited ? edited.text : edited.fault.code);

const CHART = `# who may write to whom
version: 1   # v
agents:
  human: { send_to: ["*"], read_from: ["*"] }   # you
  a:   # the first
    send_to: [b, human]   # two
    read_from:
      - b      # one
  b: { send_to: [a], read_from: [a] }

# the end
`;

const WITH_KID = `# who may write to whom
version: 1   # v
agents:
  human: { send_to: ["*"], read_from: ["*"] }   # you
  a:   # the first
    send_to: [b, human, kid]   # two
    read_from:
      - b      # one
      - kid
  b: { send_to: [a], read_from: [a, kid] }
  kid: { send_to: [a, human, b], read_from: [a] }

# the end
`;

describe('the chart', () => {
  it('gets a new agent with both ends of its edges, and loses it again: every other byte stays', () => {
    const edges = { send_to: ['a', 'human', 'b'], read_from: ['a'] };
    expect(text(withAgent(CHART, 'kid', edges))).toBe(WITH_KID);
    expect(text(withoutAgent(WITH_KID, 'kid'))).toBe(CHART);
    expect(text(withoutAgent(CHART, 'nobody'))).toBe(CHART);
  });

  it('is left as it is when that cannot be done safely', () => {
    expect(text(withAgent('agents: &x {}\nother: *x\n', 'kid', { send_to: ['a'], read_from: [] }))).toBe(
      'invalid-value',
    );
    expect(text(withAgent('agents: [\n', 'kid', { send_to: ['a'], read_from: ['a'] }))).toBe('invalid-yaml');
    expect(text(withoutAgent('agents:\n  a: &x { send_to: [kid] }\n  b: *x\n', 'kid'))).toBe('invalid-value');
    expect(text(withoutAgent('other: 1\n', 'kid'))).toBe('other: 1\n');
  });

  it('says afterwards what was wanted, whatever it looked like', () => {
    const names = ['a', 'b', 'kid'];
    const list = fc.uniqueArray(fc.constantFrom(...names, '*'), { maxLength: 4 });
    const printed = (indent: string) =>
      fc.tuple(list, fc.boolean(), fc.constantFrom('', '  # why')).map(([items, flow, comment]) => {
        if (flow || items.length === 0) return ` [${items.map((one) => JSON.stringify(one)).join(', ')}]${comment}\n`;
        return `${comment}\n${items.map((one) => `${indent}- ${JSON.stringify(one)}${comment}\n`).join('')}`;
      });
    const entry = fc
      .tuple(printed('      '), printed('    '))
      .map(([send, read]) => `\n    send_to:${send}    read_from:${read}`);
    const chart = fc
      .tuple(entry, entry, fc.option(entry))
      .map(([a, b, kid]) => `version: 1\nagents:\n  a:${a}${kid ? `  kid:${kid}` : ''}  b:${b}# end\n`);
    let done = 0;
    fc.assert(
      fc.property(chart, (before) => {
        const edited = withoutAgent(before, 'kid');
        if ('fault' in edited) return;
        done++;
        const wanted = parse(before) as { agents: Record<string, Record<string, string[]>> };
        delete wanted.agents.kid;
        for (const ends of Object.values(wanted.agents))
          for (const side of ['send_to', 'read_from']) ends[side] = (ends[side] ?? []).filter((one) => one !== 'kid');
        expect(parse(edited.text)).toEqual(wanted);
        expect(edited.text.endsWith('# end\n')).toBe(true);
      }),
    );
    expect(done).toBeGreaterThan(50);
  });
});

describe('removeFromList', () => {
  it.each([
    ['a: [x]\n', 'a: []\n'],
    ['a: [ x, y ] # c\n', 'a: [ y ] # c\n'],
    ['a: [y, x, x]\n', 'a: [y]\n'],
    ['a:\n  - x\nb: 1\n', 'a: []\nb: 1\n'],
    ['a:\n  - x # c\n  - y\n', 'a:\n  - y\n'],
    ['a:\n- y\n- x', 'a:\n- y'],
    ['a:\r\n- y\r\n- x', 'a:\r\n- y'],
    ['a:\n  # both\n  - x\n', 'invalid-value'],
    ['a: &l [x]\nb: *l\n', 'invalid-value'],
    ['a: 1\n', 'a: 1\n'],
    ['a:\n  - [x]\n', 'a:\n  - [x]\n'],
  ])('%j → %j', (before, after) => expect(text(removeFromList(before, ['a'], 'x'))).toBe(after));

  it('of a list whose items stand in one line with other things', () => {
    expect(text(removeFromList('a:\n- - x\n  - y\n', ['a', 0], 'x'))).toBe('invalid-value');
    expect(text(removeFromList('a: &l\n  - x\n  - y\nb: *l\n', ['b'], 'x'))).toBe('invalid-value');
  });
});

describe('removeKey', () => {
  it.each([
    ['a: { x: 1 }\n', 'a: {  }\n'],
    ['a: { x: 1, y: 2 } # c\n', 'a: { y: 2 } # c\n'],
    ['a: { y: 2, x: 1 }\n', 'a: { y: 2 }\n'],
    ['a:\n  x: 1 # c\n  # of y\n  y: 2\n', 'a:\n  # of y\n  y: 2\n'],
    ['a:\n  y: 2\n  x:\n    z: 1\n    u: |\n      t\n', 'a:\n  y: 2\n'],
    ['a:\n  y: 2\n  x:', 'a:\n  y: 2'],
    ['a:\n  x: 1\nb: 2\n', 'a: {}\nb: 2\n'],
    ['a: {}\n', 'a: {}\n'],
    ['b: 1\n', 'b: 1\n'],
    ['a: &m { x: 1 }\nb: *m\n', 'invalid-value'],
    ['a:\n  ? x\n  : 1\n  y: 2\n', 'invalid-value'],
  ])('%j → %j', (before, after) => expect(text(removeKey(before, ['a', 'x']))).toBe(after));
  it('does not follow an alias', () =>
    expect(text(removeKey('a: &m { x: 1 }\nb: *m\n', ['b', 'x']))).toBe('invalid-value'));
});
