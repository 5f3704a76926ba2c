import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/core/model/call.ts';
import { realDisk } from '../../src/disk/fs/real.ts';
import type { TurnReport } from '../../src/engine/log/report.ts';
import { Engine } from '../../src/engine/turn/engine.ts';
import type { OrgPlan } from '../../src/testing/build-org.ts';
import { TOOLS } from '../../src/tools/all.ts';
import { scratchOrg } from '../commands/world.ts';
import { keptIn } from '../kept.ts';
import { type Act, type Mind, Org } from './org.ts';

/** What stands where an act points is looked at before the act is judged: whatever it is, it stops no organisation. */

function planOf(tools: string[]): OrgPlan {
  return {
    edges: { human: ['a'], a: ['human'] },
    models: { default: { provider: 'mind' } },
    credits: { agents: { a: { grant: 10 } } },
    resumes: { a: { tools, shared: ['.'] } },
  };
}

function asked(tool: string): string[] {
  return tool.endsWith('without approval') ? ['write_file'] : ['ask:write_file', 'ask:edit_file'];
}

/** An organisation in a real folder. */
class Real extends Org {
  readonly root: string;

  constructor(mind: Mind, tools: string[]) {
    super(planOf(tools), mind);
    this.root = scratchOrg(planOf(tools));
    fs.mkdirSync(this.at('agents/a/workspace'), { recursive: true });
    fs.mkdirSync(this.at('org/shared'), { recursive: true });
    fs.mkdirSync(this.at('agents/human/outbox'), { recursive: true });
    const drop = this.at('agents/human/outbox/hello.md');
    fs.writeFileSync(drop, '---\nto: a\n---\nBegin.\n');
    fs.utimesSync(drop, 1, 1);
  }

  at(name: string): string {
    return path.join(this.root, name);
  }

  override open(): Engine {
    const disk = realDisk(this.root);
    return Engine.open({ ...this.ports(), disk, kept: keptIn(disk) }, TOOLS, 'run');
  }
}

type Place = [what: string, name: string, make: (org: Real) => void];

const PLACES: Place[] = [
  ['a folder', 'spot', (org) => fs.mkdirSync(org.at('agents/a/workspace/spot'))],
  ['a link', 'spot', (org) => fs.symlinkSync('/etc/passwd', org.at('agents/a/workspace/spot'))],
  ['a file below a link', 'spot/x', (org) => fs.symlinkSync('/tmp', org.at('agents/a/workspace/spot'))],
  ['a file below a file', 'spot/x', (org) => fs.writeFileSync(org.at('agents/a/workspace/spot'), 'x')],
  ['a file of 70 MB', 'spot', (org) => large(org.at('agents/a/workspace/spot'))],
  ['a shared file of 70 MB', 'shared/spot', (org) => large(org.at('org/shared/spot'))],
  ['a shared folder', 'shared/spot', (org) => fs.mkdirSync(org.at('org/shared/spot'))],
  ['a shared file below a link', 'shared/spot/x', (org) => fs.symlinkSync('/tmp', org.at('org/shared/spot'))],
  [
    'the shared folder itself, a link',
    'shared/x',
    (org) => {
      fs.rmdirSync(org.at('org/shared'));
      fs.symlinkSync('/tmp', org.at('org/shared'));
    },
  ],
];

function large(file: string): void {
  fs.closeSync(fs.openSync(file, 'w'));
  fs.truncateSync(file, 70 * 1024 * 1024);
}

const ACTS: [string, (name: string) => Act][] = [
  ['write_file without approval', (name) => act('write_file', { path: name, content: 'text' })],
  ['write_file', (name) => act('write_file', { path: name, content: 'text' })],
  ['edit_file', (name) => act('edit_file', { path: name, old: 'x', new: 'y' })],
  ['send_message', (name) => act('send_message', { to: 'human', body: 'See.', attachments: [name] })],
];

function act(tool: string, input: Json): Act {
  return { tool, input };
}

describe.each(PLACES)('%s where an act points', (_what, name, make) => {
  it.each(ACTS)('stops no %s', async (tool, wish) => {
    const org = new Real(({ turn, n }) => (turn === 1 && n === 1 ? [wish(name)] : undefined), asked(tool));
    make(org);
    const reports: TurnReport[] = await org.turns(1);
    expect(reports[0]?.visits).toHaveLength(1);
    for (const id of await org.look(({ state }) => [...state.approvals.pending.keys()]))
      await org.ask({ ask: 'approve', by: 'human', id, note: '' });
    await org.turns(2);
    expect(await org.look(({ state }) => state.clock.turn)).toBe(3);
  });
});
