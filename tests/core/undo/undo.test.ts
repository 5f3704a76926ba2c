import { describe, expect, it } from 'vitest';
import { apply } from '../../../src/core/journal/apply.ts';
import { EffectIds } from '../../../src/core/journal/effect-id.ts';
import { type Content, contentHash } from '../../../src/core/model/content.ts';
import type { Effect, Entry, UndoEntry, UndoStep } from '../../../src/core/model/entry.ts';
import { textHash } from '../../../src/core/model/hash.ts';
import { agentState } from '../../../src/core/model/state/staff.ts';
import { FileVersions } from '../../../src/core/tools/file-versions.ts';
import { frozenEffects } from '../../../src/core/turn/frozen.ts';
import { scheduleTurn } from '../../../src/core/turn/schedule.ts';
import { UndoSearch } from '../../../src/core/undo/search.ts';
import { stepsOf } from '../../../src/core/undo/steps.ts';
import { undoFiles } from '../../../src/core/undo/undo.ts';
import { asked, HELD, HIRED, opened, RETIRED, replied, visited } from '../entries.ts';
import { configOf, letter, sent, stateOf } from '../world.ts';

const PATH = 'agents/a/memory/k.md';
const LIVE = 'agents/a/workspace/x';
const wrote = (text: string | null, was: string | null, path = PATH, agent = 'a'): Effect => ({
  k: 'wrote',
  agent,
  path,
  text,
  was,
});
type Used = Extract<Entry, { k: 'used' }>;
const used = (files: Used['files'], more: Partial<Used> = {}): Entry => ({
  k: 'used',
  turn: 1,
  agent: 'a',
  n: 1,
  act: 1,
  ok: true,
  text: '',
  files,
  ...more,
});
const use = (tool: string): Entry => ({ k: 'use', turn: 1, agent: 'a', n: 1, act: 1, tool, input: {} });

/** The steps of an undo after these lines, each turn a list; the folder holds these files. */
function steps(of: string, turns: Entry[][], folder: Record<string, Content> = {}, held: Content[] = []): UndoStep[] {
  const search = new UndoSearch(of, (tool) => tool === 'shell');
  for (const [i, lines] of turns.entries()) for (const line of lines) search.take(line, i + 1);
  const wanted = search.wanted();
  const contentOf = (hash: string) => held.find((one) => wanted.has(hash) && contentHash(one) === hash);
  const look = (path: string): string | null => contentHash(folder[path] ?? null);
  return stepsOf(search, { state: stateOf(...turns.flat()), look, contentOf });
}

const whys = (found: UndoStep[]) => found.map(({ why }) => why);

it('says of agents that came and went, and of mail that was taken back, that they stay so', () => {
  const turns: Entry[][] = [
    [{ ...HELD, id: 'A-1-a-1', tool: 'hire_agent', input: { name: 'kid' } }],
    [
      {
        ...{ k: 'decided', id: 'A-1-a-1', decision: 'approved', by: 'human', note: '', outcome: '' },
        held: { ...HELD, id: 'A-1-a-1', tool: 'hire_agent', input: { name: 'kid' } },
      },
      { ...HIRED, turn: 2, agent: 'kid', by: 'a' },
      { ...HIRED, turn: 2, agent: 'other', by: 'b' },
      { k: 'withdrawn', id: 'm1', by: 'human', to: [] },
    ],
    [{ ...RETIRED, turn: 3, agent: 'kid', by: 'a' }],
  ];
  const found = (of: string) => steps(of, turns).map(({ id, on, why }) => [id, on, why]);
  const hired = ['a', 'kid', 'it was hired: lemming agent retire kid'];
  const retired = ['a', 'kid', 'it was retired'];
  expect(found('A-1-a-1')).toEqual([hired, retired]);
  expect(found('a')).toEqual([hired, retired]);
  expect(found('2')).toEqual([
    hired,
    ['b', 'other', 'it was hired: lemming agent retire other'],
    ['human', 'm1', 'mail that was taken back is not sent again'],
  ]);
  expect(found('3.a')).toEqual([retired]);
});

