import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Outcome } from '../../../src/commands/command.ts';
import * as runCommand from '../../../src/commands/run/run.ts';
import * as trustCommand from '../../../src/commands/start/trust.ts';
import * as validateCommand from '../../../src/commands/start/validate.ts';
import * as replayCommand from '../../../src/commands/time/replay.ts';
import type { UsedEntry } from '../../../src/core/model/entry.ts';
import { checked } from '../../commands/checked.ts';
import { inputOf, scratch, testWorld, type WorldWish } from '../../commands/world.ts';
import type { Act } from '../../regression/org.ts';
import { Hands } from './hands.ts';

const runTurns = checked(runCommand);
const trust = checked(trustCommand);
const validate = checked(validateCommand);
const replay = checked(replayCommand);

/** An organisation in which agent a has tools that do not ship with LeMMing, and the home of the owner of its machine. */
export class Owned extends Hands {
  override env: Record<string, string | undefined> = {
    LEMMING_HOME: join(scratch(), 'home'),
    PATH: process.env.PATH,
  };

  constructor(turns: Act[][], tools: string[], files: Record<string, string>, org: Record<string, unknown> = {}) {
    super(turns, { files, org, resumes: { a: { tools, schedule: { when: 'always' } } } });
  }

  trust(name: string | undefined, flags: Record<string, string | boolean> = { yes: true }, wish: WorldWish = {}) {
    const args = name === undefined ? {} : { name };
    const world = testWorld(this.root, { env: this.env, ...wish });
    return trust(world, inputOf({ args, flags })).then((outcome) => ({ ...outcome, said: world.said.join('\n') }));
  }

  validate(): Promise<Outcome> {
    return validate(testWorld(this.root, { env: this.env }), inputOf());
  }

  /** A run by the command, which ends the servers it started. */
  run(turns = 1): Promise<Outcome> {
    return runTurns(testWorld(this.root, { env: this.env }), inputOf({ flags: { turns } }));
  }

  async recomputed(): Promise<unknown> {
    return (await replay(testWorld(this.root, { env: this.env }), inputOf({ flags: { recompute: true } }))).data;
  }

  /** The refusals of all visits. */
  refusals(): { tool: string; rule: string; text: string }[] {
    return this.lines().flatMap((line) => (line.k === 'visit' ? (line.refusals ?? []) : []));
  }

  /** The tools that the prompts of agent a listed, turn by turn. */
  shown(): string[][] {
    const blobs = new Map(this.lines().flatMap((line) => (line.k === 'blob' ? [[line.hash, line.text]] : [])));
    return this.lines().flatMap((line) => {
      if (line.k !== 'intent' || !('system' in line.prompt)) return [];
      const { tools } = JSON.parse(blobs.get(line.prompt.system) ?? '{}') as { tools: { name: string }[] };
      return [tools.map(({ name }) => name)];
    });
  }
}

export const told = (used: readonly UsedEntry[]): [boolean, string][] => used.map(({ ok, text }) => [ok, text]);

/** org/mcp.yaml. */
export function mcpYaml(servers: Record<string, unknown>): string {
  return stringify({ version: 1, servers });
}
