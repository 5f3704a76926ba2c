import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Follow } from '../../../src/app/follow.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { PANES, type PaneName } from '../../../src/faces/tui/panes.ts';
import { widthOf } from '../../../src/faces/tui/terminal/fit.ts';
import { buildOrg } from '../../../src/testing/build-org.ts';
import type { ScreenSnapshot } from '../../../src/views/screen/snapshot.ts';
import { lemming, OFFICE, office, put, turns } from '../../commands/people/world.ts';
import { picture, SIZES, widest } from './picture.ts';

const HOSTILE = [
  'First\x1b[2J\x1b[31mred\x1b]8;;http://evil\x07link\x1b]8;;\x07 \x1b]52;c;ZXZpbA==\x07copied',
  '\u202ereversed\u202c zero\u200bwidth \u{e0041}tag \x9b31mC1 \rreturn\ttab',
  'x'.repeat(10_000),
].join('\n');

/** An office in which mail went to and fro, a model is down and an act is held. */
async function scene(root: string): Promise<ScreenSnapshot> {
  buildOrg(realDisk(root), {
    ...OFFICE,
    resumes: { planner: { unit: 'thinkers' } },
    files: { 'org/units/thinkers.md': '---\nname: Thinkers\nhead: planner\n---\nThey think.\n' },
  });
  await lemming(root, ['send', 'manager', 'Hello 你好 👍 ok']);
  await lemming(root, ['send', 'manager', 'plan', '--priority', 'high']);
  await turns(root, 3);
  await lemming(root, ['send', 'planner', HOSTILE, '--subject', 'Hi\x1b[2J\u202e there']);
  await turns(root, 1);
  await lemming(root, ['send', 'hr', 'down']);
  await turns(root, 1);
  return (await Follow.open({ machine: realMachine, root, env: {} })).scene();
}

const root = mkdtempSync(join(tmpdir(), 'lemming-test-'));
const shown = await scene(root);
afterAll(() => rmSync(root, { recursive: true }));
const EMPTY: Partial<Record<PaneName, string>> = {
  approvals: 'No action waits for you.',
  tasks: 'There are no tasks yet.',
};
const panes = (Object.keys(PANES) as PaneName[]).filter((name) => name !== 'runs');

