import { describe, expect, it } from 'vitest';
import { colour, wantsColour } from '../../../../src/faces/cli/terminal/colour.ts';
import { OutputScreen, type Paper } from '../../../../src/faces/cli/terminal/screen.ts';
import { table } from '../../../../src/views/text/table.ts';

const ESC = '\u001b';

function screenOn(more: Partial<Paper> = {}) {
  const seen = { out: '', err: '', now: 0 };
  const screen = new OutputScreen({
    size: () => ({ columns: 20, rows: 8 }),
    colour: false,
    redraws: true,
    ticks: () => seen.now,
    out: (text) => {
      seen.out += text;
    },
    err: (text) => {
      seen.err += text;
    },
    ...more,
  });
  return { screen, seen };
}

describe('a screen', () => {
  it('draws what changes below what stays, and takes it away again', () => {
    const { screen, seen } = screenOn();
    screen.sketch('one\ntwo');
    screen.print('stays');
    screen.sketch(null);
    expect(seen.err).toBe(`one\ntwo\n${ESC}[2A\r${ESC}[Jone\ntwo\n${ESC}[2A\r${ESC}[J`);
    expect(seen.out).toBe('stays\n');
  });

  it('draws eight times a second at most, and the latest in the end', async () => {
    const { screen, seen } = screenOn();
    for (seen.now = 0; seen.now < 1000; seen.now++) screen.sketch(`at ${seen.now}`);
    expect(seen.err.split('at ').length - 1).toBe(8);
    await expect.poll(() => seen.err).toContain('at 999');
  });

  it('never draws more rows than there are, nor wider than the terminal', () => {
    const { screen, seen } = screenOn();
    screen.sketch(Array.from({ length: 100 }, (_, i) => `${i} ${'x'.repeat(30)}`).join('\n'));
    const lines = seen.err.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(4);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(20);
  });

  it('draws nothing where nothing can be drawn again', () => {
    const { screen, seen } = screenOn({ redraws: false });
    screen.sketch('one');
    expect(seen.err).toBe('');
  });

  it('lets no text of others control the terminal, in results, remarks and drafts', async () => {
    const hostile = `a${ESC}[2J${ESC}]52;c;eA==\u0007\u202eb\u200bc\r\u001d`;
    const { screen, seen } = screenOn();
    screen.print(hostile);
    screen.say(hostile);
    await screen.show(table([['heading'], [hostile]]));
    screen.sketch(hostile);
    expect(seen.out).toBe('abc\nheading\nabc\n');
    expect(seen.err).toBe('abc\nabc\n');
  });

  it('puts colour only where it was asked for', async () => {
    const { screen, seen } = screenOn({ colour: true });
    await screen.show(table([['health'], ['healthy']]));
    screen.sketch('draft');
    expect(seen.out).toBe(`${ESC}[1mhealth${ESC}[0m\n${ESC}[32mhealthy${ESC}[0m\n`);
    expect(seen.err).toBe(`${colour('draft', 'draft')}\n`);
  });
});

it.each([
  [{}, true, false, true],
  [{}, false, false, false],
  [{ NO_COLOR: '1' }, true, false, false],
  [{ NO_COLOR: '' }, true, false, true],
  [{ FORCE_COLOR: '1' }, false, false, true],
  [{ FORCE_COLOR: '0' }, true, false, false],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, true, false, false],
  [{ FORCE_COLOR: '1' }, true, true, false],
])('%j at a terminal %j with --plain %j has colour %j', (env, isTerminal, plain, colours) =>
  expect(wantsColour({ env, isTerminal, plain })).toBe(colours),
);
