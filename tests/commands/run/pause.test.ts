import { describe, expect, it } from 'vitest';
import { withEngine } from '../../../src/app/run-engine.ts';
import * as pauseCommand from '../../../src/commands/run/pause.ts';
import * as resumeCommand from '../../../src/commands/run/resume.ts';
import * as runCommand from '../../../src/commands/run/run.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { checked } from '../checked.ts';
import { ask, RELAY } from '../relay.ts';
import { faultsOf, filesIn, inputOf, scratchOrg, testWorld } from '../world.ts';

const pause = checked(pauseCommand);
const resume = checked(resumeCommand);
const runTurns = checked(runCommand);

const paused = (root: string, agent?: string) => pause(testWorld(root), inputOf({ args: { agent } }));
const resumed = (root: string, agent?: string) => resume(testWorld(root), inputOf({ args: { agent } }));

async function untilIdle(root: string) {
  const { data } = await runTurns(testWorld(root), inputOf({ flags: { 'until-idle': true } }));
  return data as { turn: number; turns: number; visits: { agent: string }[]; idle: boolean };
}

describe('pause and resume', () => {
  it('scenario 28: no call starts while the organisation is paused; it goes on at the same turn', async () => {
    const root = scratchOrg(RELAY);
    ask(root, 'a');
    expect((await paused(root)).data).toMatchObject({ ask: 'pause', agent: null, takes_effect: 'now' });
    const still = await untilIdle(root);
    expect(still.visits).toEqual([]);
    expect((await resumed(root)).data).toMatchObject({ ask: 'resume', takes_effect: 'now' });
    expect(await untilIdle(root)).toMatchObject({ turn: still.turn + 3, turns: 3, idle: true });
  });

  it('pauses one agent: the others work, and its mail waits', async () => {
    const root = scratchOrg(RELAY);
    ask(root, 'a');
    await paused(root, 'b');
    expect((await untilIdle(root)).visits.map(({ agent }) => agent)).toEqual(['a']);
    await resumed(root, 'b');
    expect((await untilIdle(root)).visits.map(({ agent }) => agent)).toEqual(['b', 'a']);
  });

  it('says who is still paused', async () => {
    const root = scratchOrg(RELAY);
    await paused(root);
    await paused(root, 'b');
    expect((await resumed(root, 'b')).text).toContain('still paused');
    await paused(root, 'b');
    expect((await resumed(root)).text).toContain('lemming resume b');
  });

  it('waits for the next turn of a running engine', async () => {
    const root = scratchOrg(RELAY);
    ask(root, 'a');
    await withEngine({ machine: realMachine, root, env: {} }, 'run', async (engine) => {
      expect((await paused(root, 'b')).data).toMatchObject({ agent: 'b', takes_effect: 'next turn' });
      expect(Object.keys(filesIn(root)).filter((path) => path.includes('/requests/'))).toHaveLength(1);
      expect((await engine.turn()).visits.map(({ agent }) => agent)).toEqual(['a']);
      expect((await engine.turn()).visits).toEqual([]);
    });
    expect(Object.keys(filesIn(root)).filter((path) => path.includes('/requests/'))).toEqual([]);
  });

  it('refuses agents that are not there, and people', async () => {
    const root = scratchOrg(RELAY);
    expect(await faultsOf(paused(root, 'nobody'))).toEqual(['not-found']);
    expect(await faultsOf(resumed(root, 'human'))).toEqual(['usage']);
  });

  it('never overtakes a request that an engine left behind', async () => {
    const root = scratchOrg(RELAY);
    await withEngine({ machine: realMachine, root, env: {} }, 'run', () => paused(root));
    expect((await resumed(root)).data).toMatchObject({ takes_effect: 'next turn' });
    ask(root, 'a');
    expect(await untilIdle(root)).toMatchObject({ turn: 3, idle: true });
  });
});
