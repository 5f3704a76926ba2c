import { parse } from 'yaml';
import { printKey } from '../../src/core/model/call.ts';
import type { Entry, UseEntry } from '../../src/core/model/entry.ts';
import { answeredPath, approvalPath } from '../../src/core/model/paths.ts';
import { balanceOf, balanceOfOrg } from '../../src/core/money/ledger.ts';
import { archivePath } from '../../src/core/rights/recipients.ts';
import { readFrontMatter } from '../../src/disk/yaml/codec.ts';
import type { ChartLists } from '../../src/testing/generators.ts';
import type { Play } from './play.ts';
import { journalOf } from './world.ts';

/** The rules of an organisation told a second time, naively, from the lines of the journal. Each returns what breaks it. */
export type Rule = (play: Play) => string[];

/** No message is sent or delivered, and none shown to a model, without both ends of the edge in the chart of that turn. */
export const bothEnds: Rule = (play) => {
  const wrong: string[] = [];
  const chart = new Chart();
  const charts = new Map<number, Chart>();
  const authors = new Map<string, string>();
  for (const entry of linesOf(play)) {
    if (entry.k === 'open') charts.set(entry.turn, chart.copy());
    if (entry.k === 'file') chart.take(entry.path, entry.text);
    if (entry.k === 'file')
      for (const turn of charts.keys()) if (turn === Math.max(...charts.keys())) charts.set(turn, chart.copy());
    if (entry.k === 'hired') chart.hire(entry);
    if (entry.k === 'retired') chart.take('org/chart.yaml', entry.chart.text);
    if (entry.k === 'sent' || entry.k === 'drop') {
      const { id, from, to } = entry.message;
      authors.set(id, from);
      for (const name of to) if (!chart.edge(from, name)) wrong.push(`${id} was sent to ${name} without an edge`);
    }
    if (entry.k === 'visit')
      for (const id of deliveredBy(entry))
        if (!chart.edge(authors.get(id) ?? '', entry.agent))
          wrong.push(`${id} was delivered to ${entry.agent} without an edge`);
  }
  for (const { agent, turn, mail } of play.prompts)
    for (const { id, from } of mail)
      if (!charts.get(turn)?.edge(from, agent)) wrong.push(`${agent} was shown ${id} in turn ${turn} without an edge`);
  return wrong;
};

/** Mail that a visit has read: all of it when it ended well, what the agent settled when it was cut. */
function deliveredBy({ outcome, mail, settled = [] }: Extract<Entry, { k: 'visit' }>): string[] {
  return outcome === 'ok' ? mail : settled;
}

/** Who may write to whom, by the texts of the chart, the one unit and the resumes. */
export class Chart {
  private readonly texts = new Map<string, string>();
  private agents: Record<string, ChartLists> = {};
  private team = new Set<string>();

  copy(): Chart {
    const made = new Chart();
    for (const [path, text] of this.texts) made.texts.set(path, text);
    made.read();
    return made;
  }

  take(path: string, text: string | null): void {
    if (text === null) this.texts.delete(path);
    else this.texts.set(path, text);
    this.read();
  }

  hire({ agent, files, chart }: Extract<Entry, { k: 'hired' }>): void {
    for (const { path, text } of files) this.take(`agents/${agent}/${path}`, text);
    this.take('org/chart.yaml', chart.text);
  }

  private read(): void {
    this.agents = (headOf(this.texts.get('org/chart.yaml')) as { agents?: Record<string, ChartLists> }).agents ?? {};
    this.team = new Set((headOf(this.texts.get('org/units/team.md')) as { members?: string[] }).members);
    for (const [path, text] of this.texts) {
      const agent = /^agents\/([^/]+)\/resume\.md$/.exec(path)?.[1];
      if (agent !== undefined && (headOf(text) as { unit?: string }).unit === 'team') this.team.add(agent);
    }
  }

  edge(from: string, to: string): boolean {
    return from !== to && this.names(this.agents[from]?.send_to, to) && this.names(this.agents[to]?.read_from, from);
  }

