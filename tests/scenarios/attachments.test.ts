import { describe, expect, it } from 'vitest';
import { redact } from '../../src/app/redact.ts';
import type { Json } from '../../src/core/model/call.ts';
import { load } from '../../src/engine/journal/load.ts';
import { verifyJournal } from '../../src/engine/journal/verify.ts';
import { Lab } from '../engine/world.ts';
import { keptIn } from '../kept.ts';
import { type Act, type Mind, resultsIn, say, textOf } from '../regression/org.ts';
import { isWhole } from '../regression/whole.ts';

const PAGE = '<script src="app.js"></script> This is the page of the coder.';
const SCRIPT = 'document.title = "It works.";';
const EDGES = {
  human: ['boss', 'coder'],
  boss: ['human', 'coder', 'clerk'],
  coder: ['boss'],
  clerk: ['boss', 'human'],
};

function lab(mind: Mind, more: Partial<ConstructorParameters<typeof Lab>[0]> = {}): Lab {
  const tools = { tools: ['read_file', 'write_file'] };
  const files = {
    'agents/coder/workspace/site/index.html': PAGE,
    'agents/coder/workspace/site/app.js': SCRIPT,
  };
  return new Lab({ edges: EDGES, resumes: { boss: tools, coder: tools, clerk: tools }, files, ...more }, mind);
}

function read(path: string): Act {
  return { tool: 'read_file', input: { path } };
}

function attach(to: string, ...attachments: string[]): Act {
  return say(to, `Here: ${attachments.join(', ')}`, { attachments });
}

/** The coder hands a page to the boss, who hands it to the human and to the clerk, who hands it back. */
const HAND_OVER: Mind = ({ agent, turn }) => {
  if (agent === 'coder' && turn === 1) return [attach('boss', 'site/index.html', 'site/app.js')];
  const page = ['attachments/index.html', 'attachments/app.js'];
  if (agent === 'boss' && turn === 2) return [attach('human', ...page), attach('clerk', ...page)];
  return agent === 'clerk' && turn === 3 ? [attach('boss', 'attachments/index.html')] : [];
};

async function handedOver(more = {}): Promise<Lab> {
  const org = lab(HAND_OVER, more);
  org.drop('coder', 'Build a page.');
  await org.turns(4);
  return org;
}

