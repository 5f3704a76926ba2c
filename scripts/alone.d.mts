/** The test files that need a process of their own, as paths from the top. */
export function alone(): string[];
/** Whether a test file says so. */
export function isAlone(text: string): boolean;
