import { describe, expect, it } from 'vitest';
import { readJournal } from '../../src/disk/journal/journal.ts';
import { Recompute } from '../../src/engine/replay/recompute.ts';
import { Crash } from '../../src/testing/memory-disk.ts';
import { TOOLS } from '../../src/tools/all.ts';
import { visitIn } from '../../src/views/journal/call.ts';
import { type Act, type Mind, Org, PRICED, say, textOf } from '../regression/org.ts';

const EDGES = { human: ['a', 'b'], a: ['b', 'human'], b: ['a', 'human'] };
const RESUMES = { a: { tools: ['write_file', 'list_files'], shared: ['status.md'] } };

function write(path: string, content: string): Act {
  return { tool: 'write_file', input: { path, content } };
}

/** What the replay makes of the journal: where it differs, and how many visits it made. */
async function recomputed(org: Org) {
  const again = new Recompute(TOOLS, org.ports());
  for (const group of readJournal(org.disk, [])) await again.take(group);
  return { divergence: again.divergence, visits: again.visits };
}

function shown(org: Org, turn: number, agent: string) {
  return visitIn(org.journal(), turn, agent);
}

describe('the environment block', () => {
  it('says that programs do not see shared files, to whoever runs programs', async () => {
    const shared = { shared: ['.'] };
    const org = new Org({
      edges: EDGES,
      resumes: { a: { tools: ['read_file', 'shell'], ...shared }, b: { tools: ['read_file'], ...shared } },
    });
    for (const agent of ['a', 'b']) org.drop(agent, 'Begin.');
    await org.turns(1);
    expect(org.visits('b').map(textOf)[0]).toContain('Shared files that you may read: shared/.');
    const line = (agent: string) => /Shared files.*/.exec(org.visits(agent).map(textOf)[0] ?? '')?.[0];
    expect(line('a')).toBe(`${line('b')} Programs that you run do not see them, only your workspace.`);
  });

  it('counts pieces of shared files that may be replaced as writing', async () => {
    const org = new Org({ edges: EDGES, resumes: { a: { tools: ['read_file', 'edit_file'], shared: ['docs'] } } });
    org.drop('a', 'Begin.');
    await org.turns(1);
    expect(org.visits('a').map(textOf)[0]).toContain('Shared files that you may read and write: shared/docs.');
  });

  it('tells in each turn what the turn before left, and the journal gives the same bytes again', async () => {
    const mind: Mind = ({ agent, turn, n }) => {
      if (agent !== 'a' || n > 1) return undefined;
      return turn === 1 ? [write('page/index.html', 'x'), say('b', 'Look.', { subject: 'Plan' })] : undefined;
    };
    const org = new Org(
      { edges: EDGES, resumes: RESUMES, models: PRICED, credits: { agents: { a: { grant: 1 }, b: { grant: 1 } } } },
      mind,
    );
    org.drop('a', 'Begin.');
    await org.turns(1);
    org.drop('a', 'Go on.');
    await org.turns(1);
    const [first, second] = org.visits('a').map(textOf);
    expect(first).toMatch(
      /^Turn 1, \d+ \w+ \d{4}, \d\d:\d\d UTC\. 1 credits? left\.\nShared files that you may write: shared\/status\.md\.\n\n## Your mail/,
    );
    expect(second).toMatch(
      /^Turn 2, .* 0\.98 credits left\.\nYour files: page\/ \(1 file\)\.\nShared files .*\nLately you: turn 1 wrote page\/index\.html; sent 000001-a-01 "Plan" to b \(not read yet by b\)\.\n/,
    );
    expect(await recomputed(org)).toEqual({ divergence: null, visits: 3 });
    expect(shown(org, 2, 'a')?.calls).toMatchObject([{ exact: true }]);
  });

  it('has the same bytes after a kill between two calls, whatever a person and a program changed meanwhile', async () => {
    let calls = 0;
    const mind: Mind = ({ agent, n }) => {
      if (agent !== 'a') return undefined;
      calls++;
      return n === 1 ? [{ tool: 'list_files', input: {} }] : undefined;
    };
    const org = new Org({ edges: EDGES, resumes: RESUMES }, mind);
    org.repeatable = false;
    org.withFile('agents/a/workspace/draft.md', 'x');
    org.drop('a', 'Begin.');
    org.disk.plan = () => (calls >= 2 ? 'crash-before' : 'go');
    await expect(org.turns(1)).rejects.toThrow(Crash);
    org.disk.plan = () => 'go';
    org.restart();
    org.disk.put('agents/a/workspace/by-a-person.md', 'x');
    org.disk.unlink('agents/a/workspace/draft.md');
    org.disk.put('agents/a/workspace/built/by-a-program.js', 'x');
    org.clock.now = () => Date.UTC(2031, 0, 1);
    await org.turns(1);
    const texts = org.prompts
      .filter(({ agent, turn }) => agent === 'a' && turn === 1)
      .map((one) => textOf(one).split('\n\n')[0]);
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toContain('Your files: draft.md.');
    expect(shown(org, 1, 'a')?.calls.every(({ exact }) => exact)).toBe(true);
    expect(await recomputed(org)).toEqual({ divergence: null, visits: 1 });
    org.drop('a', 'And now?');
    await org.turns(1);
    expect(textOf(org.visits('a').at(-1))).toContain('Your files: built/ (1 file), by-a-person.md.');
  });

  it('looks into the workspace of nobody who is not due, and journals nothing that is as it was', async () => {
    const org = new Org({ edges: EDGES, resumes: RESUMES });
    org.withFile('agents/a/workspace/x', 'x').withFile('agents/b/workspace/y', 'y');
    const looked: string[] = [];
    for (const text of ['One.', 'Two.']) {
      org.drop('a', text);
      org.disk.looking = ({ name, path }) => {
        if (name === 'list' && path.includes('/workspace')) looked.push(path);
        return 'go';
      };
      await org.turns(1);
    }
    expect(new Set(looked)).toEqual(new Set(['agents/a/workspace']));
    expect(org.lines('workspace')).toEqual([{ k: 'workspace', agent: 'a', entries: [{ name: 'x' }] }]);
  });

  it('a summary is asked for with what was spent before the turn, at any order of replies', async () => {
    const org = new Org({
      edges: EDGES,
      models: PRICED,
      credits: { agents: { a: { grant: 1 }, b: { grant: 1 } } },
      org: { summary: { agent: 'a', every: 2 } },
    });
    org.drop(['a', 'b'], 'Begin.');
    await org.turns(1);
    org.drop(['a', 'b'], 'Go on.');
    await org.turns(1);
    expect(textOf(org.visits('a').at(-1))).toContain('- Spent so far: 0.02 credits.\n');
    expect((await recomputed(org)).divergence).toBeNull();
  });
});

