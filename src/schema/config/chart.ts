/** The schema of `org/chart.yaml`: who may write to whom. */
import * as z from 'zod';
import { later } from '../later.ts';

const names = later(() => z.array(z.string()).default([]));

/** `org/chart.yaml`: who may write to whom. An edge needs both ends. */
export const chartFile = later(() =>
  z.strictObject({
    version: z.literal(1).describe('format version of this file; lemming migrate updates it'),
    agents: z
      .record(
        z.string(),
        z.strictObject({
          send_to: names().describe('agents it may write to, if they read from it: names, "@unit" or "*"'),
          read_from: names().describe('agents whose mail it reads, if they send to it: names, "@unit" or "*"'),
        }),
      )
      .default({})
      .describe('one entry for each agent; the order of the keys is the chart order'),
  }),
);
export type ChartFile = z.infer<ReturnType<typeof chartFile>>;
