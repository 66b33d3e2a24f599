import type { LinkPurpose } from '#prisma'
import { DAY, HOUR, MINUTE } from '../platform/clock.ts'

/** A session ends this long after it was last used, and in any case this long after it began. */
export const SESSION_IDLE = 30 * DAY
export const SESSION_LONGEST = 90 * DAY

/** How exactly "last seen" is kept: one write per session and five minutes, not one per page. */
export const SEEN_EVERY = 5 * MINUTE

/** How long a link from a mail works. */
export const LINK_LIFE: Record<LinkPurpose, number> = { verify_email: 24 * HOUR, reset_password: HOUR, claim_purchase: 7 * DAY }

/** Asking again this soon is a second click: one mail is enough. */
export const SECOND_CLICK = MINUTE
