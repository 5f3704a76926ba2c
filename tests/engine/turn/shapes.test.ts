// @module-tag alone
import { expect, it } from 'vitest';
import type { Draft } from '../../../src/core/model/tool.ts';
import { emptyDraft } from '../../../src/core/model/tool.ts';
import { Org, say } from '../../regression/org.ts';
import { shapesOf } from '../../shapes.ts';

const NAMES = Array.from({ length: 100 }, (_, i) => `a${i}`);
const next = (name: string) => NAMES[(NAMES.indexOf(name) + 1) % NAMES.length] as string;

it('messages, resumes, agents and drafts have few hidden classes, however many there are', async () => {
  const edges = Object.fromEntries([['human', NAMES], ...NAMES.map((name) => [name, [next(name)]])]);
  const mind = ({ agent }: { agent: string }) => Array.from({ length: 5 }, (_, i) => say(next(agent), `Message ${i}.`));
  const org = new Org({ edges }, mind);
  org.drop(NAMES, 'Begin.');
  await org.with(async (engine) => {
    await engine.turn();
    await engine.turn();
    const {
      mail: { waiting: mail },
      staff: { agents },
    } = engine.state;
    expect(mail.size).toBeGreaterThan(400);
    const shapes = {
      mail: shapesOf(mail.values()),
      agents: shapesOf(agents.values()),
      resumes: shapesOf(engine.config.agents.values()),
    };
    expect(Math.max(...Object.values(shapes)), JSON.stringify(shapes)).toBeLessThan(10);
  });
  expect(shapesOf(Array.from({ length: 1000 }, (): Draft => emptyDraft()))).toBeLessThan(3);
});
