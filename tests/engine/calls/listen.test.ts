import { describe, expect, it } from 'vitest';
import { withEngine } from '../../../src/app/run-engine.ts';
import type { Prompt, Reply } from '../../../src/core/model/call.ts';
import { ProviderError } from '../../../src/core/model/call.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import type { Overheard } from '../../../src/engine/calls/listen.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import type { Connection, Provider } from '../../../src/providers/provider.ts';
import { buildOrg } from '../../../src/testing/build-org.ts';
import { filesIn, scratch } from '../../commands/world.ts';
import { called, fakeOpenAI } from '../../providers/hosted/fake-openai.ts';
import { trustingEnv } from '../../trusted.ts';
import { Lab, REPLY } from '../world.ts';

const EDGES = { human: ['a'], a: ['human'] };

function speaking(complete: Connection['complete']): Provider {
  return { about: 'speaks', repeatable: false, free: false, connect: async () => ({ complete }) };
}

async function overheardIn(complete: Connection['complete']): Promise<Overheard[]> {
  const models = { default: { provider: 'speaks', price: { per_call: 0 }, retry: { first_ms: 1, most_ms: 2 } } };
  const lab = new Lab({ edges: EDGES, models, credits: { agents: { a: { grant: 1 } } } }, () => []);
  lab.providers.speaks = speaking(complete);
  lab.drop('a', 'Hello');
  const seen: Overheard[] = [];
  const engine = lab.open();
  await engine.turn({ listen: (what) => seen.push(what) });
  engine.close();
  return seen;
}

describe('a listener', () => {
  it('hears text and acts while they are written, and what broke off before', async () => {
    let attempt = 0;
    const seen = await overheardIn(async (_prompt: Prompt, _signal, heard): Promise<Reply> => {
      heard?.('half');
      if (attempt++ === 0) throw new ProviderError('unavailable', 'it was cut');
      heard?.('{"to"', { n: 0, tool: 'send_message' });
      return { ...REPLY, text: 'half' };
    });
    expect(seen).toEqual([
      { agent: 'a', is: 'begun' },
      { agent: 'a', is: 'written', text: 'half' },
      { agent: 'a', is: 'broken', why: 'unavailable: it was cut' },
      { agent: 'a', is: 'begun' },
      { agent: 'a', is: 'written', text: 'half' },
      { agent: 'a', is: 'written', text: '{"to"', act: { n: 0, tool: 'send_message' } },
    ]);
  });

  it('is told of other failures as well', async () => {
    const seen = await overheardIn(async () => Promise.reject(new ProviderError('bad-request', 'no')));
    expect(seen.at(-1)).toEqual({ agent: 'a', is: 'broken', why: 'bad-request: no' });
  });
});

const service = fakeOpenAI();

it('changes no byte of an organisation', async () => {
  const made = async (listen: boolean): Promise<Record<string, string>> => {
    const root = scratch();
    const model = {
      provider: 'openai-compatible',
      model: 'm',
      key: 'env:FAKE_KEY',
      base_url: `${service.url}/v1`,
      price: { input: 1, output: 1 },
    };
    buildOrg(realDisk(root), { edges: EDGES, models: { default: model }, credits: { agents: { a: { grant: 1 } } } });
    realDisk(root).create('agents/human/outbox/hello.md', '---\nto: a\n---\nHello');
    const body = JSON.stringify({ to: 'human', body: 'One\nTwo' });
    service.answer(called({ id: 'c', name: 'send_message', arguments: body }));
    const heard: Overheard[] = [];
    await withEngine({ machine: realMachine, root, env: trustingEnv(root, { FAKE_KEY: 'k' }) }, 'test', (engine) =>
      engine.turn(listen ? { listen: (what) => heard.push(what) } : {}),
    );
    expect(heard.length > 0).toBe(listen);
    const files = Object.entries(filesIn(root)).filter(([path]) => !/^\.lemming|journal|logs/.test(path));
    return Object.fromEntries(files);
  };
  expect(await made(true)).toEqual(await made(false));
});
