// @module-tag bwrap
// @module-tag python3
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { extract } from 'tar';
import { describe, expect, it } from 'vitest';
import { lemming, untilIdle } from '../../commands/people/world.ts';
import { scratch } from '../../commands/world.ts';
import { archiveOf, PLAYED } from '../../played/kept.ts';
import { TEMPLATES, templateArchives } from '../../rules/templates.ts';
import { diagnosed } from './planted.ts';

const KEPT: (readonly [string, string])[] = [
  ...PLAYED.filter(({ style }) => style !== 'mistakes').map((run) => [run.name, archiveOf(run)] as const),
  ...templateArchives(),
];

/** What the players of these runs did on purpose, as models do. */
const MISTAKES: Record<string, string[]> = {
  'goal-mistakes': [],
  'sample-mistakes': [],
  'article-mistakes': ['no-progress'], // its report was a call in the text, and lost
  'bug-hunt-mistakes': [],
  'desk-mistakes': [],
  'review-mistakes': ['unanswered'], // the answer was sent as a status
};

it.each(PLAYED.filter(({ style }) => style === 'mistakes'))(
  'of the mistakes in $name those are found that had an effect',
  async (run) => {
    const root = scratch();
    await extract({ file: archiveOf(run), cwd: root });
    expect(diagnosed(root).map(({ kind }) => kind)).toEqual(MISTAKES[run.name]);
  },
);

describe('nothing is found where nothing was planted', () => {
  it.each(KEPT)('in the kept run %s', async (_name, file) => {
    const root = scratch();
    await extract({ file, cwd: root });
    expect(readdirSync(join(root, 'org/journal')).length).toBeGreaterThan(1);
    expect(diagnosed(root)).toEqual([]);
  });

  it.each(TEMPLATES)('in the template %s, run until nobody is due', async (name) => {
    const root = scratch();
    await lemming(root, ['bootstrap', '.', ...(name === 'sample' ? [] : ['--template', name])]);
    await untilIdle(root);
    expect(readdirSync(join(root, 'org/journal')).length).toBeGreaterThan(1);
    expect(diagnosed(root)).toEqual([]);
  });
});