  private names(list: readonly string[] | undefined, name: string): boolean {
    return (list ?? []).some((one) => one === '*' || one === name || (one === '@team' && this.team.has(name)));
  }
}

/** The front matter of a text, or the whole of a YAML file. */
export function headOf(text = ''): unknown {
  const parts = readFrontMatter(text, '');
  return parse(parts && 'head' in parts ? parts.head : text) ?? {};
}

function linesOf(play: Play): Entry[] {
  return journalOf(play.machine.disk).entries;
}

/** Every message goes to each of its recipients once: delivered, read, waiting, dead, or withdrawn by its author, never two of them. */
export const exactlyOnce: Rule = (play) => {
  const wrong: string[] = [];
  const fates = new Map<string, string>();
  const to = new Map<string, string[]>();
  const end = (id: string, name: string, fate: string): void => {
    const before = fates.get(`${id} ${name}`);
    if (before !== 'waiting') wrong.push(`${id} was ${fate} for ${name}, but it was ${before}`);
    fates.set(`${id} ${name}`, fate);
  };
  const waits = (id: string): string[] => (to.get(id) ?? []).filter((name) => fates.get(`${id} ${name}`) === 'waiting');
  for (const entry of linesOf(play)) {
    if (entry.k === 'sent' || entry.k === 'drop') {
      if (to.has(entry.message.id)) wrong.push(`${entry.message.id} was sent twice`);
      to.set(entry.message.id, entry.message.to);
      for (const name of entry.message.to) fates.set(`${entry.message.id} ${name}`, 'waiting');
    } else if (entry.k === 'visit') for (const id of deliveredBy(entry)) end(id, entry.agent, 'delivered');
    else if (entry.k === 'dead') for (const name of entry.record.to) end(entry.record.message ?? '', name, 'dead');
    else if (entry.k === 'withdrawn') for (const name of entry.to) end(entry.id, name, 'withdrawn');
    else if (entry.k === 'mail-gone') for (const name of waits(entry.id)) end(entry.id, name, 'withdrawn');
    else if (entry.k === 'revived') for (const name of entry.to) fates.set(`${entry.message.id} ${name}`, 'waiting');
    else if (entry.k === 'request' && (entry.request.ask === 'read' || entry.request.ask === 'archive'))
      for (const id of entry.request.ids) if (waits(id).includes(entry.request.by)) end(id, entry.request.by, 'read');
  }
  return [...wrong, ...notInInboxes(play, fates), ...filesGone(play)];
};

/** A held act is decided once at most, as its last answer says, and its file lies where that says; one that could not be understood stays. */
export const decidedOnce: Rule = (play) => {
  const wrong: string[] = [];
  const waiting = new Map<string, string>();
  for (const entry of linesOf(play)) {
    if (entry.k === 'held') waiting.set(entry.id, 'no answer');
    const [id, answer] = answerIn(entry);
    if (id !== null && waiting.has(id)) waiting.set(id, answer);
    if (entry.k !== 'decided') continue;
    const wanted = { approve: 'approved', deny: 'denied' }[waiting.get(entry.id) ?? ''] ?? waiting.get(entry.id);
    if (entry.decision !== wanted) wrong.push(`${entry.id} was ${entry.decision}, but there was ${wanted}`);
    waiting.delete(entry.id);
    if (!play.machine.disk.read(answeredPath(entry.id))) wrong.push(`${entry.id} was decided, and no file says so`);
    if (play.machine.disk.read(approvalPath(entry.id)) && !play.engine.state.dead.aside.has(approvalPath(entry.id)))
      wrong.push(`${entry.id} was decided, and its file still asks`);
  }
  for (const id of waiting.keys()) {
    if (!play.engine.state.approvals.pending.has(id)) wrong.push(`${id} waits, and the state forgot it`);
    if (!play.machine.disk.read(approvalPath(id))) wrong.push(`${id} waits, and its file is gone`);
  }
  return wrong;
};

