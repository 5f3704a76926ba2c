/** Reports the turns of a run, line by line. */
import type { Entry } from '../../core/model/entry.ts';
import { countCredits } from '../../core/money/ledger.ts';
import type { TurnReport, VisitReport } from '../../engine/log/report.ts';
import type { Engine } from '../../engine/turn/engine.ts';
import { type Fault, printFault } from '../../schema/fault.ts';
import { eventOf } from '../../views/journal/turn.ts';
import { count, oneLine, shorten } from '../../views/text/table.ts';
import type { World } from '../world.ts';

/** Reports a run turn by turn; nothing is reported twice. */
export class RunProgress {
  readonly faults: Fault[] = [];
  private readonly world: World;
  private readonly engine: Engine;
  private readonly told = new Set<string>();
  private quiet = false;

  constructor(world: World, engine: Engine) {
    this.world = world;
    this.engine = engine;
    this.tellRecovery();
  }

  tell(report: TurnReport): void {
    this.tellRecovery();
    for (const fault of report.faults) if (this.once(printFault(fault))) this.faults.push(fault);
    const done = doneLines(report.done);
    const quiet = report.visits.length === 0 && done.length === 0;
    if (!quiet || !this.quiet) this.world.say(turnLine(report));
    this.quiet = quiet;
    for (const line of done) this.world.say(`  ${line}`);
    for (const visit of report.visits) for (const line of troubles(visit)) this.world.say(`  ${line}`);
    for (const { path, ours } of report.conflicts)
      this.world.say(`  ${path} was changed during the turn, so it stays as it is; the agent's text is in ${ours}`);
    for (const { detail, kept, id } of report.unplaced)
      this.world.say(`  set aside: ${detail}; ${kept ? `its content is in ${kept}` : `see org/dead-letter/${id}.md`}`);
  }

  private tellRecovery(): void {
    for (const line of this.engine.recovered) this.once(`Recovered: ${line}`);
  }

  private once(line: string): boolean {
    if (this.told.has(line)) return false;
    this.told.add(line);
    this.world.say(line);
    return true;
  }
}

function turnLine({ turn, visits, spent }: TurnReport): string {
  const sent = visits.reduce((total, visit) => total + visit.sent, 0);
  const done = visits.filter((visit) => visit.outcome === 'ok' || visit.outcome === 'cut');
  if (visits.length === 0) return `Turn ${turn}: no agent was due`;
  const failed = visits.some((visit) => visit.outcome === 'failed');
  const names = nameSome(done.map((visit) => visit.agent)) || (failed ? 'no visit succeeded' : 'no agent was called');
  return `Turn ${turn}: ${names}; ${count(sent, 'message')} sent, ${countCredits(spent)}`;
}

/** The results of what people answered and ordered, a line each; for undos only their number. */
function doneLines(done: readonly Entry[]): string[] {
  const back = done.filter(({ k }) => k === 'undone').length;
  const lines = done.flatMap((line) => {
    const text = oneLine(eventOf(line)?.text ?? '');
    if (line.k === 'decided') return [shorten(`${line.id} ${text}`, 160)];
    return line.k === 'hired' || line.k === 'retired' ? [text] : [];
  });
  return back > 0 ? [...lines, `${count(back, 'effect')} undone`] : lines;
}

/** The most agents that are named in a line. */
const NAMED = 8;

function nameSome(names: readonly string[]): string {
  const more = names.length - NAMED;
  return more > 1 ? `${names.slice(0, NAMED).join(', ')} and ${more} more` : names.join(', ');
}

function troubles(visit: VisitReport): string[] {
  const lines: string[] = [];
  const { agent, outcome, reason = 'no reason given', detail = '', refused, held, gave_up = [] } = visit;
  if (outcome === 'failed') lines.push(`${agent} failed: ${reason}`);
  if (outcome === 'cut')
    lines.push(`${agent} was cut (${reason}): ${detail}${gave_up.length === 0 ? '; its mail waits' : ''}`);
  if (outcome === 'skipped') lines.push(`${agent} was not called: ${reason}`);
  if (gave_up.length > 0) lines.push(`${agent} gave up on ${nameSome(gave_up)} (lemming retry ID delivers it again)`);
  if (refused > 0) lines.push(`${agent}: ${count(refused, 'action')} refused (lemming logs ${agent})`);
  if (held > 0) lines.push(`${agent}: ${count(held, 'action')} waiting for approval (lemming approvals)`);
  return lines;
}
