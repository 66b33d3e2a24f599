import { MINUTE } from '../platform/clock.ts'
import { handle, type Handler, type Schedule } from '../platform/jobs.ts'
import type { Services } from '../services.ts'
import { sendMailJob, sweepMailJob } from './jobs.ts'
import { sendMail } from './send-mail.ts'
import { sweepMail } from './sweep-mail.ts'

export const mailHandlers: Handler<Services>[] = [handle(sendMailJob, sendMail), handle(sweepMailJob, sweepMail)]

export const mailSchedules: Schedule[] = [{ job: sweepMailJob, every: MINUTE }]