describe('the ids of effects', () => {
  it('count what each did in a turn, in the order of the journal', () => {
    const deeds = new EffectIds();
    const acked: Effect = { k: 'acked', agent: 'a', id: letter().id, author: 'human', reaction: '' };
    const lines: Entry[] = [
      { k: 'drop', turn: 1, found: 'x', hash: 'h', message: letter() },
      used([]),
      wrote('x', null),
      wrote('x', null, PATH, 'b'),
      sent({ from: 'a' }),
      acked,
      { k: 'moved', from: PATH, to: 'agents/a/memory/archive/k.md' },
      { k: 'moved', from: 'agents/a/outbox/m.md', to: 'agents/a/outbox/archive/m.md' },
      { k: 'moved', from: 'org/shared/context/k.md', to: 'x' },
      { k: 'summarised' },
    ];
    const ids = ['human-1', 'a-1', 'a-2', 'b-1', 'a-3', 'a-4', 'a-5'].map((rest) => `E-1-${rest}`);
    expect(lines.map((line) => deeds.idOf(line, 1))).toEqual([...ids, null, null, null]);
    expect(deeds.idOf(wrote('x', null), 2)).toBe('E-2-a-1');
  });
});

describe('what is to be undone', () => {
  const twice = [[wrote('one', null)], [wrote('two', 'one')], [wrote('three', 'two')]];

  it('is found by effect, turn, visit, agent and message, newest first, each building on the newer', () => {
    const files = { [PATH]: 'three' };
    const chain = [
      { id: 'E-3-a-1', agent: 'a', on: PATH, file: { text: 'two', was: 'three' } },
      { id: 'E-2-a-1', agent: 'a', on: PATH, file: { text: 'one', was: 'two' } },
      { id: 'E-1-a-1', agent: 'a', on: PATH, file: { text: null, was: 'one' } },
    ];
    expect(steps('a', twice, files)).toEqual(chain);
    for (const of of ['3', '3.a', 'E-3-a-1']) expect(steps(of, twice, files)).toEqual(chain.slice(0, 1));
    expect(steps('b', twice, files)).toEqual([]);
    const mail = sent({ from: 'a', to: ['b'] });
    expect(steps(mail.message.id, [[mail]])).toEqual([{ id: 'E-1-a-1', agent: 'a', on: mail.message.id, mail: true }]);
  });

  it('is not what was changed since, is as it was before, or was undone', () => {
    expect(whys(steps('2', twice, { [PATH]: 'three' }))).toEqual(['changed since in turn 3 by a']);
    expect(whys(steps('3', twice, { [PATH]: 'mine' }))).toEqual(['changed since by hand']);
    expect(whys(steps('3', twice, { [PATH]: 'two' }))).toEqual(['it is as it was before']);
    const edit: Entry = { k: 'file', path: PATH, text: 'mine' };
    expect(whys(steps('3', [...twice, [edit]], { [PATH]: 'mine' }))).toEqual(['changed since in turn 4 by a person']);
    const undone: Entry = { k: 'undone', id: 'E-3-a-1', by: 'human', on: PATH };
    expect(whys(steps('3', [...twice, [undone]], {}))).toEqual(['already undone in turn 4']);
  });

  it('in a workspace needs the text that stood there, which another line holds', () => {
    const was = textHash('old');
    const turn = [[used([{ path: LIVE, text: 'new', was }])]];
    expect(steps('1', turn, { [LIVE]: 'new' }, ['old'])).toMatchObject([{ file: { text: 'old', was: 'new' } }]);
    expect(whys(steps('1', turn, { [LIVE]: 'new' }))).toEqual([expect.stringContaining('what stood there is not in')]);
    const bytes = used([{ path: LIVE, text: null, was: null, hash: textHash('b'), size: 1 }]);
    expect(whys(steps('1', [[bytes]], { [LIVE]: 'b' }))).toEqual([expect.stringContaining('too large')]);
    const removed = used([{ path: LIVE, text: null, was }]);
    expect(steps('1', [[removed]], {}, ['old'])).toMatchObject([{ file: { text: 'old', was: null } }]);
  });

  it('in a workspace may be no text', () => {
    const [old, made] = [Buffer.from([0, 255]), Buffer.from([1, 254])];
    const left = { path: LIVE, text: null, hash: contentHash(made) as string, size: 2, data: made.toString('base64') };
    const file = { text: old.toString('base64'), was: made.toString('base64'), base64: true };
    const over = [[used([{ ...left, was: contentHash(old) }])]];
    expect(steps('1', over, { [LIVE]: made }, [old])).toMatchObject([{ file }]);
    const overText = [[used([{ ...left, was: textHash('old') }])]];
    const text = { ...file, text: Buffer.from('old').toString('base64') };
    expect(steps('1', overText, { [LIVE]: made }, ['old'])).toMatchObject([{ file: text }]);
    expect(steps('1', [[used([{ ...left, was: null }])]], { [LIVE]: made })).toMatchObject([
      { file: { ...file, text: null } },
    ]);
    const undone = [...over, [{ ...wrote(null, null, LIVE, 'human'), ...file } as Effect]];
    expect(steps('2', undone, { [LIVE]: old })).toMatchObject([
      { file: { text: file.was, was: file.text, base64: true } },
    ]);
    const state = stateOf(opened(1), ...(undone.flat() as Entry[]));
    expect(state.files.workspace.get(LIVE)).toBe(contentHash(old));
  });

  it('is not put where a file or a link stands in the place of its folder, and what was made goes first', () => {
    const [file, folder] = ['agents/a/workspace/src/x', 'agents/a/workspace/src'];
    const removed = { path: file, text: null, was: textHash('old') };
    const made = { path: folder, text: 'new', was: null };
    expect(steps('1', [[used([made, removed])]], { [folder]: 'new' }, ['old'])).toMatchObject([
      { on: folder, file: { text: null } },
      { on: file, file: { text: 'old' } },
    ]);
    const barred = steps('1', [[used([removed])]], { [folder]: 'new' }, ['old']);
    expect(whys(barred)).toEqual([`${folder} is no longer a folder`]);
  });

  it('says what cannot be: tools used once, acknowledgements, paid calls, delivered mail', () => {
    const acked: Effect = { k: 'acked', agent: 'a', id: letter().id, author: 'human', reaction: '' };
    const lines = [
      use('shell'),
      used([]),
      acked,
      sent({ from: 'a' }),
      visited({ agent: 'a', mail: [letter({ from: 'a' }).id] }),
    ];
    const found = steps('1', [[...lines, replied({ cost: 20_000 }), replied({ cost: 10_000 }), replied({ cost: 0 })]]);
    expect(whys(found)).toEqual([
      'it was delivered, or never will be',
      'its author was told at once',
      expect.stringContaining('shell was used once'),
      '2 calls cost 0.03 credits, which cannot be undone',
    ]);
    expect(whys(steps('1', [[replied({ cost: 20_000 })]]))).toEqual([
      '1 call cost 0.02 credits, which cannot be undone',
    ]);
    expect(steps('1', [[use('read_file'), used([])]])).toEqual([]);
    expect(steps('2', [[replied({ cost: 1 })]])).toEqual([]);
    expect(steps('1', [[used([])]])).toEqual([]);
  });

  it('of an approval is all that it brought, and nothing else', () => {
    const decided: Effect = {
      k: 'decided',
      id: HELD.id,
      decision: 'approved',
      by: 'human',
      note: '',
      outcome: '',
      held: HELD,
    };
    const tool = used([{ path: LIVE, text: 'x', was: null }], { n: 0, act: 2 });
    const other = used([{ path: 'agents/a/workspace/y', text: 'x', was: null }], { n: 0, act: 1 });
    const before = { ...decided, id: 'A-1-b-1' };
    const lines = [opened(1), other, tool, wrote('b', null, PATH, 'b'), before, wrote('one', null), decided];
    const after = [{ ...decided, id: 'A-1-c-1' }, wrote('z', null, 'org/shared/z'), visited()];
    const found = steps(HELD.id, [[...lines, ...after]], { [PATH]: 'one', [LIVE]: 'x' });
    expect(found.map(({ id }) => id)).toEqual(['E-1-a-3', 'E-1-a-2']);
    expect(steps('A-1-c-1', [[...lines, ...after]])).toEqual([]);
  });

  it('of an entry that went to the archive is its way back', () => {
    const archived = 'agents/a/memory/archive/k.md';
    const turns: Entry[][] = [[wrote('one', null)], [{ k: 'moved', from: PATH, to: archived }]];
    expect(steps('2', turns, { [archived]: 'one' })).toMatchObject([
      { on: archived, file: { text: null, was: 'one' } },
      { on: PATH, file: { text: 'one', was: null } },
    ]);
    expect(steps('a', turns, { [archived]: 'one' }).at(-1)).toMatchObject({
      on: PATH,
      file: { text: null, was: 'one' },
    });
    expect(whys(steps('1', turns, { [archived]: 'one' }))).toEqual(['changed since in turn 2 by a']);
    expect(whys(steps('2', turns, { [archived]: 'mine' }))).toEqual(['changed since by hand']);
    expect(whys(steps('2', turns, { [archived]: 'one', [PATH]: 'new' }))).toEqual(['changed since by hand']);
    expect(whys(steps('2', [[], turns[1] as Entry[]]))).toEqual(['changed since by hand']);
  });

  it('is bounded', () => {
    const many = Array.from({ length: 501 }, (_, i) => wrote('x', null, `org/shared/${i}`));
    const found = steps('1', [many], Object.fromEntries(many.map((_, i) => [`org/shared/${i}`, 'x'])));
    expect(found).toHaveLength(501);
    expect(found.at(-1)).toMatchObject({ id: 'E-1-a-1', why: expect.stringContaining('500 effects') });
  });
});

