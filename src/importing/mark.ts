import { createHash } from 'node:crypto'

/** A short fingerprint: equal for equal values, in the order of their keys. */
export const markOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16)