describe('what comes with a message', () => {
  it('lies in the folder of the message under its own name, and its reader is told', async () => {
    const org = await handedOver();
    expect(org.paths(/^agents\/coder\/outbox\//)).toEqual([
      'agents/coder/outbox/000001-01-boss-here-site-index-html-site-app-js.md',
      'agents/coder/outbox/000001-01.files/app.js',
      'agents/coder/outbox/000001-01.files/index.html',
    ]);
    expect(textOf(org.visits('boss')[0])).toContain('attachments="index.html, app.js"');
    await isWhole(org);
  });

  it('can be sent on, also what was sent on, and the journal holds its bytes once', async () => {
    const org = await handedOver();
    for (const folder of ['human', 'clerk'].map((_, i) => `agents/boss/outbox/000002-0${i + 1}.files`)) {
      expect(org.read(`${folder}/index.html`)).toBe(PAGE);
      expect(org.read(`${folder}/app.js`)).toBe(SCRIPT);
    }
    expect(org.read('agents/clerk/outbox/000003-01.files/index.html')).toBe(PAGE);
    const text = [...org.disk.files((path) => path.startsWith('org/journal/')).values()].join('');
    expect(text.split(Buffer.from(PAGE).toString('base64'))).toHaveLength(2);
    await isWhole(org);
  });

  it('of a person lies in a folder named after the message, is read at once, and then moves to the folder of its id', async () => {
    const org = lab(({ agent, n, turn }) => {
      if (agent !== 'boss' || turn > 1) return [];
      return n === 1 ? [read('attachments/plan.md')] : [attach('clerk', 'attachments/plan.md')];
    });
    org.withFile('agents/human/outbox/note.md', '---\nto: boss\nattachments: [plan.md]\n---\nSee the plan.\n');
    org.withFile('agents/human/outbox/note.files/plan.md', '---\nto: coder\n---\nThe plan of the person.\n');
    await org.turns(2);
    expect(resultsIn(org.prompts[1])).toMatchObject([{ ok: true, text: expect.stringContaining('The plan of') }]);
    expect(org.lines('drop')).toHaveLength(1);
    expect(org.paths(/^agents\/human\/outbox\//)).toEqual([
      'agents/human/outbox/000001-01-boss-see-the-plan.md',
      'agents/human/outbox/000001-01.files/plan.md',
    ]);
    expect(org.disk.stat('agents/human/outbox/note.files')).toBeNull();
    expect(org.read('agents/boss/outbox/000001-01.files/plan.md')).toContain('The plan of the person.');
    await isWhole(org);
  });

  it('is never read as a message, whatever it is called', async () => {
    const org = lab(() => []);
    for (const name of ['boss.md', 'coder.txt', 'x.md'])
      org.withFile(`agents/human/outbox/boss.files/${name}`, '---\nto: boss\n---\nNo message.\n');
    await org.turns(1);
    expect([...org.lines('drop'), ...org.lines('aside')]).toEqual([]);
  });

  it('is still read when the message is old, from the archive', async () => {
    const org = lab(
      ({ agent, turn, n }) => {
        if (agent === 'coder' && turn === 1) return [attach('boss', 'site/index.html')];
        if (agent !== 'boss' || turn < 3) return [];
        return n === 1
          ? [read('attachments/000001-coder-01/index.html'), read('attachments/index.html')]
          : [attach('human', 'attachments/000001-coder-01/index.html')];
      },
      { org: { limits: { live_turns: 2 } } },
    );
    org.drop('coder', 'Build a page.');
    await org.turns(60);
    const old = 'agents/coder/outbox/archive/0000/000001-01.files/index.html';
    expect(org.paths(/coder\/outbox\/.*index\.html$/)).toEqual([old]);
    expect(org.disk.stat('agents/coder/outbox/000001-01.files')).toBeNull();
    org.drop('boss', 'Show me the page.');
    await org.turns(1);
    expect(resultsIn(org.prompts.at(-1))).toMatchObject([
      { ok: true, text: PAGE },
      {
        ok: false,
        text: expect.stringContaining(
          'What came with earlier mail, or with the result of a task, is attachments/<its id>/NAME.',
        ),
      },
    ]);
    expect(org.read('agents/boss/outbox/000061-01.files/index.html')).toBe(PAGE);
    await isWhole(org);
  });

  it('with one name in two messages is refused with both choices', async () => {
    const org = lab(({ agent, turn, n }) => {
      if (agent === 'coder' && turn === 1)
        return [attach('boss', 'site/app.js'), say('boss', 'Again.', { attachments: ['site/app.js'] })];
      if (agent !== 'boss' || turn !== 2 || n > 1) return [];
      return [read('attachments/app.js'), attach('human', 'attachments/app.js')];
    });
    org.drop('coder', 'Build a page.');
    await org.turns(2);
    const choices = '"attachments/000001-coder-01/app.js" or "attachments/000001-coder-02/app.js"';
    expect(resultsIn(org.prompts.at(-1))).toMatchObject([
      { ok: false, text: expect.stringContaining(choices) },
      { ok: false, text: expect.stringContaining(choices) },
    ]);
  });

  it('cannot be read by whoever was not given it', async () => {
    const org = lab(({ agent, turn, n }) => {
      if (agent === 'coder' && turn === 1) return [attach('boss', 'site/app.js'), say('boss', 'Tell the clerk.')];
      if (agent === 'boss' && turn === 2) return [say('clerk', 'It is 000001-coder-01.')];
      if (agent !== 'clerk' || n > 1) return [];
      return [read('attachments/000001-coder-01/app.js'), attach('human', 'attachments/000001-coder-01/app.js')];
    });
    org.drop('coder', 'Build a page.');
    await org.turns(3);
    expect(resultsIn(org.prompts.at(-1)).map(({ ok }) => ok)).toEqual([false, false]);
    expect(org.messages('clerk')).toEqual([]);
  });

  it('is sent on when a person approves it turns later, from the mail of that visit', async () => {
    const org = lab(HAND_OVER, {
      org: { policies: [{ act: 'send_message agent:boss to:human', do: { ask: ['human'] } }] },
    });
    org.drop('coder', 'Build a page.');
    await org.turns(3);
    expect(org.paths(/^agents\/boss\/outbox\/.*index.html$/)).toEqual([
      'agents/boss/outbox/000002-01.files/index.html',
    ]);
    await org.ask({ ask: 'approve', by: 'human', id: 'A-2-boss-1', note: '' });
    await org.turns(1);
    expect(org.read('agents/boss/outbox/000004-01.files/index.html')).toBe(PAGE);
    await isWhole(org);
  });

  it('holds what the same visit wrote into a shared file', async () => {
    const org = lab(
      ({ n }) =>
        n === 1
          ? [
              { tool: 'write_file', input: { path: 'shared/s.md', content: 'New.' } as Json },
              attach('boss', 'shared/s.md'),
            ]
          : [],
      { resumes: { coder: { tools: ['write_file'], shared: ['s.md'] } }, files: { 'org/shared/s.md': 'Old.' } },
    );
    org.drop('coder', 'Go.');
    await org.turns(1);
    expect(org.read('agents/coder/outbox/000001-01.files/s.md')).toBe('New.');
    await isWhole(org);
  });
});

