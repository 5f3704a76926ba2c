import { expect, it } from 'vitest';
import { scene, stage } from '../world.ts';

it('goes to the log of the agent', () => {
  const at = scene();
  expect(stage('note', { text: ' The tests pass. ' }, at)).toEqual({ ok: true, text: 'Noted.' });
  expect(at.draft.notes).toEqual(['The tests pass.']);
});
