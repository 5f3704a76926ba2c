import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ask } from '../../../src/app/requests.ts';
import { post } from '../../../src/app/requests.ts';
import { withEngine } from '../../../src/app/run-engine.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import { bytesHash } from '../../../src/disk/fs/materialise.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { chain, GENESIS, readJournal } from '../../../src/disk/journal/journal.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import type { OrgPlan } from '../../../src/testing/build-org.ts';
import { ownedEnv } from '../../home.ts';
import { ask } from '../relay.ts';
import { filesIn, scratch, scratchOrg } from '../world.ts';

/** Agents that use everything the journal tells of: workspaces, memory, shared files, attachments, held acts, plain answers. */
export const BUSY: OrgPlan = {
  edges: { human: ['a', 'b', 'c'], a: ['b', 'human'], b: ['a', 'human'], c: ['human'] },
  rules: [
    {
      when: { agent: 'a', from: 'human', call: 1 },
      reply: {
        acts: [
          write('plan.txt', 'Plan: {body}'),
          tool('remember', { key: 'asked', text: '{body}' }),
          tool('send_message', { to: 'b', body: 'Please do: {body}', attachments: ['plan.txt'] }),
        ],
      },
    },
    {
      when: { agent: 'b', from: 'a', call: 1 },
      reply: {
        acts: [write('shared/result.md', 'By turn {turn}'), tool('send_message', { to: 'a', body: 'It is done.' })],
      },
    },
    {
      when: { agent: 'a', from: 'b', call: 1 },
      reply: {
        acts: [
          tool('send_message', { to: 'human', body: 'b says: {body}' }),
          tool('send_message', { to: 'nobody', body: 'x' }),
        ],
      },
    },
    { when: { agent: 'c', from: 'human' }, reply: { text: 'I answer in plain words, number {turn}.' } },
  ],
  resumes: { a: { tools: ['write_file', 'remember'] }, b: { tools: ['write_file', 'ask:remember'], shared: ['.'] } },
  credits: { agents: { a: { grant: 1 }, b: { grant: 1 }, c: { grant: 1 } } },
  models: { default: { provider: 'scripted', script: 'org/script.yaml', price: { per_call: 0.01 } } },
  files: {
    '.gitignore': '.lemming/\n',
    'agents/a/memory/old.md': '---\nkey: old\n---\nAn old entry.\n',
    'org/shared/people.txt': 'made by hand\n',
  },
};

function tool(name: string, input: Record<string, unknown>) {
  return { tool: name, input };
}

function write(path: string, content: string) {
  return tool('write_file', { path, content });
}

/** Makes turns in the org, as many as that. */
export async function turns(root: string, many: number): Promise<void> {
  await withEngine({ machine: realMachine, root, env: ownedEnv(root) }, 'run', async (engine) => {
    for (let i = 0; i < many; i++) await engine.turn();
  });
}

/** A busy org in which the human asked a and c, and four turns were made. */
export async function busyOrg(plan: OrgPlan = BUSY): Promise<string> {
  const root = scratchOrg(plan);
  ask(root, 'a', 'Tell me the figures.');
  ask(root, 'c', 'Say something.');
  await turns(root, 4);
  return root;
}

/** A copy of an org without `.lemming`. */
export function copyOf(root: string): string {
  const copy = scratch();
  cpSync(root, copy, { recursive: true, filter: (path) => path !== join(root, '.lemming') });
  return copy;
}

/** Everything that must be the same bytes. */
export function visible(root: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(filesIn(root)).filter(
      ([path]) => !/^(org\/journal|org\/logs|\.lemming|backups)\/|\/logs\//.test(path),
    ),
  );
}

/** All but the caches and the backups. */
export function whole(root: string): Record<string, string> {
  return Object.fromEntries(Object.entries(filesIn(root)).filter(([path]) => !/^(\.lemming|backups)\//.test(path)));
}

export function entriesOf(root: string): Entry[] {
  return [...readJournal(realDisk(root), [])].flatMap((group) => group.entries);
}

export function request(root: string, asked: Ask): void {
  post({ machine: realMachine, root, env: {} }, 'human', [asked]);
}

/** Seals a changed journal anew from its beginning, as somebody would who knows how: the chain holds again. */
export function reseal(root: string): void {
  const folder = join(root, 'org/journal');
  let head = GENESIS;
  for (const name of readdirSync(folder).sort()) {
    let lines: string[] = [];
    let text = '';
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1)) {
      if (!line.startsWith('{"k":"seal"')) {
        lines.push(line);
        continue;
      }
      const group = `${lines.join('\n')}\n`;
      head = chain(head, bytesHash(Buffer.from(group)));
      text += `${group}${JSON.stringify({ k: 'seal', n: lines.length, h: head })}\n`;
      lines = [];
    }
    writeFileSync(join(folder, name), text);
  }
}
