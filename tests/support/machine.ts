import { inject } from 'vitest'

const machine = inject('machine')

/** The path of a Chromium for `playwright-core`; null when there is none. Use `describe.skipIf(!hasChromium)`. */
export const chromiumPath: string | null = machine.chromium
export const hasChromium: boolean = machine.chromium !== null

/** A Redis of this run's own (noeviction, nothing kept); null when the machine has no redis-server. */
export const redisUrl: string | null = machine.redisUrl
export const hasRedis: boolean = machine.redisUrl !== null

/** The path of a Java, for the HTML validator; null when there is none. */
export const javaPath: string | null = machine.java
export const hasJava: boolean = machine.java !== null
