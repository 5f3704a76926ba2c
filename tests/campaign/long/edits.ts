import type { Reply } from '../../../src/core/model/call.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import { bytesHash } from '../../../src/disk/fs/materialise.ts';
import { Engine } from '../../../src/engine/turn/engine.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { FAULTS, FaultError } from '../../../src/schema/fault.ts';
import type { OrgPlan } from '../../../src/testing/build-org.ts';
import type { MemoryDisk, OpenFile } from '../../../src/testing/memory-disk.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { deliveredTwice, journalOf, type Machine, newMachine, portsOf } from '../world.ts';

/** What a person's hands are on. */
export interface Target {
  path: string;
  /** The person's version of the file. */
  edit(before: string): string;
  /** An act on it is held in the first turn, and the person approves it before the second. */
  held?: true;
  /** What is wrong with what became of it, beyond that the text survives. */
  check?(world: After): string[];
}

interface After {
  target: Target;
  style: string;
  text: string;
  files: Map<string, string>;
  entries: Entry[];
  engine: Engine;
}

const PLAN: OrgPlan = {
  edges: { human: ['a', 'b'], a: ['b', 'human'], b: ['a'] },
  models: { default: { provider: 'actor', price: { per_call: 0.01 } } },
  credits: { agents: { a: { grant: 10 }, b: { grant: 10 } } },
  resumes: {
    a: { tools: ['write_file', 'remember'], shared: ['.'], schedule: { when: 'always' } },
    b: { tools: [] },
  },
  files: {
    'agents/human/outbox/first.md': '---\nto: b\n---\nAs it was first.\n',
    'agents/a/memory/k.md': '---\nkey: k\n---\nAs it was first.\n',
    'org/shared/s.txt': 'As it was first.\n',
    'agents/a/workspace/work.txt': 'As it was first.\n',
  },
};

/** The same, where a person is asked about two files. */
const HELD_PLAN: OrgPlan = {
  ...PLAN,
  org: {
    policies: ['held.txt', 'shared/held.txt'].map((path) => ({
      act: `write_file path:${path}`,
      do: { ask: ['human'] },
    })),
  },
  files: {
    ...PLAN.files,
    'org/shared/held.txt': 'As it was first.\n',
    'agents/a/workspace/held.txt': 'As it was first.\n',
  },
};

const MARK = 'edited by hand';
const TURNS = 3;
/** Turns after the edit, in which nobody does anything any more. */
const REST = 3;

function mustStandAtItsPath({ target, text, files }: After): string[] {
  return files.get(target.path) === text ? [] : [`${target.path} is not as the person left it`];
}

function mustCount({ target, text, engine }: After): string[] {
  return engine.state.files.texts.get(target.path) === text ? [] : [`${target.path} was not taken over`];
}

export const TARGETS: Record<string, Target> = {
  'a resume': {
    path: 'agents/a/resume.md',
    edit: (before) => `${before}${MARK}\n`,
    check: (after) => [...mustStandAtItsPath(after), ...mustCount(after), ...nobodyWasBuried(after)],
  },
  'credits.yaml': {
    path: 'org/credits.yaml',
    edit: (before) => `${before}# ${MARK}\n`,
    check: (after) => [...mustStandAtItsPath(after), ...mustCount(after)],
  },
  'chart.yaml': {
    path: 'org/chart.yaml',
    edit: (before) => `${before}# ${MARK}\n`,
    check: (after) => [...mustStandAtItsPath(after), ...mustCount(after), ...nobodyWasBuried(after)],
  },
  'a memory that is about to be replaced': {
    path: 'agents/a/memory/k.md',
    edit: () => `---\nkey: k\n---\n${MARK}\n`,
  },
  'a shared file that is about to be replaced': { path: 'org/shared/s.txt', edit: () => `${MARK}\n` },
  'a message, not delivered yet or just so': {
    path: 'agents/a/outbox/000001-01-b-note.md',
    edit: (before) => before.replace(/\n---\n[\s\S]*$/, `\n---\n${MARK}\n`),
    check: (after) => [...mustStandAtItsPath(after), ...notWithdrawn(after)],
  },
  'a drop that is being adopted': {
    path: 'agents/human/outbox/first.md',
    edit: () => `---\nto: b\n---\n${MARK}\n`,
    check: deliveredOnce,
  },
  'a file in a workspace': { path: 'agents/a/workspace/work.txt', edit: () => `${MARK}\n` },
  'a file in a workspace that an approved act replaces': {
    path: 'agents/a/workspace/held.txt',
    edit: () => `${MARK}\n`,
    held: true,
    check: mustStandUnlessShown,
  },
  'a shared file that an approved act replaces': {
    path: 'org/shared/held.txt',
    edit: () => `${MARK}\n`,
    held: true,
    check: mustStandUnlessShown,
  },
};

