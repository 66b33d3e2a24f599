/** Without the keys that are undefined: they would wipe what is there. */
export const given = <T extends object>(change: T): T =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as T
