import { portsOf } from '../../../src/app/ports.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { Engine } from '../../../src/engine/turn/engine.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { ownedEnv } from '../../home.ts';
import { replyOf } from '../../regression/org.ts';
import { actsOf, type Story } from './work.ts';

/** The engine of a real folder, whose agents do what the story says. */
export function engineIn(root: string, story: Story, concurrency: number): Engine {
  return Engine.open(portsIn(root, story, concurrency), TOOLS, 'run');
}

export function portsIn(root: string, story: Story, concurrency: number) {
  const complete: Awaited<ReturnType<Provider['connect']>>['complete'] = async (prompt) =>
    replyOf(actsOf(story, prompt));
  const mind: Provider = { about: 'a story', repeatable: true, free: true, connect: async () => ({ complete }) };
  const env = ownedEnv(root, { LEMMING_LIMITS_CONCURRENCY: String(concurrency) });
  return { ...portsOf({ machine: realMachine, root, env }), provider: async () => mind };
}
