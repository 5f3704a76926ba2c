import { describe, expect, it } from 'vitest';
import { statusOf } from '../../../src/views/org/status.ts';
import { Org, say } from '../../regression/org.ts';

const CHAIN = { human: ['a', 'b'], a: ['b', 'human'], b: ['a', 'human'] };

function relay(): Org {
  return new Org({ edges: CHAIN }, ({ agent, mail }) => {
    if (agent === 'b') return [say('a', 'Answer')];
    return mail.map(({ from }) => (from === 'human' ? say('b', 'Question') : say('human', 'Done.')));
  });
}

describe('control, as a user lives it', () => {
  it('scenario 28: a paused organisation makes no calls, keeps its mail, and goes on where it stood', async () => {
    const org = relay();
    org.drop('a', 'Work.');
    await org.turns(1);
    await org.ask({ ask: 'pause', by: 'human', agent: null });
    expect(await org.look(({ config, state }) => statusOf(config, state, 'human', []).state)).toBe('paused');
    expect((await org.run()).reports).toEqual([]);
    org.drop('a', 'More.');
    await org.run();
    expect(org.prompts).toHaveLength(1);
    const { turn } = await org.look(({ state }) => state.clock);
    await org.ask({ ask: 'resume', by: 'human', agent: null });
    const { reports } = await org.run();
    expect(reports[0]?.turn).toBe(turn + 1);
    expect(reports[0]?.visits.map(({ agent }) => agent)).toEqual(['a', 'b']);
    expect(org.messages('a').filter(({ to }) => to[0] === 'human')).toHaveLength(2);
  });

  it('scenario 28: a pause that comes while agents think lets their calls end and starts no new turn of theirs', async () => {
    const org = relay();
    org.drop('a', 'Work.');
    const told = ({ turn }: { turn: number }) => {
      if (turn === 1) org.disk.put('agents/human/requests/pause.yaml', 'ask: pause\nby: human\nagent: null\n');
    };
    const { reports, end } = await org.run({ untilIdle: true, onTurn: told });
    expect([reports.map(({ visits }) => visits.length), end]).toEqual([[1, 0], 'paused']);
    await org.ask({ ask: 'resume', by: 'human', agent: null });
    await org.run();
    expect(org.prompts.map(({ agent }) => agent)).toEqual(['a', 'b', 'a']);
  });

  it('scenario 28: one agent pauses alone', async () => {
    const org = relay();
    await org.ask({ ask: 'pause', by: 'human', agent: 'b' });
    org.drop(['a', 'b'], 'Work.');
    await org.run();
    expect(org.prompts.map(({ agent }) => agent)).toEqual(['a']);
    await org.ask({ ask: 'resume', by: 'human', agent: 'b' });
    await org.run();
    expect(org.delivered('b').sort()).toEqual(['000001-a-01', '000001-human-01']);
  });

  it('scenario 28: a step is one turn, or one turn of one agent, and then it stops', async () => {
    const org = relay();
    org.drop(['a', 'b'], 'Work.');
    expect(
      (await org.run({ turns: 1, only: 'b' })).reports.map(({ turn, visits }) => [
        turn,
        visits.map(({ agent }) => agent),
      ]),
    ).toEqual([[1, ['b']]]);
    expect(
      (await org.run({ turns: 1 })).reports.map(({ turn, visits }) => [turn, visits.map(({ agent }) => agent)]),
    ).toEqual([[2, ['a']]]);
    expect(org.prompts).toHaveLength(2);
  });
});