/** An act that was approved takes the place only of a text that the person was shown with it. */
function mustStandUnlessShown(after: After): string[] {
  const { entries, target, text } = after;
  const approved = entries.flatMap((entry) => (entry.k === 'decided' ? [entry.held] : []));
  const hash = bytesHash(Buffer.from(text));
  return [
    ...(approved.length === 1 ? [] : [`${approved.length} acts were decided`]),
    ...(approved.some(({ covers }) => covers?.[target.path] === hash) ? [] : mustStandAtItsPath(after)),
  ];
}

function nobodyWasBuried({ entries }: After): string[] {
  return entries.some((entry) => entry.k === 'dead') ? ['mail was buried'] : [];
}

/** A message whose file is there was not deleted, only replaced. */
function notWithdrawn({ entries, target, files }: After): string[] {
  const id = '000001-a-01';
  const gone = entries.some((entry) => entry.k === 'mail-gone' && entry.id === id);
  return gone && files.has(target.path) ? [`${id} was withdrawn, though its file is there`] : [];
}

function deliveredOnce({ entries }: After): string[] {
  const ids = entries.flatMap((entry) => (entry.k === 'drop' && entry.message.body === MARK ? [entry.message.id] : []));
  const times = entries.filter(
    (entry) => entry.k === 'visit' && entry.outcome === 'ok' && entry.mail.some((id) => ids.includes(id)),
  ).length;
  return ids.length === 1 && times === 1
    ? []
    : [`the edited drop was taken ${ids.length} times and delivered ${times} times`];
}

/** A step of a person's program; it returns what it does next, if anything. */
type Step = (disk: MemoryDisk, path: string, text: string) => Step | null;

/** How programs save a file. Each but the last starts with a file that is there. */
export const STYLES: Record<string, Step> = {
  'in place': (disk, path, text) => {
    disk.put(path, text);
    return null;
  },
  'by rename': (disk, path, text) => {
    disk.replace(path, text);
    return null;
  },
  'truncated, then written': (disk, path, text) => {
    const held = disk.hold(path) as OpenFile;
    held.truncate();
    return () => {
      held.write(text);
      return null;
    };
  },
  'written in two halves': (disk, path, text) => {
    const held = disk.hold(path) as OpenFile;
    held.truncate();
    held.write(text.slice(0, text.length >> 1));
    return () => {
      held.write(text.slice(text.length >> 1));
      return null;
    };
  },
  'moved to a backup, then made anew': (disk, path, text) => {
    disk.put(`${path}~`, disk.files((p) => p === path).get(path) ?? '');
    disk.remove(path);
    return () => {
      disk.replace(path, text);
      disk.remove(`${path}~`);
      return null;
    };
  },
  'deleted, then made anew': (disk, path, text) => {
    disk.remove(path);
    return () => {
      disk.replace(path, text);
      return null;
    };
  },
};

export interface Edit {
  target: string;
  style: string;
  /** At which operation of the disk, reading or changing. */
  at: number;
  /** Operations between two steps of the person's program. */
  gap: number;
}

/** A run of the engine in which somebody sits at the same folder. `operations`: those of the disk until the agents rest. */
async function runWith(
  { path, held }: Target,
  act: (index: number, disk: MemoryDisk) => void,
): Promise<{ machine: Machine; engine: Engine; operations: number }> {
  const machine = newMachine(held ? HELD_PLAN : PLAN);
  const { disk, clock } = machine;
  disk.now = () => clock.now();
  clock.advance(60_000);
  const sitting = { operations: 0, busy: false, rest: false };
  disk.before = () => {
    if (sitting.busy) return;
    sitting.busy = true;
    act(++sitting.operations, disk);
    sitting.busy = false;
  };
  const sleep = clock.sleep.bind(clock);
  clock.sleep = async (ms, signal) => {
    await sleep(ms, signal);
    act(Number.POSITIVE_INFINITY, disk); // whoever was saving a file has done so meanwhile
  };
  const open = (): Engine =>
    Engine.open(
      { ...portsOf(machine), provider: async () => writer(() => sitting.rest, held ? path : null) },
      TOOLS,
      'run',
    );
  let engine = open();
  let operations = 0;
  for (let turn = 0; turn < TURNS + REST; turn++) {
    if (turn === TURNS) {
      sitting.rest = true;
      ({ operations } = sitting);
    }
    engine = await turnOrAgain(engine, open);
    if (held && turn === 0) approveIn(engine, clock.now());
    clock.advance(1000);
  }
  engine.close();
  disk.before = null;
  return { machine, engine, operations };
}

function approveIn(engine: Engine, time: number): void {
  const [approval] = engine.state.approvals.pending.values();
  if (!approval) throw new Error('nothing was held');
  engine.post([{ k: 'request', request: { ask: 'approve', by: 'human', id: approval.id, note: '' }, time }]);
}