const CONFIG = configOf({ edges: { human: ['a'], a: ['b', 'human'], b: [] } });
const undo = (...list: UndoStep[]): UndoEntry => ({ k: 'undo', turn: 2, of: '1', by: 'human', steps: list });
const back = (on: string, agent = 'a'): UndoStep => ({ id: 'E-1-a-1', agent, on, file: { text: 'old', was: 'new' } });

describe('a turn in which something is undone', () => {
  const effects = (entries: UndoEntry[], written = new FileVersions(), live: string[] = []) =>
    undoFiles(stateOf(...entries), written, new Set(live));

  it('puts files back, once, and tells those concerned', () => {
    expect(effects([undo(back(PATH)), undo(back(PATH))])).toEqual([
      { k: 'wrote', agent: 'human', path: PATH, text: 'old', was: 'new' },
      { k: 'undone', id: 'E-1-a-1', by: 'human', on: PATH },
      { k: 'notice', to: 'a', about: 'undo', text: `human undid what you did: ${PATH}` },
      { k: 'notice', to: 'human', about: 'undo', text: `undo 1: undone: E-1-a-1 ${PATH}` },
      {
        k: 'notice',
        to: 'human',
        about: 'undo',
        text: `undo 1: nothing was undone; cannot be undone: E-1-a-1 ${PATH} (already undone in this turn)`,
      },
    ]);
    expect(effects([undo(back(PATH, 'human'))]).filter(({ k }) => k === 'notice')).toHaveLength(1);
  });

  it('leaves what was written in it, by an effect or a tool, and names a few of many', () => {
    const written = new FileVersions();
    written.set(PATH, { text: 'x', by: 'b' });
    const many = Array.from({ length: 30 }, (_, i) => ({ id: `E-1-a-${i}`, agent: 'a', on: '', why: 'why' }));
    const all = effects([undo(back(PATH), back(LIVE), ...many)], written, [LIVE]);
    expect(all).toMatchObject([{ to: 'human', text: expect.stringContaining('and 12 more') }]);
    expect(all).toMatchObject([{ text: expect.stringContaining(`${LIVE} (changed in this turn)`) }]);
  });

  it('puts no file back where a folder of this turn is, and removes one all the same', () => {
    const written = new FileVersions();
    written.set('org/shared/x/y', { text: 'new', by: 'b' });
    const file = { id: 'E-1-a-1', agent: 'a', on: 'org/shared/x' };
    const [told] = effects([undo({ ...file, file: { text: 'old', was: null } })], written);
    expect(told).toMatchObject({ text: expect.stringContaining('(org/shared/x/y was written in this turn)') });
    const removal = { ...file, file: { text: null, was: 'new' } };
    expect(effects([undo(removal)], written)[0]).toMatchObject({ k: 'wrote', path: 'org/shared/x', text: null });
  });

  it('withdraws mail before anybody is given it; who got it keeps it, in the conversation too', () => {
    const mail = sent({ from: 'a', to: ['b', 'human'] });
    const { id, path, thread } = mail.message;
    const state = stateOf(mail);
    const step: UndoStep = { id: 'E-1-a-1', agent: 'a', on: id, mail: true };
    const asks = undo(step, step, { ...step, on: 'gone' }, back(PATH));
    const made = frozenEffects(CONFIG, state, 2, [asks]);
    expect(made).toEqual([
      { k: 'withdrawn', id, by: 'human', to: ['b', 'human'] },
      { k: 'undone', id: 'E-1-a-1', by: 'human', on: id },
      { k: 'moved', from: path, to: expect.stringContaining('/archive/') },
    ]);
    const after = stateOf(mail, ...made);
    expect([after.mail.waiting.size, after.mail.inbox.size, after.mail.threads.get(thread)]).toEqual([0, 0, []]);
    const half = stateOf(mail, visited({ agent: 'b', mail: [id] }));
    const rest = frozenEffects(CONFIG, half, 2, [asks]);
    expect(rest).toMatchObject([{ k: 'withdrawn', to: ['human'] }, { k: 'undone' }]);
    const kept = stateOf(mail, visited({ agent: 'b', mail: [id] }), ...rest);
    expect(kept.mail.threads.get(thread)).toMatchObject([{ id, to: ['b'] }]);
    expect(effects([asks])[0]).toMatchObject({ k: 'wrote', path: PATH });
  });

  it('takes the folder of what came with it to the archive as well, and leaves what a person laid beside it', () => {
    const path = 'agents/human/outbox/000001-01.files/x.txt';
    const message = letter({ attachments: ['x.txt', 'beside.txt'] });
    const attached = [{ path, found: 'agents/human/outbox/f.files/x.txt' }, { path: 'agents/human/outbox/beside.txt' }];
    const state = stateOf({ k: 'drop', turn: 1, found: 'f', hash: 'h', message, attached });
    const asks = undo({ id: 'E-1-human-1', agent: 'human', on: message.id, mail: true });
    const moved = frozenEffects(CONFIG, state, 2, [asks]).filter(({ k }) => k === 'moved');
    expect(moved.map((one) => 'from' in one && one.from)).toEqual([message.path, path]);
    expect(moved.at(-1)).toMatchObject({ to: 'agents/human/outbox/archive/0000/000001-01.files/x.txt' });
  });

  it('buries nothing that it withdraws, and takes nothing back twice or out of no conversation', () => {
    const mail = sent({ from: 'b', to: ['a'], expires: 1 });
    const step: UndoStep = { id: 'E-1-b-1', agent: 'b', on: mail.message.id, mail: true };
    expect(frozenEffects(CONFIG, stateOf(mail), 5, [undo(step)]).map(({ k }) => k)).not.toContain('dead');
    expect(frozenEffects(CONFIG, stateOf(mail), 5, []).map(({ k }) => k)).toContain('dead');
    const withdrawn: Effect = { k: 'withdrawn', id: mail.message.id, by: 'human', to: ['a'] };
    expect(stateOf(mail, withdrawn, withdrawn).mail.waiting.size).toBe(0);
    const forgotten = stateOf(mail);
    forgotten.mail.threads.clear(); // of long conversations only the end is kept
    apply(forgotten, withdrawn);
    expect(forgotten.mail.waiting.size).toBe(0);
    const state = stateOf(mail);
    state.mail.threads.clear();
    const more = stateOf(mail, sent({ from: 'b', n: 2, thread: mail.message.thread }));
    expect(frozenEffects(CONFIG, state, 2, [undo(step)])).toHaveLength(3);
    expect(more.mail.threads.get(mail.message.thread)).toHaveLength(2);
  });

  it('is made for the request, which waits in the state until the freeze', () => {
    const request = asked({ ask: 'undo', by: 'human', id: '1' });
    const state = stateOf(request);
    expect(state.undo.asked).toEqual([{ of: '1', by: 'human' }]);
    expect(agentState(state.staff, 'a').notices).toEqual([]);
    const done = stateOf(request, undo(back(PATH)));
    expect([done.undo.asked.length, done.undo.undoing.length]).toEqual([0, 1]);
    expect(stateOf(request, undo(), { k: 'commit', turn: 2, lock: 1 }).undo.undoing).toEqual([]);
    expect(scheduleTurn(CONFIG, state, 2, {} as never).some(({ due }) => due)).toBe(false);
  });

  it('knows the workspace by what it put there', () => {
    const was = used([{ path: LIVE, text: 'new', was: null }]);
    expect(stateOf(was, wrote('old', 'new', LIVE, 'human')).files.workspace.get(LIVE)).toBe(textHash('old'));
    const gone = stateOf(was, wrote(null, 'new', LIVE, 'human'));
    expect([gone.files.workspace.has(LIVE), gone.files.texts.has(LIVE)]).toEqual([false, false]);
  });
});
