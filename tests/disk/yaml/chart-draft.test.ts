import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChartDraft } from '../../../src/disk/yaml/chart-draft.ts';
import type { Edited } from '../../../src/disk/yaml/edit.ts';
import { withAgent, withoutAgent } from '../../../src/disk/yaml/edit-chart.ts';
import { GrowingChart } from '../../../src/disk/yaml/grow-chart.ts';
import { ShrinkingChart } from '../../../src/disk/yaml/shrink-chart.ts';

const NAMES = ['a', 'b', 'c', 'd'];
const NEW = ['null', 'kid', 'true', 'k-2'];

/** Lists and maps in all the forms in which people write them. */
const list = (indent: string) =>
  fc
    .record({
      items: fc.uniqueArray(fc.constantFrom(...NAMES, '*'), { maxLength: 4 }),
      form: fc.constantFrom('flow', 'block', 'none', 'empty', 'twice'),
      note: fc.constantFrom('', ' # why', ' # me & you'),
      gap: fc.constantFrom('', '', `${indent}# gap\n`, '\n'),
    })
    .map(({ items, form, note, gap }) => (key: string) => {
      const shown = items.map((one) => JSON.stringify(one));
      if (form === 'none') return '';
      if (form === 'empty') return `${indent}${key}:${note}\n`;
      if (form === 'twice') return `${indent}${key}: [ ${[...shown, ...shown].join(' , ')} ]${note}\n`;
      if (form === 'flow' || items.length === 0) return `${indent}${key}: [${shown.join(', ')}]${note}\n`;
      return `${indent}${key}:${note}\n${shown.map((one) => `${indent}- ${one}${note}\n`).join(gap)}`;
    });
const entry = fc
  .record({
    send: list('    '),
    read: list('    '),
    swap: fc.boolean(),
    flow: fc.constantFrom(
      '',
      '',
      '{}',
      '{ send_to: [a] }',
      '{ read_from: [], send_to: ["b", c] }',
      '&x { send_to: [a] }',
    ),
  })
  .map(({ send, read, swap, flow }) => {
    const lines = [send('send_to'), read('read_from')];
    return flow === '' ? `\n${(swap ? lines.reverse() : lines).join('')}` : ` ${flow}\n`;
  });
const chart = fc
  .record({
    entries: fc.array(entry, { maxLength: 4 }),
    top: fc.constantFrom('agents:', 'agents:', 'agents:', 'agents: {}', 'other: 1', 'agents: { a: { send_to: [a] } }'),
    end: fc.constantFrom('', '# end\n', '\n\nlast: 1\n'),
    eol: fc.constantFrom('\n', '\n', '\r\n'),
    cut: fc.boolean(),
  })
  .map(({ entries, top, end, eol, cut }) => {
    const inner = top === 'agents:' ? entries.map((text, i) => `  ${NAMES[i]}:${text}`).join('') : '';
    const text = `version: 1   # v\n${top}\n${inner}${end}`.replaceAll('\n', eol);
    return cut ? text.trimEnd() : text;
  });
const ends = fc.uniqueArray(fc.constantFrom(...NAMES, ...NEW), { maxLength: 3 });
const acts = fc.record({
  out: fc.shuffledSubarray(NAMES),
  come: fc.shuffledSubarray(NEW),
  ends: fc.array(fc.tuple(ends, ends), { minLength: 4, maxLength: 4 }),
});
type Act = (chart: { with: ChartDraft['with']; without: ChartDraft['without'] }) => Edited;

function actsOf({ out, come, ends }: { out: string[]; come: string[]; ends: [string[], string[]][] }): Act[] {
  return [
    ...out.map(
      (name): Act =>
        (draft) =>
          draft.without(name),
    ),
    ...come.map((name, i): Act => {
      const [send_to, read_from] = ends[i] as [string[], string[]];
      return (draft) => draft.with(name, { send_to, read_from });
    }),
  ];
}

/** What the edits make of the text one after the other, each parsed and proved. */
class Plain {
  constructor(public text: string) {}
  with: ChartDraft['with'] = (name, ends) => this.set(withAgent(this.text, name, ends));
  without: ChartDraft['without'] = (name) => this.set(withoutAgent(this.text, name));
  private set(edited: Edited): Edited {
    if ('text' in edited) this.text = edited.text;
    return edited;
  }
}

const said = (edited: Edited) => ('text' in edited ? edited.text : edited.fault.code);

describe('a chart that is edited many times', () => {
  it.each([false, true])('says after each edit, to the byte, what single edits make of it (careful: %s)', (careful) => {
    fc.assert(
      fc.property(chart, acts, (text, acts) => {
        const [draft, plain] = [new ChartDraft(text, careful), new Plain(text)];
        const results = actsOf(acts).map((act) => [act(draft), act(plain)]);
        fc.pre(careful || draft.holds());
        for (const [done, wanted] of results) expect(done).toEqual(wanted);
        expect(draft.text).toBe(plain.text);
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    'agents:\n  a: { send_to: [b], read_from: [] } # a\n  b: {}\n  c:\n    send_to:\n      - a # one\n',
    'agents: { a: { send_to: [b], read_from: [] }, b: {}, c: { send_to: [a] } }',
  ])('is parsed once while agents come, and once while they go: %j', (text) => {
    const [growing, plain] = [new GrowingChart(text), new Plain(text)];
    for (const name of NEW) {
      const ends = { send_to: ['a', 'b'], read_from: ['b', 'c'] };
      expect(growing.with(name, ends)).toBe(said(plain.with(name, ends)));
    }
    const shrinking = new ShrinkingChart(plain.text);
    for (const name of ['b', 'null', 'c']) expect(shrinking.without(name)).toBe(said(plain.without(name)));
    expect(plain.text).toContain('kid');
  });

  it('keeps a comment that stood behind what was cut before', () => {
    const text = 'agents:\n  a:\n    send_to:\n      - b\n      # of c\n      - c\n  d: {}\n';
    const [draft, plain] = [new ChartDraft(text, false), new Plain(text)];
    for (const name of ['c', 'a']) expect(draft.without(name)).toEqual(plain.without(name));
    expect(draft.text).toContain('# of c');
  });
});
