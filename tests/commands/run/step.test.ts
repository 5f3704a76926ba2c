import { describe, expect, it } from 'vitest';
import * as pauseCommand from '../../../src/commands/run/pause.ts';
import * as stepCommand from '../../../src/commands/run/step.ts';
import { checked } from '../checked.ts';
import { ask, RELAY } from '../relay.ts';
import { faultsOf, inputOf, scratchOrg, testWorld } from '../world.ts';

const pause = checked(pauseCommand);
const step = checked(stepCommand);

interface StepData {
  turn: number;
  turns: number;
  visits: { turn: number; agent: string }[];
}

async function steps(root: string, n?: string, agent?: string): Promise<StepData> {
  const { data } = await step(testWorld(root), inputOf({ args: { n }, flags: { agent } }));
  return data as StepData;
}

describe('step', () => {
  it('scenario 28: makes one turn and stops', async () => {
    const root = scratchOrg(RELAY);
    ask(root, 'a');
    expect(await steps(root)).toMatchObject({ turn: 1, turns: 1, visits: [{ agent: 'a' }] });
    expect(await steps(root)).toMatchObject({ turn: 2, turns: 1, visits: [{ agent: 'b' }] });
  });

  it('makes so many turns', async () => {
    const root = scratchOrg(RELAY);
    ask(root, 'a');
    expect(await steps(root, '3')).toMatchObject({ turn: 3, turns: 3, visits: [{}, {}, {}] });
  });

  it('scenario 28: makes one agent due and nobody else', async () => {
    const root = scratchOrg(RELAY);
    for (const to of ['a', 'b']) ask(root, to);
    expect((await steps(root, '1', 'b')).visits.map(({ agent }) => agent)).toEqual(['b']);
    expect((await steps(root, '2', 'b')).visits.map(({ agent }) => agent)).toEqual(['b', 'b']);
    expect((await steps(root)).visits.map(({ agent }) => agent)).toEqual(['a']);
  });

  it('scenario 28: goes on through a pause of the organisation, and leaves it paused', async () => {
    const root = scratchOrg(RELAY);
    ask(root, 'a');
    await pause(testWorld(root), inputOf());
    expect((await steps(root)).visits.map(({ agent }) => agent)).toEqual(['a']);
    expect(await steps(root)).toMatchObject({ turn: 2 });
  });

  it.each(['0', '-1', 'x', '1.5'])('refuses %s turns', async (n) => {
    expect(await faultsOf(steps(scratchOrg(RELAY), n))).toEqual(['usage']);
  });

  it('refuses an agent that is not there, and people, who are never called', async () => {
    const root = scratchOrg(RELAY);
    expect(await faultsOf(steps(root, '1', 'nobody'))).toEqual(['not-found']);
    expect(await faultsOf(steps(root, '1', 'human'))).toEqual(['usage']);
  });
});
