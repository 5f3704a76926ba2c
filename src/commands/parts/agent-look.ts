/** The `lemming agent` subcommands that only read: all agents, one agent, and the templates. */
import { readOrg } from '../../app/read-org.ts';
import { checkAgent } from '../../app/seats.ts';
import { agentState } from '../../core/model/state/staff.ts';
import { spendable } from '../../core/money/ledger.ts';
import { teamOf } from '../../core/staff/staff.ts';
import { inCredits } from '../../schema/amount.ts';
import { oneLine, shorten, table } from '../../views/text/table.ts';
import { agentTemplates, packageDisk } from '../templates.ts';
import type { World } from '../world.ts';

export async function listAll(world: World) {
  const { config, state } = readOrg(world);
  const agents = config.order
    .filter((name) => !config.agents.get(name)?.person)
    .map((name) => ({
      name,
      role: config.agents.get(name)?.role ?? '',
      hired_by: state.staff.hired.get(name)?.by ?? null,
      left: inCredits(spendable(config, state, name)),
      last_turn: agentState(state.staff, name).lastTurn,
    }));
  const rows = agents.map(({ name, role, hired_by, left }) => [name, hired_by ?? '-', String(left), shorten(role, 80)]);
  const coming = state.staff.orders.map(
    ({ ask, agent }) => `${agent}: ${ask === 'hire' ? 'starts' : 'retires'} in the next turn`,
  );
  return {
    data: { agents, coming: state.staff.orders.map(({ ask, agent }) => ({ ask, agent })) },
    text: [table([['agent', 'hired by', 'left', 'role'], ...rows]), ...coming].join('\n'),
  };
}

export async function show(world: World, { args: { agent: name } }: { args: { agent: string } }) {
  const view = readOrg(world);
  checkAgent(view, name);
  const { state, disk } = view;
  const path = `agents/${name}/resume.md`;
  const text = Buffer.from(disk.read(path) ?? []).toString();
  const hired = state.staff.hired.get(name) ?? null;
  const team = teamOf(state.staff.hired, name);
  const lines = [
    path,
    hired ? `hired by ${hired.by} in turn ${hired.turn}` : '',
    team.length ? `hired ${team.join(', ')}` : '',
    `For its state: lemming inspect ${name}`,
  ];
  return { data: { name, path, hired, team, text }, text: `${lines.filter(Boolean).join('; ')}\n\n${text.trimEnd()}` };
}

export async function listTemplates(world: World) {
  const { config } = readOrg(world);
  const shipped = [...agentTemplates(packageDisk(world)).keys()].filter((id) => !config.templates.has(id));
  const own = [...config.templates].map(([id, { head }]) => ({ id, role: oneLine(head.role), tools: head.tools }));
  const rows = own.map(({ id, role, tools }) => [id, shorten(tools.join(', '), 60), shorten(role, 60)]);
  const more = shipped.length
    ? `Built in (lemming agent create copies them into org/templates when needed): ${shipped.join(', ')}`
    : '';
  const head = rows.length ? table([['template', 'tools', 'for'], ...rows]) : 'org/templates is empty.';
  return { data: { templates: own, shipped }, text: [head, more].filter(Boolean).join('\n') };
}
