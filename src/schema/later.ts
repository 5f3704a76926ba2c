/** Makes schemas only when they are first needed. */

/** Returns a function that makes the schema on first use. Making all schemas takes longer than most commands do. */
export function later<Schema>(make: () => Schema): () => Schema {
  let made: Schema | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
