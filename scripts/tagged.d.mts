/** The test files with that tag, as paths from the top. */
export function tagged(tag: string): string[];
/** Whether a test file has that tag. */
export function hasTag(text: string, tag: string): boolean;