function answerIn(entry: Entry): [id: string | null, answer: string] {
  if (entry.k === 'answer' || entry.k === 'lapsed') return [entry.id, entry.decision];
  if (entry.k === 'request' && (entry.request.ask === 'approve' || entry.request.ask === 'deny'))
    return [entry.request.id, entry.request.ask];
  return [null, ''];
}

/** The engine's inboxes hold what waits, once, and nothing else. */
function notInInboxes(play: Play, fates: ReadonlyMap<string, string>): string[] {
  const { state } = play.engine;
  const found = [...state.mail.inbox].flatMap(([name, ids]) => ids.map((id) => `${id} ${name}`)).sort();
  const wanted = [...fates].flatMap(([key, fate]) => (fate === 'waiting' ? [key] : [])).sort();
  return found.join() === wanted.join() ? [] : [`the inboxes hold ${found.join()}, but ${wanted.join()} wait`];
}

/** The file of every message stays, in the outbox or the archive, unless a person deleted it. */
function filesGone(play: Play): string[] {
  const { disk } = play.machine;
  const wrong: string[] = [];
  for (const entry of linesOf(play)) {
    if (entry.k !== 'sent' && entry.k !== 'drop') continue;
    const { id, path } = entry.message;
    if (!disk.read(path) && !disk.read(archivePath(path)) && !play.deleted.has(path))
      wrong.push(`the file of ${id} is gone`);
  }
  return wrong;
}

/** granted = left + spent + reserved + in doubt, for all; no attempt begins that could pass a cap; a reply costs at most its reserve. */
export const creditsConserved: Rule = (play) => {
  const books = new Books();
  for (const entry of linesOf(play)) books.take(entry);
  const { config, state } = play.engine;
  for (const name of Object.keys(config.credits.agents)) {
    const balance = balanceOf(config, state, name);
    books.same(`${name} was granted`, balance.granted, books.granted(name));
    books.same(
      `${name} has spent`,
      balance.spent,
      books.sum((call) => call.agent === name, 'spent'),
    );
    books.same(
      `${name} has in doubt`,
      balance.doubt,
      books.sum((call) => call.agent === name, 'doubt'),
    );
    books.same(`${name} has left`, balance.left, balance.granted - balance.spent - balance.doubt - balance.reserved);
  }
  books.same(
    'the org has spent',
    balanceOfOrg(config, state).spent,
    books.sum(() => true, 'spent'),
  );
  books.same(
    'the org has in doubt',
    balanceOfOrg(config, state).doubt,
    books.sum(() => true, 'doubt'),
  );
  return books.wrong;
};

interface Booked {
  turn: number;
  agent: string;
  unit: string | null;
  amount: number;
  state: 'open' | 'spent' | 'doubt';
}

interface CapsText {
  org: { cap?: number; per_turn?: number };
  units: Record<string, { cap?: number }>;
  agents: Record<string, { grant?: number; per_turn?: number; per_day?: number }>;
}

/** The ledger kept a second time. */
class Books {
  readonly wrong: string[] = [];
  private readonly calls = new Map<string, Booked>();
  private readonly topUps = new Map<string, number>();
  private caps: CapsText = { org: {}, units: {}, agents: {} };

  take(entry: Entry): void {
    if (entry.k === 'file' && entry.path === 'org/credits.yaml')
      this.caps = { ...this.caps, ...(headOf(entry.text ?? '') as Partial<CapsText>) };
    if (entry.k === 'request' && entry.request.ask === 'top-up')
      this.topUps.set(entry.request.agent, (this.topUps.get(entry.request.agent) ?? 0) + entry.request.amount);
    if (entry.k === 'hired') this.move(entry.from, entry.agent, entry.credits);
    if (entry.k === 'retired') this.move(entry.agent, entry.to, entry.credits);
    if (entry.k === 'intent') this.reserve(entry);
    if (entry.k === 'reply' || entry.k === 'failed') this.settle(printKey(entry), entry.cost);
    if (entry.k === 'use' && entry.cost) this.pay(entry, entry.cost);
    if (entry.k === 'recovered') for (const key of entry.doubt) this.putInDoubt(key);
    if (entry.k === 'commit')
      for (const [key, call] of this.calls) if (call.state === 'open') this.wrong.push(`${key} is open after its turn`);
  }

