import { describe, expect, it } from 'vitest';
import { shortHash } from '../../../src/core/model/hash.ts';
import type { WorldTool } from '../../../src/core/model/tool.ts';
import { DiskError, type DiskFailure } from '../../../src/disk/fs/disk.ts';
import { Engine } from '../../../src/engine/turn/engine.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { type Act, resultsIn } from '../../regression/org.ts';
import { isWhole } from '../../regression/whole.ts';
import { Lab } from '../world.ts';

const WRITE = (path: string, content: string): Act => ({ tool: 'write_file', input: { path, content } });
const READ = (path: string): Act => ({ tool: 'read_file', input: { path } });

/** Agent a does these acts in the first call of its first visit. */
function lab(acts: Act[], files: Record<string, string> = {}): Lab {
  const org = new Lab(
    {
      edges: { human: ['a'], a: [] },
      resumes: { a: { tools: ['read_file', 'write_file', 'list_files'], shared: ['docs'] } },
      files,
    },
    ({ turn, n }) => (turn === 1 && n === 1 ? acts : []),
  );
  org.drop('a', 'Begin.');
  return org;
}

/** The same, with a tool of another behaviour in the place of read_file. */
function labWith(run: WorldTool['run']): Engine & { org: Lab } {
  const org = lab([READ('x')]);
  const engine = Engine.open(
    org.ports(),
    new Map([...TOOLS, ['read_file', { ...(TOOLS.get('read_file') as WorldTool), run }]]),
    'run',
  );
  return Object.assign(engine, { org });
}

describe('the result of a tool', () => {
  it('is told in the order of the acts, as each left the workspace', async () => {
    const org = lab([READ('x'), WRITE('x', 'one'), READ('x'), WRITE('x', 'two'), READ('x')]);
    await org.turns(1);
    expect(resultsIn(org.prompts[1]).map(({ ok, text }) => [ok, text])).toEqual([
      [false, 'There is no file "x".'],
      [true, expect.stringMatching(/^wrote x \(3 bytes, hash [\w-]{16}\)$/)],
      [true, 'one'],
      [true, expect.stringMatching(/^wrote x \(3 bytes, hash [\w-]{16}\)$/)],
      [true, 'two'],
    ]);
  });

  it.each<[string, unknown, string]>([
    ['an error', new Error('it broke'), 'The tool failed: it broke'],
    ['what is no error', 'oops', 'The tool failed: oops'],
    [
      'a failure of the disk that concerns one file',
      new DiskError('denied', 'x', 'EACCES'),
      'The tool failed: x: EACCES',
    ],
  ])('is a failure when the tool throws %s', async (_what, thrown, text) => {
    const engine = labWith(() => {
      throw thrown;
    });
    expect((await engine.turn()).visits).toMatchObject([{ outcome: 'ok' }]);
    engine.close();
    expect(resultsIn(engine.org.prompts[1])).toEqual([{ tool: 'read_file', ok: false, text }]);
  });

  it.each(['full', 'io', 'read-only', 'handles'] as DiskFailure[])(
    'is none when the disk fails (%s): the engine stops, and the turn is finished later',
    async (failure) => {
      const engine = labWith(() => {
        throw new DiskError(failure, 'x', failure);
      });
      await expect(engine.turn()).rejects.toMatchObject({
        fault: {
          code:
            { full: 'disk-full', 'read-only': 'disk-read-only', handles: 'no-handles' }[failure as string] ??
            'disk-error',
        },
      });
      engine.close();
      engine.org.restart();
      expect((await engine.org.turns(1))[0]).toMatchObject({ turn: 1, visits: [{ outcome: 'ok' }] });
    },
  );

  it('is cut when it is very long', async () => {
    const engine = labWith(() => ({ ok: true, text: 'x'.repeat(100_000) }));
    await engine.turn();
    engine.close();
    expect(resultsIn(engine.org.prompts[1])[0]?.text).toMatch(/^x{59960}\n\[cut: 40040 more characters\]$/);
  });
});

