/** Makes turns of a new ring and prints what a visit cost: `bench/played.ts DIR AGENTS TURNS`. */
import { makeRing, runRing } from './ring.ts';

const WARM = 5;
const [root, agents, turns] = process.argv.slice(2);
if (!root || !agents || !turns) throw new Error('usage: bench/played.ts DIR AGENTS TURNS');
makeRing(root, { agents: Number(agents) });
let before = look();
let after = before;
let made = -1;
await runRing(root, WARM + Number(turns), () => {
  after = look();
  if (++made !== WARM) return;
  (globalThis as { gc?: () => void }).gc?.();
  before = look();
});
const visits = Number(agents) * Number(turns);
console.log(JSON.stringify({ cpu: (after.cpu - before.cpu) / visits, bytes: (after.bytes - before.bytes) / visits }));

/** Microseconds of all threads, and bytes of the heap. */
function look(): { cpu: number; bytes: number } {
  const { user, system } = process.cpuUsage();
  return { cpu: user + system, bytes: process.memoryUsage().heapUsed };
}
