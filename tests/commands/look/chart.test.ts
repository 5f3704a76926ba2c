import { expect, it } from 'vitest';
import { lemming, office, put } from '../people/world.ts';

const FILES = { 'org/units/staff.md': '---\nname: Staff\nhead: manager\nmembers: [manager, planner]\n---\nAll.\n' };

it('shows who may write to whom', async () => {
  const { data } = await lemming(office({ files: FILES }), ['chart', '--json']);
  expect(data.nodes.map((node: { name: string; person: boolean }) => [node.name, node.person])).toEqual([
    ['human', true],
    ['manager', false],
    ['planner', false],
    ['hr', false],
    ['coder', false],
  ]);
  expect(data.edges).toContainEqual({ from: 'manager', to: 'planner' });
  expect(data.edges).not.toContainEqual({ from: 'human', to: 'coder' });
  expect(data).toMatchObject({
    one_sided: [],
    units: [{ id: 'staff', head: 'manager', members: ['manager', 'planner'] }],
  });
});

it('prints a table, the units, and edges that lack an end', async () => {
  const root = office({ files: FILES });
  put(
    root,
    'org/chart.yaml',
    'version: 1\nagents:\n  human: { send_to: ["*"], read_from: ["*"] }\n  manager: { send_to: [human, coder], read_from: [human] }\n',
  );
  const { out } = await lemming(root, ['chart']);
  expect(out).toMatch(/manager +.*human\n/);
  expect(out).toContain('@staff: manager (head), planner');
  expect(out).toContain('manager to coder: coder does not list manager in read_from');
});

it('draws Mermaid with names that cannot break it', async () => {
  const { out } = await lemming(
    office({
      edges: { human: ['end'], end: ['human', 'graph'] },
      credits: {},
      resumes: { graph: { unit: 'end' } },
      files: { 'org/units/end.md': '---\nname: End\n---\n' },
    }),
    ['chart', '--mermaid'],
  );
  expect(out).toBe(
    'flowchart LR\n  a0(["human"])\n  a1["end"]\n  subgraph u0 ["end"]\n    a2["graph"]\n  end\n  a0 <--> a1\n  a1 --> a2\n',
  );
});
