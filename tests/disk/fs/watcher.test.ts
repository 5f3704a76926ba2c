// @module-tag disk
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FolderWatcher } from '../../../src/disk/fs/watcher.ts';
import { scratch } from '../../commands/world.ts';

const LONG_MS = 600_000;

/** A bell of an organisation, and a wait that only ringing or the signal ends. */
function waiting(root: string): { ended: () => boolean; stop: AbortController; bell: FolderWatcher; wait: () => void } {
  const bell = new FolderWatcher(root);
  const stop = new AbortController();
  let ended = false;
  onTestFinished(async () => {
    stop.abort();
    await bell.close();
  });
  const wait = (): void => {
    ended = false;
    void bell.wait(0, LONG_MS, stop.signal).then(() => {
      ended = true;
    });
  };
  wait();
  return { ended: () => ended, stop, bell, wait };
}

/** Does it again and again until the bell was heard: nobody knows when it began to listen. */
async function heard(ended: () => boolean, act: () => void): Promise<void> {
  await expect
    .poll(
      () => {
        act();
        return ended();
      },
      { timeout: 30_000, interval: 50 },
    )
    .toBe(true);
}

describe('the bell', () => {
  it('rings when a journal file grows, when one comes, and when the configuration changes', async () => {
    const root = scratch();
    mkdirSync(join(root, 'org/journal'), { recursive: true });
    const file = join(root, 'org/journal/000001.jsonl');
    writeFileSync(file, '');
    const { ended, wait } = waiting(root);
    await heard(ended, () => appendFileSync(file, 'x\n'));
    let n = 2;
    wait();
    await heard(ended, () => writeFileSync(join(root, `org/journal/${n++}.jsonl`), ''));
    wait();
    await heard(ended, () => appendFileSync(join(root, 'org/org.yaml'), 'x'));
  });

  it('hears a journal that began later', async () => {
    const root = scratch();
    mkdirSync(join(root, 'org'));
    const { ended, wait } = waiting(root);
    await heard(ended, () => appendFileSync(join(root, 'org/org.yaml'), 'x'));
    wait();
    mkdirSync(join(root, 'org/journal'));
    await expect.poll(ended, { timeout: 30_000 }).toBe(true);
    wait();
    await heard(ended, () => appendFileSync(join(root, 'org/journal/000001.jsonl'), 'x\n'));
  });

  it('does without what cannot be watched: a wait ends by itself', async () => {
    const root = join(scratch(), 'nowhere');
    const bell = new FolderWatcher(root);
    for (let waits = 0; waits < 2; waits++)
      await expect(bell.wait(1, 2, new AbortController().signal)).resolves.toBeUndefined();
    for (let closes = 0; closes < 2; closes++) await expect(bell.close()).resolves.toBeUndefined();
  });

  it('does without a folder that was taken away', async () => {
    const root = scratch();
    mkdirSync(join(root, 'org/journal'), { recursive: true });
    const { ended } = waiting(root);
    await heard(ended, () => appendFileSync(join(root, 'org/journal/000001.jsonl'), 'x\n'));
    rmSync(join(root, 'org'), { recursive: true });
  });

  it('ends a wait when it is told to', async () => {
    const { ended, stop } = waiting(scratch());
    stop.abort();
    await expect.poll(ended).toBe(true);
  });
});