describe('a model with a small context window', () => {
  const LONG = Array.from({ length: 900 }, (_, i) => `line ${i}`).join('\n');
  const reads = (paths: string[]): Mind => {
    return ({ agent, n }) => {
      const path = agent === 'a' ? paths[n - 1] : undefined;
      return path === undefined ? undefined : [{ tool: 'read_file', input: { path } }];
    };
  };
  const small = (mind: Mind, window?: number) => {
    const model = { provider: 'mind', ...(window && { context_window: window }) };
    const org = new Org({ edges: EDGES, resumes: { a: { tools: ['read_file'] } }, models: { default: model } }, mind);
    for (const name of ['x', 'y', 'z']) org.withFile(`agents/a/workspace/${name}`, `${name}\n${LONG}`);
    org.drop('a', 'Read all.');
    return org;
  };

  it('has old results cut in a long visit; a call that is made again shows all; the journal makes the same bytes', async () => {
    const org = small(reads(['x', 'y', 'z', 'x']), 10_000);
    await org.turns(1);
    const texts = org.prompts.map((prompt) =>
      prompt.parts.flatMap((part) => (part.role === 'tool' ? [part.text] : [])),
    );
    const cut = texts.map((all) => all.map((text) => text.includes('left out to save room')));
    expect(cut.at(-1)).toEqual([true, true, false, false]);
    expect(cut[1]).toEqual([false]);
    expect(texts.at(-1)?.at(-1)).toContain('line 899');
    expect(org.lines('used').map(({ text }) => text.includes('line 899'))).toEqual([true, true, true, true]);
    expect(shown(org, 1, 'a')?.calls.map(({ exact }) => exact)).toEqual([true, true, true, true, true]);
    expect(shown(org, 1, 'a')?.calls.at(-1)?.parts).toEqual(org.prompts.at(-1)?.parts);
    expect(await recomputed(org)).toEqual({ divergence: null, visits: 1 });
  });

  it('of which nothing is known is sent all', async () => {
    const org = small(reads(['x', 'y', 'z']));
    await org.turns(1);
    expect(JSON.stringify(org.prompts.at(-1)?.parts)).not.toContain('left out');
  });
});