describe.each(SIZES)('at %s', (_name, size) => {
  it.each(panes)('%s fills the screen exactly and no more', (pane) => {
    const rows = picture(shown, { pane }, size);
    expect(rows).toHaveLength(size.rows);
    expect(widest(rows)).toBeLessThanOrEqual(size.columns);
    expect(rows[0]).toContain(`${PANES[pane].title}`);
    expect(rows.at(-1)).toMatch(/turn 5 {2}· {2}idle/);
    expect(rows.join('\n')).toContain(EMPTY[pane] ?? '> ');
  });

  it('says who is at work, why, and what each has left', () => {
    const text = picture(shown, {}, size).join('\n');
    for (const name of ['manager', 'planner', '@thinkers', 'hr', 'coder', 'human']) expect(text).toContain(name);
    expect(text).toMatch(/hr +offline/);
    expect(text).toMatch(/99 %/);
    expect(text).toContain('what happens');
  });

  it('shows mail by conversation', () => {
    const text = picture(shown, { pane: 'mail' }, size).join('\n');
    expect(text).toMatch(/\* .*manager +human +The plan is ready/);
    expect(text).toMatch(/human +manager +Hello 你好 👍 ok/);
  });

  it('nothing that a message holds reaches the terminal but its text', () => {
    const id = [...shown.recent.mail.values()].find(({ subject }) => subject.includes('there'))?.id ?? '';
    for (const reader of [null, { row: id, scroll: 0 }]) {
      const rows = picture(shown, { pane: 'mail', chosen: { mail: id }, reader }, size, true);
      expect(rows.join('\n').replace(/\x1b\[[\d;]*m/g, '')).not.toMatch(
        /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u200b]/,
      );
      expect(rows.join('\n')).not.toMatch(/\x1b\[31m|\x1b\[2J|\x1b\]/);
      expect(widest(rows)).toBeLessThanOrEqual(size.columns);
      expect(rows).toHaveLength(size.rows);
    }
    const text = picture(shown, { pane: 'mail', reader: { row: id, scroll: 0 } }, size).join('\n');
    expect(text).toContain('Hi there');
    expect(text).toContain('reversed zerowidth tag');
  });

  it('columns stand under each other, also behind wide characters', () => {
    const rows = picture(shown, { pane: 'mail' }, size);
    const list = rows.slice(2, 11).map((row) => row.slice(0, row.search(/ (response|message|report|request)\b/)));
    expect(list).toHaveLength(9);
    expect(new Set(list.map((row) => widthOf(row.trimEnd()) > 20 && widthOf(row))).size).toBe(1);
  });
});

describe('the screen', () => {
  const size = { columns: 80, rows: 24 };

  it('says so when there is nothing', async () => {
    const root = office();
    const empty = (await Follow.open({ machine: realMachine, root, env: {} })).scene();
    expect(picture(empty, { pane: 'problems' }, size).join('\n')).toContain(
      'There are no problems, and nothing waits for you.',
    );
    expect(picture(empty, { pane: 'approvals' }, size).join('\n')).toContain('No action waits for you.');
    expect(picture(empty, { pane: 'mail' }, size).join('\n')).toContain('There are no messages yet');
    expect(picture(empty, { pane: 'log' }, size).join('\n')).toContain('Nothing has happened yet.');
    expect(picture(empty, {}, size).join('\n')).toContain('No turn has been made yet');
    expect(picture(empty, {}, size).at(-1)).toContain('nothing needs you');
  });

  it('lists faults with file and line first among the problems', async () => {
    const root = office();
    put(root, 'agents/coder/resume.md', '---\nrole: codes\nmodle: x\n---\nYou code.\n');
    const faulty = (await Follow.open({ machine: realMachine, root, env: {} })).scene();
    const rows = picture(faulty, { pane: 'problems' }, { columns: 120, rows: 24 });
    expect(rows[2]).toMatch(/fault +coder +agents\/coder\/resume.md:3: There is no key "modle"/);
  });

  it('carries state in words and marks, without colour', () => {
    const rows = picture(shown, {}, size);
    expect(rows.find((row) => / hr /.test(row))).toMatch(/\? hr +offline/);
    expect(picture(shown, {}, size).join('')).not.toContain('\x1b');
  });

  it('keeps a row chosen wherever it goes, and shows the window around it', () => {
    const log = picture(shown, { pane: 'log' }, { columns: 80, rows: 12 });
    expect(log.filter((row) => row.startsWith('> '))).toHaveLength(1);
    const key = String(shown.log[3]?.n);
    const middle = picture(shown, { pane: 'log', chosen: { log: key } }, { columns: 80, rows: 12 });
    expect(middle.findIndex((row) => row.startsWith('> '))).toBe(5);
  });

  it('filters by words and terms', () => {
    const rows = picture(shown, { pane: 'mail', filters: { mail: 'from:manager kind:report' } }, size);
    expect(rows.join('\n')).toContain('filter: from:manager kind:report  (1 shown');
    expect(rows.join('\n')).toContain('The plan is ready.');
    expect(picture(shown, { pane: 'mail', filters: { mail: 'zebra' } }, size).join('\n')).toContain(
      'No message matches the filter.',
    );
  });

  it('shows a text being written with its cursor, and a long one around it', () => {
    const prompt = {
      label: 'reply',
      hint: 'enter sends',
      field: { text: `first\n${'word '.repeat(60)}`, at: 306 },
      lines: true,
      done: () => {},
    };
    const rows = picture(shown, { pane: 'mail', prompt }, size, true);
    expect(rows).toHaveLength(24);
    expect(widest(rows)).toBeLessThanOrEqual(80);
    expect(rows.slice(-3, -1).join('\n')).toContain('\x1b[7m');
  });
});
