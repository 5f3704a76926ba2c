import { z } from 'zod';

const names = z.array(z.string()).default([]).describe('agent names, "@unit" or "*"');

/** `org/chart.yaml`: who may write to whom. An edge needs both ends. */
export const chartFile = z.strictObject({
  version: z.literal(1),
  agents: z
    .record(z.string(), z.strictObject({ send_to: names, read_from: names }))
    .default({})
    .describe('one entry an agent; the order of the keys is the chart order'),
});
export type ChartFile = z.infer<typeof chartFile>;
