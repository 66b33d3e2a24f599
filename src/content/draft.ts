import { z } from 'zod'
import { plainText } from './document.ts'

export const draftFields = {
  title: plainText(200).trim().min(1, 'A title is needed.'),
  summary: plainText(400).trim(),
  source: plainText(2_000_000),
}

export const draftInput = z.object(draftFields)

export type Draft = z.infer<typeof draftInput>