it('a process that dies at any moment of sending on leaves every copy whole', async () => {
  for (let at = 1; ; at++) {
    const org = lab(HAND_OVER);
    org.drop('coder', 'Build a page.');
    await org.turns(1);
    const died = await org.dies(at, () => org.turns(1));
    await org.turns(1);
    expect(org.read('agents/boss/outbox/000002-01.files/index.html')).toBe(PAGE);
    expect(org.read('agents/boss/outbox/000002-02.files/app.js')).toBe(SCRIPT);
    expect(verifyJournal(org.disk).faults).toEqual([]);
    if (!died) break;
  }
});

it.each(['000001-coder-01', '000002-boss-01', '000003-clerk-01'])('redacting %s reaches every copy', async (id) => {
  const org = await handedOver();
  const found = redact(org.disk, load(org.disk, keptIn(org.disk)), id);
  const pages = org.paths(/outbox\/.*index\.html$/);
  expect(pages).toHaveLength(4);
  for (const path of pages) expect(org.read(path)).toBe('[redacted]');
  expect(found.also_in).toContain('agents/coder/workspace/site/index.html');
  const text = [...org.disk.files((path) => path.startsWith('org/journal/')).values()].join('');
  expect(text).not.toContain(Buffer.from(PAGE).toString('base64'));
  await isWhole(org);
  await org.turns(1);
});

it("redacting a person's message takes its file out of the folder, and erases the copies that were sent on", async () => {
  const org = lab(({ agent, turn }) =>
    agent === 'boss' && turn === 1 ? [attach('clerk', 'attachments/plan.md')] : [],
  );
  org.withFile('agents/human/outbox/note.md', '---\nto: boss\nattachments: [plan.md]\n---\nSee the plan.\n');
  org.withFile('agents/human/outbox/note.files/plan.md', 'The plan of the person.\n');
  await org.turns(2);
  redact(org.disk, load(org.disk, keptIn(org.disk)), '000001-human-01');
  expect(org.paths(/plan\.md$/)).toEqual(['agents/boss/outbox/000001-01.files/plan.md']);
  expect(org.read('agents/boss/outbox/000001-01.files/plan.md')).toBe('[redacted]');
  await isWhole(org);
});
