/** The tool `calculate`: calculates an expression without running code. */
import * as z from 'zod';
import { BadExpression, calculate, printNumber } from '../../core/text/calculate.ts';
import { worldTool } from '../define.ts';

export default worldTool({
  name: 'calculate',
  about:
    'Calculate an expression such as (1 + 2) * 3 ^ 2 or round(sqrt(2), 3). Operators: + - * / % ^ !; functions such as sqrt, ln, log, sin, min, max, sum, mean, round; constants pi, e. 15 digits are exact.',
  touches: 'pure',
  timeout: 1000,
  input: z.strictObject({ expression: z.string().min(1).max(2000) }),
  run({ expression }) {
    try {
      const value = calculate(expression);
      if (!Number.isFinite(value))
        return {
          ok: false,
          text: Number.isNaN(value)
            ? 'The result is not a real number.'
            : 'The result is too large, or a division by zero.',
        };
      return { ok: true, text: printNumber(value) };
    } catch (error) {
      if (!(error instanceof BadExpression)) throw error;
      return { ok: false, text: `It cannot be calculated: ${error.message}.` };
    }
  },
});
