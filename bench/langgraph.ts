/** The engine beside LangGraph.js with its SQLite saver, on the same work in the same run. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { type Ratio, spread } from './engine.ts';
import { median, timeRing } from './ring.ts';

/** Rounds of both, one after the other; turns of a round, of which the first are left out. */
const ROUNDS = 5;
const TURNS = 12;
const WARM = 4;
/** They are installed into a folder of the benchmark alone; the SQLite package builds itself there. */
const PACKAGES = ['@langchain/langgraph@1', '@langchain/langgraph-checkpoint-sqlite@1', '@langchain/core@1'];

export interface Beside {
  'LangGraph us/visit': number;
  'engine us/visit': number;
  /** How many times faster the engine is. */
  'engine/LangGraph speed': Ratio;
}

/** Turn about, so that a noisy machine disturbs both alike. Needs a registry of packages and a compiler. */
export async function langgraph(fresh: (name: string) => string, agents: number): Promise<Beside> {
  const packages = fresh('langgraph');
  execFileSync('npm', ['install', '--silent', '--no-save', '--prefix', packages, ...PACKAGES], { stdio: 'inherit' });
  const theirs: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    theirs.push(median(timeGraph(packages, path.join(packages, `${round}.db`), agents).slice(WARM)));
    ours.push(median((await timeRing(fresh('ring'), { agents }, TURNS)).slice(WARM)));
  }
  const visit = (values: number[]): number => (median(values) / agents) * 1000;
  const ratios = theirs.map((ms, i) => ms / (ours[i] as number));
  return {
    'LangGraph us/visit': visit(theirs),
    'engine us/visit': visit(ours),
    'engine/LangGraph speed': spread(ratios),
  };
}

function timeGraph(packages: string, database: string, agents: number): number[] {
  const argv = ['--no-warnings', path.resolve('bench/langgraph-ring.mjs'), packages, database, `${agents}`, `${TURNS}`];
  return JSON.parse(execFileSync(process.execPath, argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
}
