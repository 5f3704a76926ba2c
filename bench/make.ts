/** Makes a ring of simulated agents in a folder: `tsx bench/make.ts DIR AGENTS`. */
import { realDisk } from '../src/disk/real.ts';
import { buildOrg } from '../src/testing/build-org.ts';
import { ringPlan } from './ring.ts';

const [root, agents] = process.argv.slice(2);
if (!root || !agents) throw new Error('usage: tsx bench/make.ts DIR AGENTS');
const plan = ringPlan(Number(agents));
buildOrg(realDisk(root), {
  ...plan,
  edges: { ...plan.edges, human: [] },
  models: { default: { provider: 'simulated', options: { to: '*', body_chars: 600 } } }, // each has one neighbour
});
