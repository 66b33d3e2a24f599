/** An answer that refuses, as Paddle words it. */
export class Failure extends Error {
  readonly status: number
  readonly code: string
  readonly fields: { field: string; message: string }[]

  constructor(status: number, code: string, detail: string, fields: { field: string; message: string }[] = []) {
    super(detail)
    this.status = status
    this.code = code
    this.fields = fields
  }
}

export const notFound = (what: string, id: string): Failure =>
  new Failure(404, 'not_found', `Unable to find ${what} with an id of ${id}.`)

export const invalid = (field: string, message: string): Failure =>
  new Failure(400, 'bad_request', 'Invalid request.', [{ field, message }])
