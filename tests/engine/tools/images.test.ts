import { describe, expect, it } from 'vitest';
import { redact } from '../../../src/app/redact.ts';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { load } from '../../../src/engine/journal/load.ts';
import { verifyJournal } from '../../../src/engine/journal/verify.ts';
import { Recompute } from '../../../src/engine/replay/recompute.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { visitIn } from '../../../src/views/journal/call.ts';
import { say } from '../../regression/org.ts';
import { Lab } from '../world.ts';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const EDGES = { human: ['a'], a: ['human', 'b'], b: ['a'] };

/** a can look at images, b cannot; each passes what it gets on. */
function lab(images: boolean): Lab {
  const org = new Lab({ edges: EDGES, models: { default: { provider: 'mind', images } } }, ({ agent, n }) =>
    agent === 'a' && n === 1 ? [say('b', 'Look.', { attachments: ['made.png'] })] : [],
  );
  org.disk.create('agents/human/outbox/chart.png', PNG);
  org.disk.create('agents/human/outbox/fake.png', 'this is no image');
  org.disk.create(
    'agents/human/outbox/hello.md',
    '---\nto: a\nattachments: [chart.png, fake.png, gone.png]\n---\nWhat do you see?\n',
  );
  org.disk.mkdir('agents/a/workspace');
  org.disk.create('agents/a/workspace/made.png', PNG);
  org.disk.now = () => org.clock.now() - 10_000;
  return org;
}

/** As `lemming redact` does, between two turns. */
function erase({ disk }: Lab, id: string): void {
  const loaded = load(disk);
  loaded.journal.turnTo(loaded.state.clock.turn + 1);
  redact(disk, loaded, id);
}

describe('images of the mail', () => {
  it('come with the prompt of a model that can look at them: those of people and those of agents', async () => {
    const org = lab(true);
    await org.turns(2);
    const [a, b] = [org.prompts.find(({ agent }) => agent === 'a'), org.prompts.find(({ agent }) => agent === 'b')];
    expect(a?.images).toEqual([{ name: 'chart.png', type: 'image/png', data: PNG.toString('base64') }]);
    expect(b?.images).toMatchObject([{ name: expect.stringMatching(/made\.png$/), data: PNG.toString('base64') }]);
  });

  it('do not come with the prompt of another model, which is told', async () => {
    const org = lab(false);
    await org.turns(1);
    expect(org.prompts[0]?.images).toBeUndefined();
    expect(JSON.stringify(org.prompts[0]?.parts)).toContain(
      '[chart.png, fake.png, gone.png: your model cannot see images]',
    );
  });

  it('are kept once by the journal, shown with the call, and recomputed', async () => {
    const org = lab(true);
    await org.turns(2);
    expect(org.journal().filter((line) => line.k === 'blob' && line.image)).toHaveLength(1);
    expect(visitIn(org.journal(), 1, 'a')?.calls).toMatchObject([{ images: ['chart.png'], exact: true }]);
    const again = new Recompute(TOOLS, org.ports());
    for (const group of readJournal(org.disk, [])) await again.take(group);
    expect([again.visits, again.divergence]).toEqual([2, null]);
  });

  it('are erased with the message they came with, unless they came with another one too', async () => {
    const org = lab(true);
    const another = Buffer.concat([PNG, Buffer.from('another')]);
    await org.turns(2);
    const images = () => org.journal().flatMap((line) => (line.k === 'blob' && line.image ? [line.text] : []));
    erase(org, '000001-human-01');
    expect(images()).toEqual([PNG.toString('base64')]);
    org.disk.create('agents/human/outbox/another.png', another);
    org.disk.create('agents/human/outbox/next.md', '---\nto: a\nattachments: [another.png]\n---\nAnd this?\n');
    await org.turns(1);
    expect(images()).toContain(another.toString('base64'));
    erase(org, '000003-human-01');
    expect(images()).toEqual([PNG.toString('base64'), '']);
    expect(verifyJournal(org.disk).faults).toEqual([]);
    const again = new Recompute(TOOLS, org.ports());
    for (const group of readJournal(org.disk, [])) await again.take(group);
    expect(again.divergence).toBeNull();
  });
});
