import { describe, expect, it } from 'vitest';
import { deniedText, printApproval } from '../../../src/core/approvals/approval-text.ts';
import type { Effect, Held } from '../../../src/core/model/entry.ts';
import { judge } from '../../../src/core/turn/judge.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { HELD } from '../entries.ts';
import { configOf, letter, mail, sceneOf, stateOf } from '../world.ts';

describe('what was denied before and is asked again', () => {
  const config = configOf({ edges: { human: ['a'], a: ['human'] }, resumes: { a: { tools: ['ask:write_file'] } } });
  const { k: _k, ...held } = HELD;
  const input = { path: 'x.md', content: 'x' };
  const denial: Effect = {
    k: 'decided',
    ...{ id: HELD.id, decision: 'denied', by: 'human', note: 'Not now.', outcome: 'not done' },
    held: { ...held, tool: 'write_file', input },
  };
  const thread = letter().id;
  const drop = { k: 'drop', turn: 2, found: 'x', hash: 'h', message: letter({ n: 9, thread }) } as const;
  const ask = (...lines: Parameters<typeof stateOf>) => {
    const at = sceneOf(config, 'a', { state: stateOf(...lines), given: [mail({ n: 9, thread })] });
    const verdict = judge(TOOLS, at, { id: '1', tool: 'write_file', input });
    return { verdict, held: at.draft.held[0] };
  };

  it('says so, to the agent and to the person', () => {
    const { verdict, held: again } = ask(denial, drop);
    const said = 'human denied the same as A-1-a-1: "Not now."';
    expect(verdict).toMatchObject({
      is: 'held',
      text: expect.stringContaining(`You will be told the answer. ${said}`),
    });
    expect(again?.denied).toEqual({ of: 'A-1-a-1', by: 'human', note: 'Not now.' });
    expect(printApproval(again as Held)).toContain(`\n\n${said}`);
    expect(deniedText({ denied: { of: 'A-1-a-1', by: 'human', note: '' } })).toBe('human denied the same as A-1-a-1.');
  });

  it('and nothing where it was not', () => {
    const { verdict, held: first } = ask(drop);
    expect(verdict).toMatchObject({
      is: 'held',
      text: expect.stringMatching(
        /^Held as \S+: your write_file x\.md waits for human and is not done yet\. You will be told the answer\.$/,
      ),
    });
    expect(first?.denied).toBeUndefined();
  });
});
