import { expect, it } from 'vitest';
import { setRun } from '../../../src/core/model/runs/runs.ts';
import { emptyState } from '../../../src/core/model/state.ts';
import { runPath } from '../../../src/core/workflows/run/page.ts';
import { Folder } from '../../../src/disk/intake/folder.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';
import { MemoryDisk } from '../../../src/testing/memory-disk.ts';
import { World } from '../../core/workflows/world.ts';
import { configOf } from '../../core/world.ts';

const LIMIT = 1000;

it('the file of a run is waited for while somebody writes it', async () => {
  const disk = new MemoryDisk();
  let isBusy = true;
  let n = 0;
  class Clock extends FakeClock {
    override async sleep(ms: number): Promise<void> {
      this.advance(ms);
      if (isBusy) disk.put(runPath('r1'), `Edited ${n++}.`);
    }
  }
  const clock = new Clock();
  disk.now = () => clock.now();
  const state = emptyState();
  setRun(state.runs, { ...new World([{ id: 'x', agent: 'a', do: 'X' }]).run, id: 'r1' });
  state.files.texts.set(runPath('r1'), 'Page.');
  disk.put(runPath('r1'), 'Edited.');
  const { runs } = new Folder(disk, clock);
  const config = configOf({ edges: { human: [] } });
  expect(runs.waiting(state, LIMIT)).toBe(true);
  expect(await runs.changes(state, config, LIMIT)).toEqual([]);
  isBusy = false;
  const text = `Edited ${n - 1}.`;
  expect(await runs.changes(state, config, LIMIT)).toEqual([{ k: 'run-file', id: 'r1', by: 'human', found: text }]);
});
