/** The Costs pane of the screen. */
import { PACE_TURNS } from '../../../core/money/forecast.ts';
import { balanceOfOrg } from '../../../core/money/ledger.ts';
import { inCredits, inMicro } from '../../../schema/amount.ts';
import { type Cost, type Costs, costsOf, forecastOf } from '../../money/costs.ts';
import { type Filter, fits } from '../filter.ts';
import { cell, facts, line, type Pane, type ScreenLine } from '../line.ts';
import type { ScreenSnapshot } from '../snapshot.ts';
import { area, spark } from '../spark.ts';

export const COST_TERMS = ['agent'];

/** Lines of the burn-down, and its columns beside the scale. */
const HEIGHT = 4;
const BURN_COLUMNS = 60;
const SPARK_COLUMNS = 20;

/** Spending: the budget over the last turns, then each agent, the most expensive first. */
export function costsPane(scene: ScreenSnapshot, filter: Filter): Pane {
  const { config, state, recent } = scene;
  const costs = costsOf(config, state);
  const forecast = forecastOf(config, state, recent.pace(PACE_TURNS));
  const agents = Object.entries(costs.by_agent)
    .filter(([name]) => fits(filter, { text: name, agent: name }))
    .sort(([a, x], [b, y]) => y.spent - x.spent || (a < b ? -1 : 1));
  const spending = (name: string): number[] => recent.turns.map(({ byAgent }) => byAgent.get(name) ?? 0);
  return {
    columns: [
      { title: 'agent', share: 2 },
      { title: 'spent', width: 10, right: true },
      { title: 'left', width: 10, right: true },
      { title: 'calls', width: 6, right: true },
      { title: 'tokens in', width: 10, right: true, from: 100 },
      { title: 'out', width: 8, right: true, from: 100 },
      { title: `last ${SPARK_COLUMNS} turns`, width: SPARK_COLUMNS },
      { title: 'a turn', width: 9, right: true, from: 110 },
      { title: 'ends at', width: 8, right: true },
    ],
    keys: agents.map(([name]) => name),
    cells: (row) => {
      const [name, one] = agents[row]!;
      const { per_turn = 0, ends_at_turn = null } = forecast.agents[name] ?? {};
      return [
        cell(name),
        cell(one.spent),
        cell(one.left, one.left <= 0 ? 'bad' : one.left < one.granted * 0.2 ? 'warn' : 'plain'),
        cell(one.calls, 'quiet'),
        cell(one.tokens_in, 'quiet'),
        cell(one.tokens_out, 'quiet'),
        cell(spark(spending(name), SPARK_COLUMNS), 'good'),
        cell(per_turn || '', 'quiet'),
        cell(ends_at_turn ?? '', 'quiet'),
      ];
    },
    about: (row) => ({ what: 'agent', agent: agents[row]![0], file: 'org/credits.yaml' }),
    detail: (row) => {
      const [name, one] = agents[row]!;
      return agentDetail(scene, name, one, spending(name), forecast.agents[name]?.ends_at_turn ?? null);
    },
    top: [...burnDown(scene, forecast.ends_at_turn), ...toolLine(costs)],
    empty: 'No agent matches the filter.',
  };
}

/** The remaining budget after each of the last turns: of the organisation's cap, otherwise of all grants. */
function burnDown({ config, state, recent }: ScreenSnapshot, end: number | null): ScreenLine[] {
  const { granted } = balanceOfOrg(config, state);
  const budget = config.credits.org.cap ?? granted;
  const left = leftAfter(
    budget - state.money.org.spent,
    recent.turns.map(({ spent }) => spent),
  );
  const share = budget > 0 ? `, ${Math.max(0, Math.round((1 - state.money.org.spent / budget) * 100))} % left` : '';
  const ends = end === null ? '' : `; at this pace it ends at turn ${end}`;
  const head = line(
    `${inCredits(state.money.org.spent)} of ${inCredits(budget)} credits spent${share}${ends}`,
    'title',
  );
  if (recent.turns.length < 2 || budget <= 0) return [head];
  const most = Math.max(...left);
  const least = Math.min(...left);
  const floor = Math.max(0, least - (most - least)); // a small part of a large budget is seen too
  const chart = area(
    left.map((value) => value - floor),
    most - floor,
    BURN_COLUMNS,
    HEIGHT,
  );
  const scale = (row: number): string => (row === 0 ? round(most) : row === HEIGHT - 1 ? round(floor) : '').padStart(9);
  return [
    head,
    ...chart.map((text, row) => ({
      spans: [
        { text: `${scale(row)} `, tone: 'quiet' as const },
        { text, tone: 'good' as const },
      ],
      hang: 0,
    })),
    line(`${''.padStart(10)}turn ${recent.turns[0]?.turn} to ${recent.turns.at(-1)?.turn}`, 'quiet'),
  ];
}

/** The cost of uses of tools, the most expensive first. */
function toolLine({ by_tool }: Costs): ScreenLine[] {
  const tools = Object.entries(by_tool).sort(([a, x], [b, y]) => y.spent - x.spent || (a < b ? -1 : 1));
  return tools.length > 0
    ? [line(`of that for tools: ${tools.map(([name, { spent }]) => `${name} ${spent}`).join(', ')}`, 'quiet')]
    : [];
}

function round(micro: number): string {
  return String(Math.round(micro / 1e4) / 100);
}

/** The remainder after each turn, calculated back from the present one. */
function leftAfter(now: number, spent: readonly number[]): number[] {
  const left: number[] = [];
  let value = now;
  for (const cost of spent.toReversed()) {
    left.unshift(value);
    value += cost;
  }
  return left;
}

type AgentCost = Cost & { granted: number; reserved: number; left: number; in_doubt: number };

function agentDetail(
  { recent }: ScreenSnapshot,
  name: string,
  one: AgentCost,
  spending: number[],
  end: number | null,
): ScreenLine[] {
  const left = leftAfter(inMicro(one.left), spending);
  const most = Math.max(1, ...left);
  return [
    line(name, 'title'),
    ...facts([
      ['granted', one.granted],
      ['spent', one.spent],
      ['left', one.left],
      ['reserved', one.reserved || null],
      ['in doubt', one.in_doubt || null],
      ['ends at', end === null ? null : `turn ${end}, at the present pace`],
    ]),
    line(),
    line('Spent in each turn', 'title'),
    line(spark(spending, BURN_COLUMNS / 2) || 'nothing yet', 'good'),
    line(),
    line('Left after each turn', 'title'),
    ...(recent.turns.length > 1
      ? area(left, most, BURN_COLUMNS / 2, HEIGHT).map((text) => line(text, 'good'))
      : [line('nothing yet', 'quiet')]),
  ];
}