describe('a shared file', () => {
  it('is written with the turn, based on what stood there', async () => {
    const org = lab([WRITE('shared/docs/x', 'new'), WRITE('shared/docs/y', 'made')], { 'org/shared/docs/x': 'old' });
    await org.turns(1);
    expect(org.lines('wrote')).toEqual([
      { k: 'wrote', agent: 'a', path: 'org/shared/docs/x', text: 'new', was: 'old' },
      { k: 'wrote', agent: 'a', path: 'org/shared/docs/y', text: 'made', was: null },
    ]);
    expect([org.read('org/shared/docs/x'), org.read('org/shared/docs/y')]).toEqual(['new', 'made']);
  });

  it('that is written twice in a visit is written once, with the last text', async () => {
    const org = lab([WRITE('shared/docs/x', 'one'), READ('shared/docs/x'), WRITE('shared/docs/x', 'two')], {
      'org/shared/docs/x': 'old',
    });
    const [report] = await org.turns(1);
    expect(resultsIn(org.prompts[1])[1]).toMatchObject({ text: 'one' });
    expect(org.lines('wrote')).toMatchObject([{ text: 'two', was: 'old' }]);
    expect([org.read('org/shared/docs/x'), report?.conflicts]).toEqual(['two', []]);
  });

  it('that two agents write in one turn is the first one’s in chart order; the other’s lies beside it', async () => {
    const org = new Lab(
      {
        edges: { human: ['z', 'a'], z: [], a: [] },
        resumes: Object.fromEntries(['z', 'a'].map((name) => [name, { tools: ['write_file'], shared: ['.'] }])),
      },
      ({ agent, n }) => (n === 1 ? [WRITE('shared/x', agent)] : []),
    );
    org.drop(['z', 'a'], 'Begin.');
    const [report] = await org.turns(1);
    expect([org.read('org/shared/x'), org.read('org/shared/x.conflict-1')]).toEqual(['z', 'a']);
    expect(report?.conflicts).toEqual([]);
    const told = org.lines('notice').map(({ to, text }) => [to, text]);
    expect(told).toEqual([
      [
        'a',
        'z changed shared/x in the same turn in the same place: it stands as z wrote it, and your text is shared/x.conflict-1.',
      ],
      [
        'human',
        'a and z changed shared/x in one turn in the same place: it stands as z wrote it, and the text of a is shared/x.conflict-1.',
      ],
    ]);
    await isWhole(org);
  });

  it.each<[string, string | null, [string, string], string]>([
    [
      'one text, when they changed different places',
      'one\ntwo\nthree\n',
      ['ONE\ntwo\nthree\n', 'one\ntwo\nTHREE\n'],
      'ONE\ntwo\nTHREE\n',
    ],
    ['one text, when they differ only at the end', null, ['{}', '{}\n'], '{}'],
    ['one text, when they wrote the same', null, ['{}', '{}'], '{}'],
  ])('that two agents write in one turn is %s', async (_, before, texts, after) => {
    const org = new Lab(
      {
        edges: { human: ['z', 'a'], z: [], a: [] },
        resumes: Object.fromEntries(['z', 'a'].map((name) => [name, { tools: ['write_file'], shared: ['.'] }])),
        files: before === null ? {} : { 'org/shared/x': before },
      },
      ({ agent, n }) => (n === 1 ? [WRITE('shared/x', texts[agent === 'z' ? 0 : 1])] : []),
    );
    org.drop(['z', 'a'], 'Begin.');
    await org.turns(1);
    expect(org.read('org/shared/x')).toBe(after);
    expect(org.paths(/conflict/)).toEqual([]);
    expect(org.lines('notice')).toEqual([]);
    await isWhole(org);
  });
});