/** A turn. At the start a file of `org/` that is being written stops the command with exit 3: then it is given again. */
async function turnOrAgain(engine: Engine, open: () => Engine): Promise<Engine> {
  try {
    await engine.turn();
    return engine;
  } catch (error) {
    const early = error instanceof FaultError && FAULTS[error.fault.code].exit === 3 && engine.state.clock.turn === 0;
    engine.close();
    if (!early) throw error;
    const next = open();
    await next.turn();
    return next;
  }
}

/** In each turn `a` writes a message, a memory, a shared file and one in its workspace; in the first one also the file about which a person is asked. */
function writer(rest: () => boolean, held: string | null): Provider {
  return {
    about: 'writes the same files in every turn',
    repeatable: true,
    free: true,
    connect: async () => ({
      complete: async ({ agent, turn, n }): Promise<Reply> => {
        const inputs = {
          send_message: { to: 'b', subject: 'note', body: `body of turn ${turn}` },
          remember: { key: 'k', text: `memory of turn ${turn}` },
          write_file: { path: 'work.txt', content: `work of turn ${turn}\n` },
        };
        const acts = Object.entries(inputs).map(([tool, input]) => ({ id: tool, tool, input }));
        acts.push({
          id: 'shared',
          tool: 'write_file',
          input: { path: 'shared/s.txt', content: `shared in turn ${turn}\n` },
        });
        if (held !== null && turn === 1) {
          const path = held.replace('agents/a/workspace/', '').replace('org/', '');
          acts.push({ id: 'held', tool: 'write_file', input: { path, content: 'approved\n' } });
        }
        return {
          text: '',
          acts: agent === 'a' && n === 1 && !rest() ? acts : [],
          usage: null,
          requestId: null,
          model: 'writer',
        };
      },
    }),
  };
}

/** How many operations of the disk a run has. */
export async function operationsOfRun(target: string): Promise<number> {
  return (await runWith(TARGETS[target] as Target, () => {})).operations;
}

/** Operations that pass between two steps of a person's program: it takes some microseconds, a turn takes far longer. */
export const GAPS = [1, 4, 9];

/** One edit; returns what is wrong, null when there was no file to edit at that instant. */
export async function editCase(edit: Edit): Promise<string[] | null> {
  const target = TARGETS[edit.target] as Target;
  let next: Step | null = STYLES[edit.style] ?? null;
  let due = edit.at;
  let text: string | null = null;
  const { machine, engine } = await runWith(target, (index, disk) => {
    if (index < due || !next) return;
    if (text === null) {
      if (index === Number.POSITIVE_INFINITY) return;
      const before = disk.files((path) => path === target.path).get(target.path);
      if (before === undefined) {
        next = null;
        return;
      }
      text = target.edit(before);
    }
    next = next(disk, target.path, text);
    due = index + edit.gap;
  });
  if (text === null) return null;
  if (next) (next as Step)(machine.disk, target.path, text);
  const files = machine.disk.files();
  const { entries, faults } = journalOf(machine.disk);
  const after = { target, style: edit.style, text, files, entries, engine };
  return [
    ...faults.map(({ message }) => message),
    ...deliveredTwice(entries),
    ...survives(after),
    ...(target.check?.(after) ?? []),
  ];
}

/** The person's text stands in the folder, or the journal holds it in full because an agent replaced it later. */
function survives({ text, files, entries }: After): string[] {
  const inFolder = [...files].some(
    ([path, content]) => !path.startsWith('org/journal/') && !path.startsWith('.lemming/') && content.includes(MARK),
  );
  const inJournal = entries.some(
    (entry) =>
      (entry.k === 'file' && entry.text === text) ||
      (entry.k === 'wrote' && entry.was === text) ||
      (entry.k === 'blob' && entry.text === text),
  );
  return inFolder || inJournal ? [] : ['the text of the person is lost'];
}

/** A person deletes the file; it must not come back, and nothing else may break. */
export async function deleteCase(name: string, at: number): Promise<string[] | null> {
  const target = TARGETS[name] as Target;
  let deleted = false;
  const run = await runWith(target, (index, disk) => {
    if (index !== at || !disk.files((path) => path === target.path).has(target.path)) return;
    disk.remove(target.path);
    deleted = true;
  }).catch(unlessMissing);
  if (!deleted || !run) return null;
  const { machine } = run;
  const { entries, faults } = journalOf(machine.disk);
  const back =
    machine.disk.files((path) => path === target.path).has(target.path) &&
    !name.includes('replace') &&
    !name.includes('workspace');
  return [
    ...faults.map(({ message }) => message),
    ...deliveredTwice(entries),
    ...(back ? [`${target.path} came back`] : []),
  ];
}

/** Without a file that must be there no organisation starts. */
function unlessMissing(error: unknown): null {
  if (error instanceof FaultError && error.fault.code === 'missing-file') return null;
  throw error;
}
