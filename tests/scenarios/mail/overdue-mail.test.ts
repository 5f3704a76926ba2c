import { describe, expect, it } from 'vitest';
import { type Act, Org, say } from '../../regression/org.ts';

const EDGES = {
  human: ['a', 'b', 'head', 'top'],
  a: ['b', 'human'],
  b: ['a', 'human'],
  head: ['human'],
  top: ['human'],
};
const UNITS = {
  'org/units/small.md': '---\nhead: head\nmembers: [a, b, head]\nparent: big\n---\n',
  'org/units/big.md': '---\nhead: top\nmembers: [top]\n---\n',
};

/** b never wakes; who is told of its mail is in the notices. */
function org(mail: object, more: object = {}, acts: Act[] = []): Org {
  return new Org(
    { edges: EDGES, org: { mail, ...more }, resumes: { b: { schedule: { every: 1000, offset: 999 } } }, files: UNITS },
    () => [...acts, { tool: 'done', input: {} }],
  );
}
const told = (made: Org) => made.lines('notice').map(({ to, text }) => [to, text]);

describe('mail that waits for long', () => {
  it('is told once to the head of the unit, without its text where the chart has no such edge', async () => {
    const made = org({ escalate_after: 3 });
    made.drop('b', 'Please look at this.', { subject: 'Look' });
    await made.turns(8);
    expect(told(made)).toEqual([
      ['head', 'b has not read 000001-human-01 from human for 3 turns: "Look". It says: "Please look at this."'],
    ]);
    const hidden = org({ escalate_after: 1 }, {}, [say('b', 'Between us.', { subject: 'Psst' })]);
    hidden.drop('a', 'Tell b something.');
    await hidden.turns(5);
    expect(told(hidden)).toContainEqual(['head', 'b has not read 000001-a-01 from a for 1 turn: "Psst".']);
  });

  it('is told once, whenever the setting is changed', async () => {
    const made = org({ escalate_after: 100 });
    const set = (turns: number | null) =>
      made.disk.put('org/org.yaml', `version: 1\nname: test\nmail: { escalate_after: ${turns} }\n`);
    made.drop('b', 'One.', { subject: 'One' });
    await made.turns(6);
    set(2);
    await made.turns(2);
    expect(told(made)).toMatchObject([['head', expect.stringContaining('from human for 6 turns: "One"')]]);
    set(null);
    await made.turns(1);
    set(8);
    made.drop('b', 'Two.', { subject: 'Two' });
    await made.turns(4);
    set(1);
    await made.turns(5);
    expect(told(made)).toHaveLength(2);
    expect(told(made)[1]).toMatchObject(['head', expect.stringContaining('"Two"')]);
  });

  it('goes up: past the head itself to the unit above, then to the people of escalate_to, or to nobody', async () => {
    const made = org({ escalate_after: 1 }, { approvals: { escalate_to: ['human'] } });
    made.disk.put('agents/head/resume.md', '---\nrole: head\nschedule: { every: 1000, offset: 999 }\n---\nX\n');
    made.disk.put('agents/top/resume.md', '---\nrole: top\nschedule: { every: 1000, offset: 999 }\n---\nX\n');
    made.drop('head', 'x', { subject: 'H' });
    made.drop('top', 'x', { subject: 'T' });
    await made.turns(4);
    expect(told(made).map(([to]) => to)).toEqual(['top']); // human wrote to top: nobody else is above
    const none = org({ escalate_after: null });
    none.drop('b', 'x');
    await none.turns(4);
    expect(told(none)).toEqual([]);
  });
});