describe('a workspace', () => {
  it('is journaled as it was left: the text, and the hash of what stood there before', async () => {
    const org = lab([WRITE('x', 'one'), WRITE('x', 'two')]);
    await org.turns(1);
    expect(org.lines('used').map(({ files }) => files)).toMatchObject([
      [{ path: 'agents/a/workspace/x', text: 'one', was: null }],
      [{ text: 'two', was: expect.stringMatching(/^[\w-]{43}$/) }],
    ]);
    expect(org.lines('use').map(({ act, tool, input }) => [act, tool, input])).toEqual([
      [1, 'write_file', { path: 'x', content: 'one' }],
      [2, 'write_file', { path: 'x', content: 'two' }],
    ]);
  });

  it('keeps each text that a person was still writing when a tool replaced it', async () => {
    const org: Lab = new Lab({ edges: { human: ['a'], a: [] }, resumes: { a: { tools: ['write_file'] } } }, ({ n }) => {
      if (n > 1 && n < 4) org.disk.put('agents/a/workspace/x', `a person's ${n}`);
      return n < 4 ? [WRITE('x', `${n}`)] : [];
    });
    org.drop(['a'], 'Begin.');
    org.disk.now = () => org.clock.now();
    await org.turns(1);
    expect(['x', 'x.conflict-1', 'x.conflict-1-2'].map((name) => org.read(`agents/a/workspace/${name}`))).toEqual([
      '3',
      "a person's 2",
      "a person's 3",
    ]);
  });

  it('survives a power loss, a tool that was not finished is used again', async () => {
    const org = lab([WRITE('x', 'one')]);
    await org.turns(1);
    org.powerLoss();
    await org.turns(1);
    expect(org.read('agents/a/workspace/x')).toBe('one');
  });
});

describe('a file that a person changes while the model thinks', () => {
  const PATH = 'agents/a/workspace/x.txt';
  const BASE = 'one\ntwo\nthree\nfour\n';
  const expected = shortHash(BASE);
  const now = (org: Lab) => Buffer.from(org.disk.read(PATH) ?? []).toString();

  /** Agent a reads it, a person writes `theirs`, and a writes `mine` over what it had read. */
  function meeting(theirs: string, mine: string): Lab {
    const write = { tool: 'write_file', input: { path: 'x.txt', content: mine, expected } };
    const org: Lab = new Lab(
      { edges: { human: ['a'], a: [] }, resumes: { a: { tools: ['read_file', 'write_file'] } } },
      ({ turn, n }) => {
        if (turn !== 1 || n > 2) return [];
        if (n === 1) return [{ tool: 'read_file', input: { path: 'x.txt', hash: true } }];
        if (now(org) === BASE) org.disk.put(PATH, theirs);
        return [write];
      },
    );
    org.disk.put(PATH, BASE);
    org.drop('a', 'Begin.');
    return org;
  }

  it('has both changes, and the agent goes on from the hash of both', async () => {
    const org = meeting('one\ntwo\nthree\nFOUR\n', '1\ntwo\nthree\nfour\n');
    await org.turns(1);
    const both = '1\ntwo\nthree\nFOUR\n';
    expect(now(org)).toBe(both);
    expect(resultsIn(org.prompts[2])[0]).toMatchObject({ ok: true, text: expect.stringContaining(shortHash(both)) });
  });

  it('has both changes wherever the process dies', async () => {
    for (let n = 1, died = true; died; n++) {
      const org = meeting('one\ntwo\nthree\nFOUR\n', '1\ntwo\nthree\nfour\n');
      died = await org.dies(n, () => org.turns(1));
      if (!died) break;
      await org.turns(1);
      expect([n, now(org)]).toEqual([n, '1\ntwo\nthree\nFOUR\n']);
    }
  });

  it('stays the person’s where both changed one place, and the agent is told what was changed', async () => {
    const org = meeting('one\n2\nthree\nfour\n', 'one\nII\nthree\nfour\n');
    await org.turns(1);
    expect(now(org)).toBe('one\n2\nthree\nfour\n');
    expect(resultsIn(org.prompts[2])[0]).toMatchObject({
      ok: false,
      text: expect.stringMatching(/^Refused \(conflict\): "x.txt" has the hash [\w-]{16} now.*\n one\n-two\n\+2\n/),
    });
  });
});
