import fs from 'node:fs';
import path from 'node:path';
import { portsOf } from '../../../src/app/ports.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { Engine } from '../../../src/engine/turn/engine.ts';
import { FaultError } from '../../../src/schema/fault.ts';
import { TOOLS } from '../../../src/tools/all.ts';

/** A person without the rights of root changes modes, writes mail, and makes turns. */
export type Step = { mode: number; of: string } | { drop: string; to: string } | 'turn' | 'restart';

/** What a turn came to. */
export interface Came {
  visited: string[];
  faults: string[];
}

const [root, steps] = process.argv.slice(2) as [string, string];
await play(root, JSON.parse(steps) as Step[]);

async function play(root: string, steps: Step[]): Promise<void> {
  const came: (Came | string)[] = [];
  const open = (): Engine => Engine.open(portsOf({ machine: realMachine, root, env: {} }), TOOLS, 'run');
  try {
    let engine = open();
    for (const step of steps) {
      if (step === 'restart') {
        engine.close();
        engine = open();
      } else if (step === 'turn') {
        engine.idle();
        const { visits, faults } = await engine.turn();
        came.push({ visited: visits.map(({ agent }) => agent), faults: faults.map(({ message }) => message) });
      } else if ('mode' in step) fs.chmodSync(path.join(root, step.of), step.mode);
      else
        fs.writeFileSync(
          path.join(root, `agents/human/outbox/${step.drop}.sent.md`),
          `---\nto: ${step.to}\n---\nGo.\n`,
        );
    }
    engine.close();
  } catch (error) {
    came.push(error instanceof FaultError ? error.message : String((error as Error).stack));
  }
  fs.writeSync(1, JSON.stringify(came));
}
