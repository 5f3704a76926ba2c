import { describe, expect, it } from 'vitest';
import { type Trusted, trustHash } from '../../../src/core/model/trust.ts';
import { noteMadeHere } from '../../../src/disk/cache/received.ts';
import type { Ports } from '../../../src/engine/ports.ts';
import { type Act, type Mind, Org, resultsIn } from '../../regression/org.ts';
import { isWhole } from '../../regression/whole.ts';

const EDGES = { human: ['a'], a: ['human'] };
const task = (head: string) => `---\ntitle: Release\nassignee: a\n${head}---\nDo it.\n`;
const CHECKED = task('ensures:\n  - run: [node, --test]\n');
const complete: Act = { tool: 'complete_task', input: { result: 'Released.' } };
const MIND: Mind = ({ task: id, n }) => (id !== undefined && n === 1 ? [complete] : [{ tool: 'done', input: {} }]);

/** An organisation on a machine whose owner approved these hashes. */
class Received extends Org {
  readonly approved = new Set<string>();
  override ports(): Ports {
    return { ...super.ports(), approved: (what: Trusted) => this.approved.has(trustHash(what)) };
  }
}

function org(files: Record<string, string>, isMadeHere = false): Received {
  const made = new Received({ edges: EDGES, resumes: { a: { tools: ['shell'] } } }, MIND);
  for (const [path, text] of Object.entries(files)) made.withFile(path, text);
  if (isMadeHere) noteMadeHere(made.ports().kept);
  return made;
}

/** What the first attempt to complete the task was told. */
const told = (made: Org) => resultsIn(made.prompts.find(({ n }) => n === 2))[0]?.text ?? '';
const ASKS = /came with the folder, and its commands \[\["node","--test"\]\] are not approved.*lemming trust task:/;

describe('a command in a condition that a person wrote', () => {
  it('waits for the approval of the owner when it came with the folder', async () => {
    const made = org({ 'org/tasks/release.md': CHECKED });
    await made.turns(1);
    expect(told(made)).toMatch(ASKS);
    expect(made.read('org/tasks/release.md')).not.toContain('status: completed');
    await isWhole(made);
  });

  it('is judged once it was approved, or when the folder was made here', async () => {
    const approved = org({ 'org/tasks/release.md': CHECKED });
    approved.approved.add(trustHash({ kind: 'condition', name: 'release', text: '[["node","--test"]]' }));
    const here = org({ 'org/tasks/release.md': CHECKED }, true);
    for (const made of [approved, here]) {
      await made.turns(1);
      expect(told(made)).not.toMatch(ASKS);
      expect(told(made)).toContain('sandbox'); // it would have run
    }
  });

  it('does not wait in a task that is written later, but in runs of workflows that came with the folder', async () => {
    const flow = 'version: 1\nsteps:\n  - { id: x, agent: a, do: X, ensures: [{ run: [node, --test] }] }\n';
    const later = org({});
    await later.turns(1);
    later.withFile('org/tasks/later.md', CHECKED);
    await later.turns(1);
    expect(told(later)).toContain('sandbox');
    const made = org({ 'org/workflows/flow.yaml': flow });
    await made.turns(1);
    await made.ask({ ask: 'run-workflow', by: 'human', workflow: 'flow', run: 'r1', inputs: {} });
    await made.turns(2);
    expect(
      made.prompts.map((prompt) => resultsIn(prompt)[0]?.text ?? '').filter((text) => ASKS.test(text)),
    ).not.toEqual([]);
  });

  it('waits again in a copy, whose notes were made elsewhere', async () => {
    const made = org({ 'org/tasks/release.md': CHECKED }, true);
    made.disk.remove('.lemming/received');
    await made.turns(1);
    expect(told(made)).toMatch(ASKS);
  });

  it('keeps a task from beginning where it must hold before, and asks nothing of what an agent wrote or of a file', async () => {
    const made = org({ 'org/tasks/release.md': task('requires:\n  - run: [node, --test]\n') });
    await made.turns(1);
    expect(made.visits('a')).toEqual([]);
    expect(made.lines('used').map(({ text }) => text)).toEqual([expect.stringMatching(ASKS)]);
    const files = org({ 'org/tasks/release.md': task('ensures:\n  - file: made.md\n') });
    await files.turns(1);
    expect(told(files)).toContain('There is no such file');
  });
});
