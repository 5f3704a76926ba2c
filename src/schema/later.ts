/** Makes schemas only when they are first needed. */

/** Gives a schema that is made when it is first asked for: to make all schemas takes longer than what most commands do. */
export function later<Schema>(make: () => Schema): () => Schema {
  let made: Schema | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
