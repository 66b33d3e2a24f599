import type { Mail } from '../../ports/mail.ts'

/** Sends nothing: the mail's own row is what `/dev/mail` shows. */
export function outbox(): Mail {
  return {
    send: async ({ id }) => ({ providerId: `outbox-${id}` }),
  }
}
