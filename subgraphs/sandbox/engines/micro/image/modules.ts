/**
 * The modules of the kernel that a machine needs, each after those that it needs itself.
 * @param wanted names of modules; what is not in `modules` is part of the kernel
 * @param modules by name, as files
 */
export const moduleOrder = (wanted: readonly string[], modules: ReadonlyMap<string, Uint8Array>): readonly string[] => {
  const order = new Set<string>();
  const add = (name: string): void => {
    const bytes = modules.get(name);
    if (bytes === undefined || order.has(name)) return;
    for (const needed of needsOf(bytes)) add(needed);
    order.add(name);
  };
  for (const name of wanted) add(name);
  return [...order];
};

/** A module says itself what it needs, as one of the texts of its `.modinfo`. */
const needsOf = (bytes: Uint8Array): readonly string[] => {
  const text = Buffer.from(bytes).toString('latin1');
  const list = /\0depends=([\w,-]*)\0/u.exec(text)?.[1] ?? '';
  return list.split(',').filter((name) => name !== '');
};