  granted(agent: string): number {
    return micro(this.caps.agents[agent]?.grant ?? 0) + (this.topUps.get(agent) ?? 0);
  }

  sum(mine: (call: Booked) => boolean, state?: Booked['state']): number {
    let sum = 0;
    for (const call of this.calls.values())
      if (mine(call) && (state === undefined || call.state === state)) sum += call.amount;
    return sum;
  }

  /** Credits move between two accounts, and no account gives what it has spent. */
  private move(from: string | null, to: string | null, credits: number): void {
    if (to !== null) this.topUps.set(to, (this.topUps.get(to) ?? 0) + credits);
    if (from === null) return;
    this.topUps.set(from, (this.topUps.get(from) ?? 0) - credits);
    const used = this.sum((call) => call.agent === from);
    if (credits > 0 && used > this.granted(from)) this.wrong.push(`${from} gave ${credits} away that it had not left`);
  }

  same(what: string, found: number, wanted: number): void {
    if (found !== wanted) this.wrong.push(`${what} ${found}, the journal says ${wanted}`);
  }

  private reserve(entry: Extract<Entry, { k: 'intent' }>): void {
    const { turn, agent, unit, reserve } = entry;
    this.book(printKey(entry), { turn, agent, unit, amount: reserve, state: 'open' });
  }

  /** A use of a tool has its price, and is paid at once. */
  private pay({ turn, agent, unit = null, n, act }: UseEntry, amount: number): void {
    this.book(`act ${act} of ${turn}.${agent}.${n}`, { turn, agent, unit, amount, state: 'spent' });
  }

  private book(key: string, booked: Booked): void {
    const { turn, agent, unit, amount } = booked;
    if (this.calls.has(key)) this.wrong.push(`${key} has two intents`);
    this.calls.set(key, booked);
    const own = this.caps.agents[agent];
    const within = (what: string, cap: number | undefined, mine: (call: Booked) => boolean): void => {
      if (amount > 0 && cap !== undefined && this.sum(mine) > cap)
        this.wrong.push(`${key} could pass the limit of ${what}: ${this.sum(mine)} of ${cap}`);
    };
    within(agent, this.granted(agent), (call) => call.agent === agent);
    within(`${agent} per turn`, maybe(own?.per_turn), (call) => call.agent === agent && call.turn === turn);
    within(`${agent} per day`, maybe(own?.per_day), (call) => call.agent === agent);
    within('the org', maybe(this.caps.org.cap), () => true);
    within('the org per turn', maybe(this.caps.org.per_turn), (call) => call.turn === turn);
    if (unit !== null) within(unit, maybe(this.caps.units[unit]?.cap), (call) => call.unit === unit);
  }

  private settle(key: string, cost: number): void {
    const call = this.calls.get(key);
    if (call?.state !== 'open') this.wrong.push(`${key} has an answer, but was ${call?.state}`);
    else if (!Number.isInteger(cost) || cost < 0 || cost > call.amount)
      this.wrong.push(`${key} cost ${cost} of ${call.amount}`);
    this.calls.set(key, { ...(call as Booked), amount: cost, state: 'spent' });
  }

  private putInDoubt(key: string): void {
    const call = this.calls.get(key);
    if (call?.state !== 'open') this.wrong.push(`${key} is in doubt, but was ${call?.state}`);
    else call.state = 'doubt';
  }
}

function micro(credits: number): number {
  return Math.round(credits * 1e6);
}

function maybe(credits: number | undefined): number | undefined {
  return credits === undefined ? undefined : micro(credits);
}

/** What the journal and the folder say of each other: no fault, and every call was announced. */
export const soundJournal: Rule = (play) => {
  const { entries, faults } = journalOf(play.machine.disk);
  const announced = entries.filter((entry) => entry.k === 'intent').length;
  const wrong = faults.map(({ message }) => message);
  if (play.prompts.length > announced)
    wrong.push(`${play.prompts.length} calls were made, ${announced} were announced`);
  return wrong;
};
