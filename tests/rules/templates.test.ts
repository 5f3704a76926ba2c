import { extract } from 'tar';
import { describe, expect, it } from 'vitest';
import * as replayCommand from '../../src/commands/time/replay.ts';
import * as verifyCommand from '../../src/commands/time/verify.ts';
import { checked } from '../commands/checked.ts';
import { inputOf, scratch, testWorld } from '../commands/world.ts';
import { isOfPresentRules, TEMPLATES, templateArchive, templateArchives } from './templates.ts';

const replay = checked(replayCommand);
const verify = checked(verifyCommand);

describe.each(templateArchives())('the recorded hour %s', (name, file) => {
  it('replays to the same bytes, is made again to the same effects if made under the present rules, and verifies', async () => {
    const root = scratch();
    await extract({ file, cwd: root });
    const made = await replay(testWorld(root), inputOf({ flags: { recompute: true } }));
    expect(made.data).toMatchObject({
      identical: true,
      edited: [],
      first_difference: null,
      recomputed: { identical: true },
    });
    const { visits, folded } = (made.data as { recomputed: { visits: number; folded: unknown[] } }).recomputed;
    expect([visits > 0, folded.length]).toEqual(isOfPresentRules(name) ? [true, 0] : [false, 1]);
    expect((await verify(testWorld(root), inputOf({ flags: { deep: true } }))).data).toMatchObject({ ok: true });
  });
});

it('each shipped template has a recording of the present rules', () => {
  const files = templateArchives().map(([, file]) => file);
  expect(files).toEqual(expect.arrayContaining(TEMPLATES.map(templateArchive)));
});
