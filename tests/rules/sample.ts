import { setImmediate } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { Json, Reply } from '../../src/core/model/call.ts';
import type { MemoryDisk } from '../../src/testing/memory-disk.ts';
import { Lab, service } from '../engine/world.ts';

/**
 * An organisation in which a bit of everything happens, always the same: mail read and unread, attachments, approvals
 * answered, pending and escalated, dead letters, a hire, an undo, and a turn that a kill cut off. It is recorded once for
 * each rules: what older programs left must be opened, replayed and gone on with by every later one.
 */

/** The turn that is cut off: `lead` and `clerk` were answered, `coder` may have been billed. */
export const CUT = 7;

const say = (to: string, subject: string, body: string, more: Record<string, Json> = {}): Json => ({
  tool: 'send_message',
  input: { to, subject, body, ...more },
});
const use = (tool: string, input: Json): Json => ({ tool, input });

/** Turn and agent → what it does in the first call of its visit. */
const DEEDS: [turn: number, agent: string, acts: Json[]][] = [
  [1, 'lead', [say('clerk', 'Notes', 'Please take notes.'), say('coder', 'Kiln', 'Please plan the kiln: 1,280 °C.')]],
  [
    2,
    'clerk',
    [
      use('write_file', { path: 'notes.txt', content: 'Clay: grog 20 %.\nGlaze: ash.\n' }),
      use('remember', { key: 'glaze', text: 'The glaze is made of ash.' }),
      say('lead', 'The notes', 'They lie beside this message.', { attachments: ['notes.txt'] }),
      say('night', 'Too late', 'Nobody will read this in time.', { expires_in: 1 }),
      say('nobody', 'Lost', 'There is no such agent.'),
    ],
  ],
  [2, 'coder', [use('request_approval', { question: 'May I fire the kiln at night?', options: ['Yes', 'No'] })]],
  [
    3,
    'lead',
    [
      say('human', 'Half way', 'The notes are taken. *Half* the work is done.'),
      say('clerk', 'Go on', 'Write the ledger, please.'),
      say('boss', 'For you', 'A message that nobody reads in this recording.'),
      use('hire_agent', { name: 'helper', template: 'worker', credits: 1, message: 'Begin, please.' }),
    ],
  ],
  [4, 'clerk', [use('write_file', { path: 'shared/ledger.md', content: '# Ledger\n\n- clay: 20 kg\n' })]],
  [
    5,
    'lead',
    [
      say('clerk', 'A skill', 'Write down how glazes are mixed.'),
      say('coder', 'Draft', 'A draft of the board, please.'),
      say('night', 'Later', 'Read this when you wake.'),
    ],
  ],
  [
    6,
    'clerk',
    [
      use('propose_skill', {
        name: 'mix-glaze',
        description: 'How a glaze is mixed.',
        body: 'Weigh, then sieve.\n',
        files: [{ path: 'references/ash.md', text: 'Ash of beech.\n' }],
      }),
    ],
  ],
  [6, 'coder', [use('request_approval', { question: 'May I paint the board red?', options: ['Yes', 'No'] })]],
  [
    CUT,
    'clerk',
    [
      use('write_file', { path: 'late.txt', content: 'Written in the turn that was cut off.\n' }),
      use('recall', { key: 'glaze' }),
    ],
  ],
  [CUT, 'lead', [say('clerk', 'Last', 'This was answered before the kill.')]],
];

const RULES = DEEDS.map(([turn, agent, acts]) => ({ when: { agent, turn, call: 1 }, reply: { acts } }));

