/** Collects lines as bytes until they are written together. */

/** Initial size of the buffer in bytes. */
const START = 8192;
const NEWLINE = 10;
/** The most bytes that one UTF-16 unit takes in UTF-8. */
const WIDEST = 3;

/**
 * Lines that are written together later. They are kept as bytes, because strings would be copied by the garbage collector until
 * then.
 */
export class LineBuffer {
  /** The number of lines. */
  count = 0;
  private buffer = Buffer.alloc(0);
  private end = 0;

  add(line: string): void {
    const most = this.end + line.length * WIDEST + 1;
    if (most > this.buffer.length) this.grow(most);
    this.end += this.buffer.write(line, this.end);
    this.buffer[this.end++] = NEWLINE;
    this.count++;
  }

  /** All lines, each with its line end. */
  bytes(): Uint8Array {
    return this.buffer.subarray(0, this.end);
  }

  private grow(least: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(START, least, this.buffer.length * 2));
    larger.set(this.bytes());
    this.buffer = larger;
  }
}
