import { describe, expect, it } from 'vitest';
import { bytesHash } from '../../../src/disk/fs/materialise.ts';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { JournalFiles } from '../../../src/engine/replay/journal-files.ts';
import { Lab } from '../../engine/world.ts';
import type { Org } from '../../regression/org.ts';

const LIVE = 'org/tasks/done.md';
const AWAY = 'org/tasks/archive/done.md';

/** A task of a person that was completed, one that was cancelled, and a wish to archive them and to retry one that failed. */
async function asked(): Promise<Lab> {
  const org = new Lab({
    edges: { human: ['a'], a: ['human'] },
    resumes: { a: { schedule: { every: 1000, offset: 999 } } },
  });
  for (const id of ['done', 'over', 'lost', 'open'])
    org.withFile(
      `org/tasks/${id}.md`,
      `---\ntitle: ${id}\nassignee: human\n${id === 'open' ? 'needs: [over]\nwaived: [over]\n' : ''}---\nDo it.\n`,
    );
  await org.turns(1);
  const task = { ask: 'task', by: 'human', note: '' } as const;
  await org.ask({ ...task, id: 'done', do: 'start' });
  await org.ask({ ...task, id: 'done', do: 'complete', result: 'All of it.' });
  await org.ask({ ...task, id: 'over', do: 'cancel' });
  await org.ask({ ...task, id: 'lost', do: 'fail' });
  await org.turns(1);
  await org.ask({ ask: 'archive-tasks', by: 'human', older: 1 });
  await org.ask({ ...task, id: 'lost', do: 'retry' });
  return org;
}

/** Every file of a task is as the journal says. */
function expectAsTold(org: Org): void {
  const told = new JournalFiles();
  for (const group of readJournal(org.disk, [])) told.take(group);
  const found = org.paths(/^org\/tasks\//).filter((path) => !path.includes('.conflict'));
  const isTask = (path: string): boolean => path.startsWith('org/tasks/');
  expect([...told.files.keys()].filter(isTask).sort()).toEqual(found.sort());
  for (const path of found)
    expect([path, bytesHash(Buffer.from(org.read(path) as string))]).toEqual([path, told.files.get(path)?.hash]);
}

describe('finished tasks that go to the archive', () => {
  it('are moved, unless an open task needs them or the turn changes them', async () => {
    const org = await asked();
    await org.turns(1);
    expect(org.paths(/^org\/tasks\//).sort()).toEqual([
      AWAY,
      'org/tasks/lost.md',
      'org/tasks/open.md',
      'org/tasks/over.md',
    ]);
    expect(org.read(AWAY)).toMatch(/result: All of it\.[\s\S]*- 2\.2 human: completed\n$/);
    expect(org.read('org/tasks/lost.md')).toContain('status: assigned');
    expectAsTold(org);
    await org.turns(1);
    expectAsTold(org);
  });

  it('are moved once, wherever the process dies, and what was asked is done once', async () => {
    for (let n = 1; n < 200; n++) {
      const org = await asked();
      const died = await org.dies(n, () => org.turns(1));
      await org.turns(died ? 2 : 1);
      expect([n, org.read(LIVE), org.read(AWAY)]).toEqual([n, null, expect.stringContaining('All of it.')]);
      expect([n, org.lines('task-archived').map(({ id }) => id)]).toEqual([n, ['done']]);
      expect(org.read('org/tasks/lost.md')?.match(/to be tried again/g)).toHaveLength(1);
      expectAsTold(org);
      if (!died) return;
    }
    throw new Error('the turn does not end');
  });

  it('are there after a power loss', async () => {
    const org = await asked();
    await org.turns(1);
    org.powerLoss();
    await org.turns(1);
    expect(org.read(LIVE)).toBeNull();
    expect(org.read(AWAY)).toContain('All of it.');
    expectAsTold(org);
  });

  it('keep what a person writes at that moment', async () => {
    for (let n = 1; n < 200; n++) {
      const org = await asked();
      const text = `${org.read(LIVE)}- Mine.\n`;
      const last = org.disk.count + n;
      let isWritten = false;
      org.disk.plan = ({ index }) => {
        if (index === last) {
          isWritten = true;
          org.disk.put(LIVE, text);
        }
        return 'go';
      };
      await org.turns(1);
      org.disk.plan = () => 'go';
      await org.turns(2);
      const all = org.paths(/^org\/(tasks|dead-letter)\//).map((path) => org.read(path));
      if (isWritten) expect([n, all.some((one) => one?.includes('- Mine.'))]).toEqual([n, true]);
      expect([n, org.read(AWAY) !== null || org.read(LIVE) !== null]).toEqual([n, true]);
      if (!isWritten) return;
    }
    throw new Error('the turn does not end');
  });
});
