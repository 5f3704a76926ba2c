/** Makes a ring of simulated agents in a folder: `tsx bench/make.ts DIR AGENTS`. */
import { realDisk } from '../src/disk/real.ts';
import { buildOrg } from '../src/testing/build-org.ts';
import { ringPlan } from './ring.ts';

const [root, agents] = process.argv.slice(2);
if (!root || !agents) throw new Error('usage: tsx bench/make.ts DIR AGENTS');
const plan = ringPlan(Number(agents));
const names = Object.keys(plan.edges);
buildOrg(realDisk(root), {
  ...plan,
  edges: { ...plan.edges, human: [] },
  models: Object.fromEntries([
    ...names.map((name) => [
      name,
      { provider: 'simulated', options: { to: plan.edges[name]?.[0] ?? null, body_chars: 600 } },
    ]),
  ]),
  resumes: Object.fromEntries(names.map((name) => [name, { ...plan.resumes?.[name], model: name }])),
});
