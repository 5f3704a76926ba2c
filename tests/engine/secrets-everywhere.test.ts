import { expect, it } from 'vitest';
import { ProviderError } from '../../src/core/model/call.ts';
import { type Act, say } from '../regression/org.ts';
import { Lab, service } from './world.ts';

const SECRET = 'sk-canary-0123456789';
const BASE64 = Buffer.from(SECRET).toString('base64');

function act(tool: string, input: Act['input']): Act {
  return { tool, input };
}

/** An org whose people, models, tools and services all try to keep the secret. */
function leaky(): Lab {
  const org = new Lab(
    {
      edges: { human: ['a', 'b'], a: ['human'], b: [] },
      resumes: { a: { tools: ['read_file', 'write_file', 'remember'] }, b: { model: 'broken' } },
      models: { default: { provider: 'mind' }, broken: { provider: 'broken', price: {} } },
      files: {
        'agents/a/memory/old.md': `---\nkey: old\n---\nThe key is ${SECRET}.\n`,
        'agents/a/workspace/config.txt': `key=${SECRET}`,
      },
    },
    ({ n }) =>
      n === 1
        ? [
            act('read_file', { path: 'config.txt' }),
            act('write_file', { path: 'out.txt', content: `key ${SECRET}` }),
            act('remember', { key: 'k', text: BASE64 }),
            say('human', `It is ${SECRET}.`),
          ]
        : [],
  );
  org.providers.broken = service(() => {
    throw new ProviderError('auth', `401: the key ${SECRET} is wrong`);
  });
  org.env = { OPENAI_API_KEY: SECRET };
  return org;
}

it('scenario 63: a key in mail, memory, replies, results and failures reaches no prompt and nothing that is written', async () => {
  const org = leaky();
  org.drop('a', `Use ${SECRET}, please.`);
  org.drop('b', 'And you?');
  await org.ask({ ask: 'deny', by: 'human', id: 'A-1-a-1', note: SECRET });
  await org.turns(3);
  expect(JSON.stringify(org.prompts)).not.toContain(SECRET);
  expect(JSON.stringify(org.prompts)).toContain('[OPENAI_API_KEY]');
  const byHand = ['agents/a/memory/old.md', 'agents/a/workspace/config.txt'];
  const holders = [...org.disk.files()].filter(([, text]) => text.includes(SECRET) || text.includes(BASE64));
  expect(holders.map(([path]) => path)).toEqual(byHand);
});

it('a file of a person that holds a key stays as it is, and is no edit at each freeze', async () => {
  const org = leaky();
  await org.turns(1);
  const [report] = await org.turns(1);
  expect(report?.inputs).toBe(0);
  expect(org.read('agents/a/memory/old.md')).toContain(SECRET);
});
