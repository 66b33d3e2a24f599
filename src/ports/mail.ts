/** One message to one person, ready to send. */
export interface Message {
  /** Our mail row's id; the provider keeps it with the message. Never personal data. */
  id: string
  to: string
  subject: string
  html: string
  text: string
}

export interface Mail {
  /**
   * Hands the message over; resolves with the provider's id for it.
   * Throws `Invalid` when the provider refuses it for good, `Unavailable` when it was surely not taken and a later try
   * may work, and `Unanswered` (an `Unavailable`) when nobody knows whether it was taken.
   */
  send(message: Message): Promise<{ providerId: string }>
}
