import fc from 'fast-check';
import type { Prompt } from '../../../src/core/model/call.ts';
import { unchanged } from '../../../src/core/text/mask.ts';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { compareFolder } from '../../../src/engine/replay/compare.ts';
import { JournalFiles } from '../../../src/engine/replay/journal-files.ts';
import { Crash } from '../../../src/testing/memory-disk.ts';
import { type Act, Org } from '../../regression/org.ts';

const AGENTS = ['a', 'b', 'c'];
const TOOLS = ['write_file', 'edit_file', 'remember', 'forget', 'hire_agent', 'retire_agent'];

/** Names that some file system or some program takes for something else. */
const NAMES = [
  'n',
  'N',
  'notes',
  'Notes',
  'notes.md',
  'é',
  'e\u0301',
  'É',
  'ß',
  'ss',
  'x.',
  'x ',
  ' x',
  '...',
  'con',
  'aux.md',
  'NUL',
  'shared',
  'context',
  'workspace',
  'outbox',
  '.hidden',
  '~',
  'x.tmp',
  'x.conflict-1',
  'notes.conflict-2',
  '.lemming-notes.aside',
  '.lemming-n.tmp',
  '-',
  '*',
  'a:b',
  'n'.repeat(255),
  'n'.repeat(240),
  `${'é'.repeat(126)}.md`,
  '💥'.repeat(63),
  'n'.repeat(256),
  'é'.repeat(128),
  '\ud800',
  '__proto__',
];
/** Folders of the engine where a person may put a file, and files where they may put a folder. */
const PLACES = [
  'org/shared',
  'org/shared/context',
  'org/approvals',
  'agents/kid',
  'agents/b/outbox',
  'agents/c/memory',
  'agents/a/workspace',
  'agents/a/logs',
  'agents/a/outbox/archive',
  'org/shared/notes',
  'org/shared/N',
  'agents/b/memory/n',
];

/** What happens in a turn, as numbers: acts of each agent, what a person puts where, and the operation at which all stops. */
interface Step {
  acts: { who: number; what: number; name: number[] }[];
  put: number | null;
  drop: number | null;
  undo: boolean;
  dies: number | null;
}

const step: fc.Arbitrary<Step> = fc.record({
  acts: fc.array(
    fc.record({
      who: fc.nat(AGENTS.length - 1),
      what: fc.nat(9),
      name: fc.array(fc.nat(NAMES.length - 1), { minLength: 1, maxLength: 3 }),
    }),
    { maxLength: 8 },
  ),
  put: fc.option(fc.nat(PLACES.length - 1), { freq: 4 }),
  drop: fc.option(fc.nat(NAMES.length - 1), { freq: 3 }),
  undo: fc.boolean(),
  dies: fc.option(fc.nat(120), { freq: 2 }),
});

function actOf({ what, name }: Step['acts'][number], i: number): Act {
  const path = name.map((one) => NAMES[one]).join('/');
  const key = `${name.map((one) => 'abc'[one % 3]).join('')}`;
  if (what < 5) return { tool: 'write_file', input: { path: `shared/${path}`, content: `${what} ${i}` } };
  if (what === 5) return { tool: 'write_file', input: { path, content: `${i}` } };
  if (what === 6) return { tool: 'remember', input: { key: `shared/${key}`, text: `${i}` } };
  if (what === 7) return { tool: 'forget', input: { key: `shared/${key}` } };
  if (what === 8) return { tool: 'hire_agent', input: { name: i % 2 ? 'kid' : key, template: 'helper', credits: 0 } };
  return { tool: 'send_message', input: { to: 'human', body: path, attachments: [path] } };
}

class Story {
  readonly org: Org;
  private now: Step = { acts: [], put: null, drop: null, undo: false, dies: null };
  /** A person changed the folder: then it need not be what the journal makes. */
  edited = false;

  constructor(folds: boolean) {
    const resumes = Object.fromEntries(AGENTS.map((name) => [name, { tools: TOOLS, shared: ['.'] }]));
    this.org = new Org(
      {
        edges: { human: AGENTS, a: ['human'], b: ['human'], c: ['human'] },
        org: { policies: [{ act: 'hire_agent', do: 'auto' }] },
        credits: { agents: Object.fromEntries(AGENTS.map((name) => [name, { grant: 10 }])) },
        resumes,
        files: { 'org/templates/helper.md': '---\nrole: Helps\ntools: [write_file]\n---\nYou help.\n' },
      },
      (prompt) => this.answer(prompt),
    );
    this.org.disk.folds = folds;
  }

  private answer({ agent, n, turn }: Prompt): Act[] | undefined {
    if (this.now.put !== null) this.put(PLACES[this.now.put] as string);
    if (n !== 1) return undefined;
    return this.now.acts.flatMap((act, i) => (AGENTS[act.who] === agent ? [actOf(act, i + turn)] : []));
  }

  /** One turn: cut off at an operation, it is finished by the next process. */
  async tell(next: Step): Promise<void> {
    this.now = next;
    const { org } = this;
    org.drop(AGENTS, 'Go on.');
    if (next.drop !== null) org.withFile(`agents/human/outbox/${dropName(next.drop)}`, '---\nto: a\n---\nHello.\n');
    if (next.put !== null && next.undo) this.put(PLACES[next.put] as string); // else while the agents think
    if (next.undo)
      await org.ask({ ask: 'undo', id: `${(await org.look(({ state }) => state.clock.turn)) || 1}`, by: 'human' });
    if (next.dies !== null) {
      const last = org.disk.count + next.dies;
      org.disk.plan = ({ index }) => (index === last ? 'crash-after' : 'go');
      await org.turns(1).catch((error: unknown) => {
        if (!(error instanceof Crash)) throw error;
      });
      org.restart();
    }
    await org.turns(1);
  }

  private put(path: string): void {
    if (this.org.disk.stat(path)) return;
    this.edited = true;
    this.org.withFile(path, 'a file');
  }

  /** Where nobody but the engine wrote, the folder is what the journal makes of it. */
  differences(): string[] {
    const refold = new JournalFiles();
    for (const group of readJournal(this.org.disk, [])) refold.take(group);
    return compareFolder(this.org.disk, refold, {}, unchanged).map(({ path, what }) => `${path} ${what}`);
  }
}

/** A name that an outbox can hold. */
function dropName(i: number): string {
  const name = NAMES[i] as string;
  return Buffer.byteLength(name) > 252 || name === '\ud800' ? `${'n'.repeat(252)}.md` : `${name}.md`;
}

/** So many random stories; after each, and after each kill in it, the next run starts. */
export async function alwaysStarts(runs: number, seed: number, folds: boolean): Promise<void> {
  let unplaced = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
      const story = new Story(folds);
      for (const one of steps) await story.tell(one);
      unplaced += story.org.lines('unplaced').length;
      if (story.edited || folds) return;
      const wrong = story.differences();
      if (wrong.length) throw new Error(wrong.slice(0, 3).join(' | '));
    }),
    { seed, numRuns: runs, endOnFailure: false },
  );
  console.log(
    `places: ${runs} stories${folds ? ' on a disk that folds names' : ''}, ${unplaced} set aside, 0 failures`,
  );
}