const PLAN = {
  edges: {
    human: ['lead', 'clerk', 'coder', 'night'],
    boss: ['lead'],
    lead: ['human', 'boss', 'clerk', 'coder', 'night'],
    clerk: ['lead', 'night', 'coder'],
    coder: ['lead'],
    night: ['lead'],
  },
  name: 'kiln',
  rules: RULES,
  models: {
    default: { provider: 'scripted', script: 'org/script.yaml' },
    billed: {
      provider: 'openai-compatible',
      base_url: 'http://127.0.0.1:9/v1',
      model: 'stand-in',
      price: { per_call: 0.01 },
    },
  },
  credits: { agents: { lead: { grant: 5 }, coder: { grant: 1 } }, org: { cap: 100 } },
  org: {
    purpose: 'Fire pots',
    limits: { hops: 6, live_turns: 3, max_attempts: 2 },
    approvals: { timeout: '3 turns', default: 'deny', escalate_to: ['human', 'boss'] },
    policies: [
      { act: 'hire_agent', do: 'auto' },
      { act: 'send_message to:human', do: { ask: ['human'] } },
    ],
  },
  resumes: {
    boss: { person: true },
    lead: { tools: ['hire_agent', 'write_file', 'read_file'], shared: ['.'] },
    clerk: { tools: ['write_file', 'read_file', 'remember', 'recall', 'propose_skill'], shared: ['.'] },
    coder: { model: 'billed', tools: ['request_approval'] },
    night: { schedule: { every: 50 } },
  },
  files: { 'org/templates/worker.md': '---\nrole: Helps\ntools: [write_file]\n---\nYou help.\n' },
};

export class Sample extends Lab {
  constructor(disk?: MemoryDisk) {
    super(PLAN);
    this.providers['openai-compatible'] = this.service();
    if (disk) this.take(disk);
  }

  /** Goes on with a folder that was recorded: another process on another machine. */
  private take(disk: MemoryDisk): void {
    this.disk = disk;
    disk.now = () => this.clock.now() - 10_000;
    this.pid = 1000;
    this.boot = 'another boot';
    this.clock.advance(1_000_000);
  }

  /** Bills each call; the one of the turn that is cut off never comes back. */
  private service() {
    return service(async ({ turn, agent, n }) => {
      if (turn === CUT && this.pid < 1000) await this.die();
      const acts = n === 1 ? (DEEDS.find(([at, who]) => at === turn && who === agent)?.[2] ?? []) : [];
      return {
        acts: acts.map((act, i) => ({ id: `act-${i}`, ...(act as { tool: string; input: Json }) })),
      } as Partial<Reply>;
    });
  }

  /** Everybody else has been answered by then. */
  private async die(): Promise<void> {
    for (let round = 0; round < 100; round++) await setImmediate();
    this.disk.plan = () => 'crash-before';
  }

  /** Plays it to the kill. */
  async play(): Promise<this> {
    this.drop('lead', 'We need a kiln.', { subject: 'A kiln' });
    this.disk.put('agents/human/outbox/lead/plan.md', '---\nsubject: Urgent\npriority: urgent\n---\nBegin at once.\n');
    this.disk.put('agents/human/outbox/broken.md', '---\nto: [\n');
    await this.go(2);
    await this.answer('A-2-coder-1', 'approve', 'With care.');
    await this.go(1);
    await this.ask({ ask: 'ack', by: 'human', id: '000002-clerk-01', reaction: 'well done' });
    this.drop('clerk', 'Thank you.', { subject: 'Thanks' });
    await this.go(1);
    await this.ask({ ask: 'undo', by: 'human', id: '4' });
    this.drop('lead', 'Go on.', { subject: 'Go on' });
    await this.go(2);
    await this.answer('A-6-clerk-1', 'approve', '');
    this.drop(['lead', 'clerk', 'coder'], 'The last round.', { subject: 'Last' });
    await this.go(1).then(
      () => Promise.reject(new Error('nobody was killed')),
      () => this.restart(),
    );
    return this;
  }

  private async go(turns: number): Promise<void> {
    for (let i = 0; i < turns; i++) {
      this.clock.advance(10_000);
      await this.turns(1);
    }
  }

  /** A person answers in the file of the act. */
  private async answer(id: string, decision: string, note: string): Promise<void> {
    const path = `org/approvals/${id}.md`;
    const text = this.read(path) ?? '';
    this.disk.put(path, text.replace('decision: null\nnote: null', stringify({ decision, note }).trimEnd()));
  }
}
