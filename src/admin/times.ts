const TIME = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZone: 'UTC' })

/** 21 Nov 2026, 14:03 (UTC, as the whole admin says) */
export const timeText = (date: Date): string => TIME.format(date)
