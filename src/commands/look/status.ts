/** `lemming status`: shows the organisation at a glance, from a cached status if nothing changed. */
import { type AnswerKind, keepAnswer, keptAnswer } from '../../app/look/kept-answer.ts';
import type { View } from '../../app/view.ts';
import type { KeptFiles } from '../../disk/cache/kept.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { lockHolder } from '../../disk/fs/lock.ts';
import { readLoad } from '../../engine/calls/load-cache.ts';
import type { Fault } from '../../schema/fault.ts';
import { printStatus, type Status } from '../../views/org/status.ts';
import type { Definition, Run } from '../command.ts';
import { conditionShape, faultShape, healthShape, needsShape, owedShape } from '../shapes.ts';
import type { World } from '../world.ts';

export const command = {
  name: 'status',
  group: 'look',
  summary: 'Show the state of the organisation and of each agent',
  examples: [
    { line: 'lemming status', does: 'shows state, health, unread mail, credits, and why an agent is due or not' },
    { line: 'lemming status --json', does: 'prints the same as one JSON object' },
  ],
  args: [],
  flags: [],
  reads: true,
  right: 'seat',
  resource: { uri: 'lemming://status', name: 'status', about: 'the state of the organisation and of each agent' },
  output: (z) =>
    z.strictObject({
      org: z.string(),
      turn: z.number(),
      state: z.enum(['idle', 'running', 'paused']),
      agents: z.array(
        z.strictObject({
          name: z.string(),
          person: z.boolean(),
          state: conditionShape(z),
          health: healthShape(z),
          unread: z.number(),
          credits: z.strictObject({
            granted: z.number(),
            spent: z.number(),
            reserved: z.number(),
            left: z.number(),
          }),
          last_turn: z.number(),
          last_outcome: z.enum(['ok', 'cut', 'failed']).nullable(),
          next_turn: z.number().nullable(),
          why: z.string(),
        }),
      ),
      approvals: z.number(),
      dead_letters: z.number(),
      needs: needsShape(z),
      unread: z.strictObject({ messages: z.number(), notices: z.number() }),
      waiting: z.array(
        z.strictObject({ id: z.string(), from: z.string(), to: z.array(z.string()), subject: z.string() }),
      ),
      unanswered: z.array(z.strictObject({ id: z.string(), by: z.array(z.string()), subject: z.string() })),
      owed: z.array(owedShape(z)),
      failing_models: z.array(
        z.strictObject({ model: z.string(), failures: z.number(), left_alone_until: z.string().nullable() }),
      ),
      faults: z.array(faultShape(z)),
      engine: z.looseObject({ pid: z.number(), command: z.string() }).optional(),
      limits: z.array(z.strictObject({ name: z.string(), running: z.number(), waiting: z.number() })).optional(),
    }),
} as const satisfies Definition;

const KEPT: AnswerKind = { file: 'status.json', version: 9 };

/** Prints the cached status if nothing has changed since; otherwise the slow parts are loaded. */
export const run: Run<typeof command, Status> = async (world) => {
  const disk = world.machine.disk(world.root);
  const kept = world.machine.kept(world.root, world.env, disk);
  const status =
    (world.seat ? null : (keptAnswer({ disk, kept, env: world.env }, KEPT) as Status | null)) ??
    (await freshStatus(world, disk, kept));
  const engine = lockHolder(disk, world.machine.host(world.root));
  const data = engine ? { ...status, state: 'running' as const, engine, limits: readLoad(kept) } : status;
  const untrusted = data.faults.some(({ code }) => code === 'untrusted');
  return { data, text: printStatus(data), ...(untrusted && { exit: 4 }) };
};

/** Whether the cached status would be printed now and differs from a new one. */
export async function isStatusStrange(world: World, view: View): Promise<boolean> {
  const kept = keptAnswer({ disk: view.disk, kept: view.kept, env: world.env }, KEPT);
  return kept !== null && JSON.stringify(kept) !== JSON.stringify((await statusIn(world, view)).data);
}

async function statusIn(world: World, view: View): Promise<{ data: Status; keys: Fault[] }> {
  const [, , { statusOf }, { keyFaults }, { ownerOf }, { foresee }, { readerOf }] = await heavy();
  await foresee(view);
  const keys = keyFaults(view.config, ownerOf(world));
  const data = statusOf(view.config, view.state, readerOf(view), [...view.faults, ...view.warnings, ...keys]);
  data.waiting = data.waiting.filter(view.sees);
  return { data, keys };
}

async function freshStatus(world: World, disk: Disk, kept: KeptFiles): Promise<Status> {
  const start = world.machine.clock.now();
  const [{ readOrg }, { peopleOf }] = await heavy();
  const view = readOrg(world);
  const { data, keys } = await statusIn(world, view);
  const people = peopleOf(view.config);
  const paths = people.flatMap((person) => unknownIn(disk, `agents/${person}/outbox`, view.state.mail.own.get(person)));
  if (keys.length === 0 && !view.seat && view.running === null)
    keepAnswer({ disk, kept, env: world.env }, KEPT, { people, paths }, start, data);
  return data;
}

/** Files in a person's outbox that are not mail yet, one folder deep: incoming mail, its folders, attachments. */
function unknownIn(disk: Disk, outbox: string, own: ReadonlySet<string> | undefined): string[] {
  const paths = (disk.list(outbox) ?? [])
    .filter((name) => name !== 'archive' && !name.endsWith('.files'))
    .map((name) => `${outbox}/${name}`);
  return paths
    .filter((path) => !own?.has(path))
    .flatMap((path) => [
      path,
      ...(disk.stat(path)?.kind === 'folder' ? (disk.list(path) ?? []).map((name) => `${path}/${name}`) : []),
    ]);
}

/** Modules that the quick path never loads. */
function heavy() {
  return Promise.all([
    import('../../app/read-org.ts'),
    import('../../core/model/config.ts'),
    import('../../views/org/status.ts'),
    import('../../engine/search/keys.ts'),
    import('../../disk/owner/owner.ts'),
    import('../../app/foresee.ts'),
    import('../../app/seats.ts'),
  ]);
}
