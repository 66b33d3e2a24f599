import { hash, verify } from '@node-rs/argon2'
import { takeTurns } from './take-turns.ts'

/** argon2id (the package's default kind): 19 MiB, two passes, one lane. Grow them here; people's hashes follow as they sign in. */
export const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Two of libuv's four threads; files and name look-ups keep the others. */
const inTurn = takeTurns({ atOnce: 2, waiting: 50 })

/** The hash of a random secret that was thrown away, so that an address without an account costs the same time. */
export const NOBODYS_HASH = '$argon2id$v=19$m=19456,t=2,p=1$3T/d+KTpE0PLyQhkYrPlzA$tOk8o5Hgittuefir079XYZy8OUQQZuSdhIFnTQwwvXk'

/** The password in PHC form. Throws `Unavailable` when too many wait. */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password, PARAMETERS))
}

/** Does the password fit? Takes as long when there is no hash to compare with. Throws `Unavailable` when too many wait. */
export async function checkPassword(stored: string | null, password: string): Promise<boolean> {
  const fits = await inTurn(() => verify(stored ?? NOBODYS_HASH, password))
  return fits && stored !== null
}
