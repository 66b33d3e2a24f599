let shuttingDown = false

/** From now on `/readyz` says no, so that a balancer sends nobody here any more. */
export function announceShutdown(): void {
  shuttingDown = true
}

export const isShuttingDown = (): boolean => shuttingDown
