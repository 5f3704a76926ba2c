/** The schema of `org/chart.yaml`: who may write to whom. */
import * as z from 'zod';
import { later } from '../later.ts';

const names = later(() => z.array(z.string()).default([]));

/** `org/chart.yaml`: who may write to whom. An edge needs both ends. */
export const chartFile = later(() =>
  z.strictObject({
    version: z.literal(1).describe('format of this file; lemming migrate upgrades'),
    agents: z
      .record(
        z.string(),
        z.strictObject({
          send_to: names().describe('whom this agent may write to, if they read from it: agent names, "@unit" or "*"'),
          read_from: names().describe('whose mail this agent reads, if they send to it: agent names, "@unit" or "*"'),
        }),
      )
      .default({})
      .describe('one entry an agent; the order of the keys is the chart order'),
  }),
);
export type ChartFile = z.infer<ReturnType<typeof chartFile>>;
