/**
 * The ring of agents as a graph of LangGraph.js, with its SQLite saver: `node bench/langgraph-ring.mjs PACKAGES DATABASE AGENTS
 * TURNS` prints the milliseconds of each turn as JSON. A turn is a superstep: each agent is a task of its own, takes the message of
 * its neighbour from the state, and writes one to the next. The saver keeps the writes of every task, and a checkpoint each turn.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import { performance } from 'node:perf_hooks';

const [packages, database, agents, turns] = process.argv.slice(2);
const load = createRequire(path.join(packages, 'package.json'));
const { Annotation, END, Send, START, StateGraph } = load('@langchain/langgraph');
const { SqliteSaver } = load('@langchain/langgraph-checkpoint-sqlite');

const count = Number(agents);
const body = 'Forty-two agents pass a letter around the ring. '.repeat(13).slice(0, 599).concat('.');
const times = [];
let last = Number.NaN;

const State = Annotation.Root({
  mail: Annotation({ reducer: (before, after) => ({ ...before, ...after }), default: () => ({}) }),
  turn: Annotation({ reducer: Math.max, default: () => 0 }),
});

/** Everyone is called in each turn, with the mail that waits for it. */
function due({ mail, turn }) {
  times.push(performance.now() - last);
  last = performance.now();
  if (turn >= Number(turns)) return END;
  return Array.from({ length: count }, (_, i) => new Send('agent', { i, turn, given: mail[`a${i}`] }));
}

const graph = new StateGraph(State)
  .addNode('agent', ({ i, turn, given }) => {
    if (turn > 0 && given?.body.length !== 600) throw new Error(`a${i} was not given its message`);
    const to = `a${(i + 1) % count}`;
    return { mail: { [to]: { from: `a${i}`, to, turn, body } }, turn: turn + 1 };
  })
  .addNode('gather', () => ({}))
  .addConditionalEdges(START, due, ['agent', END])
  .addEdge('agent', 'gather')
  .addConditionalEdges('gather', due, ['agent', END])
  .compile({ checkpointer: SqliteSaver.fromConnString(database) });

await graph.invoke({ turn: 0 }, { configurable: { thread_id: 'ring' }, recursionLimit: 1_000_000, durability: 'sync' });
console.log(JSON.stringify(times.slice(1)));
