import { runInNewContext } from 'node:vm';
import type { ActCall, JsonObject, MailView, Part } from '../../src/core/model/call.ts';
import type { Connection } from '../../src/providers/provider.ts';
import scripted from '../../src/providers/scripted.ts';
import { type Sample, textOf } from './org.ts';

/** What a story left behind. */
export interface Story {
  /** Turns until nobody was due any more. */
  turns: number;
  sent: Sent[];
  files: Map<string, string>;
  /** Texts of the replies. */
  notes: string[];
  /** Acts that the chart or a resume would refuse. */
  refused: string[];
}

export interface Sent extends MailView {
  to: string[];
  turn: number;
  hops: number;
}

const MOST_TURNS = 40;

/**
 * Carries mail between the agents of a sample as the engine does, with the real `scripted` provider and without a disk:
 * enough to see whether a story comes to its end, and whether every act in it is allowed.
 */
export async function tell(sample: Sample, to: string, subject: string, body: string): Promise<Story> {
  const first: Sent = {
    id: '000001-human-01',
    from: 'human',
    to: [to],
    turn: 1,
    kind: 'message',
    subject,
    body,
    thread: '000001-human-01',
    hops: 0,
  };
  const story: Story = { turns: 0, sent: [first], files: new Map(), notes: [], refused: [] };
  const connection = await connect(sample);
  for (let turn = 1; turn <= MOST_TURNS; turn++) {
    const before = [...story.sent];
    if (!unread(sample, before, story.turns)) break;
    story.turns = turn;
    for (const agent of Object.keys(sample.chart)) await visit(sample, connection, story, before, agent, turn);
  }
  return story;
}

function connect(sample: Sample): Promise<Connection> {
  const outside = {
    env: () => undefined,
    secret: async () => '',
    childEnv: () => ({}),
    mask: (text: string) => text,
    requireTrust: () => {},
    file: (path: string) => textOf(sample.root, path),
    sleep: async () => {},
  };
  const model = sample.models.default;
  if (!model) throw new Error('no default model');
  return scripted.connect(model, outside);
}

/** Turn in which the agent reads a message: the first after it was sent (a person's: at once) in which its schedule fires. */
function readAt(sample: Sample, mail: Sent, agent: string): number {
  const { every, offset } = sample.agents[agent]!.head.schedule;
  let turn = mail.from === 'human' ? mail.turn : mail.turn + 1;
  while (turn % every !== offset % every) turn++;
  return turn;
}

function unread(sample: Sample, sent: Sent[], done: number): boolean {
  return sent.some((mail) =>
    mail.to.some((agent) => !sample.agents[agent]!.head.person && readAt(sample, mail, agent) > done),
  );
}

async function visit(
  sample: Sample,
  connection: Connection,
  story: Story,
  sent: Sent[],
  agent: string,
  turn: number,
): Promise<void> {
  if (sample.agents[agent]!.head.person) return;
  const given = sent.filter((mail) => mail.to.includes(agent) && readAt(sample, mail, agent) === turn);
  const summaryDue = sample.org.summary?.agent === agent && turn % sample.org.summary.every === 0;
  if (!given.length && !summaryDue) return;
  const parts: Part[] = [];
  for (let n = 1; n <= 8; n++) {
    const prompt = {
      agent,
      turn,
      n,
      system: '',
      parts,
      tools: [],
      maxOutputTokens: 1000,
      mail: given,
      summaryDue,
      seed: '',
    };
    const reply = await connection.complete(prompt, new AbortController().signal);
    if (reply.text) story.notes.push(`${turn} ${agent}: ${reply.text}`);
    parts.push({ role: 'assistant', text: reply.text, acts: reply.acts });
    for (const act of reply.acts)
      parts.push({
        role: 'tool',
        id: act.id,
        tool: act.tool,
        text: perform(sample, story, given, agent, turn, act),
        ok: true,
      });
    if (!reply.acts.some((act) => /_files?$|^run_javascript$/.test(act.tool))) return;
  }
}

function perform(sample: Sample, story: Story, given: Sent[], agent: string, turn: number, act: ActCall): string {
  const { head } = sample.agents[agent]!;
  const input = act.input as JsonObject;
  if (act.tool === 'send_message') return send(sample, story, given, agent, turn, input);
  if (act.tool === 'acknowledge')
    return given.some((mail) => mail.id === input.id) ? 'ok' : refuse(story, `${agent} acknowledges ${input.id}`);
  if (!head.tools.includes(act.tool)) return refuse(story, `${agent} has no ${act.tool}`);
  if (act.tool === 'remember') return keep(story, `agents/${agent}/memory/${input.key}.md`, String(input.text));
  if (act.tool === 'run_javascript') return String(runInNewContext(String(input.code)));
  const path = String(input.path);
  const parts = path.split('/');
  if (
    parts[0] === 'shared' &&
    !head.shared.some((grant) => grant === '.' || path === `shared/${grant}` || path.startsWith(`shared/${grant}/`))
  )
    return refuse(story, `${agent} may not use ${path}`);
  const full = parts[0] === 'shared' ? `org/${path}` : `agents/${agent}/workspace/${path}`;
  if (act.tool === 'write_file') keep(story, full, String(input.content));
  if (act.tool === 'read_file') return story.files.get(full) ?? textOf(sample.root, full);
  if (act.tool === 'list_files')
    return [...story.files.keys()].filter((name) => name.startsWith(full)).join('\n') || 'The folder is empty.';
  return `wrote ${path} (${String(input.content).length} bytes)`;
}

function send(sample: Sample, story: Story, given: Sent[], agent: string, turn: number, input: JsonObject): string {
  const to = [input.to].flat() as string[];
  for (const name of to) if (!edge(sample, agent, name)) refuse(story, `${agent} has no edge to ${name}`);
  const answered = given.find((mail) => mail.id === input.reply_to);
  const id = `${String(turn).padStart(6, '0')}-${agent}-${story.sent.length}`;
  const subject = String(input.subject ?? `Re: ${answered?.subject}`);
  if (subject.length > 200) refuse(story, `${agent} writes a subject of ${subject.length} characters`);
  const hops = 1 + Math.max(0, ...given.map((mail) => mail.hops));
  story.sent.push({
    id,
    from: agent,
    to,
    turn,
    kind: String(input.kind ?? 'message'),
    subject,
    body: String(input.body).trimEnd(),
    thread: answered?.thread ?? id,
    hops,
  });
  return `Sent as ${id}.`;
}

/** True when both ends of the chart allow it. */
export function edge(sample: Sample, from: string, to: string): boolean {
  const lists = (names: string[] | undefined, name: string) =>
    names?.some(
      (entry) =>
        entry === '*' ||
        entry === name ||
        (entry.startsWith('@') && sample.units[entry.slice(1)]?.members.includes(name)),
    ) ?? false;
  return lists(sample.chart[from]?.send_to, to) && lists(sample.chart[to]?.read_from, from);
}

function keep(story: Story, path: string, text: string): string {
  story.files.set(path, text);
  return `Remembered ${path}.`;
}

function refuse(story: Story, what: string): string {
  story.refused.push(what);
  return `Refused: ${what}`;
}
