/** Something a person must put right before the program can start. The message is one sentence for them; no stack is printed. */
export class StartupProblem extends Error {
  override readonly name = 'StartupProblem'
}

/** Turns the file system's refusals into a sentence about `folder`; any other error passes through. */
export function explainFolder(folder: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new StartupProblem(`Cannot write to ${folder}: ${code === 'EROFS' ? 'it is on a read-only disk' : 'permission denied'}. Set DATA_DIR to a folder you may write to.`)
  }
  if (code === 'ENOTDIR' || code === 'EEXIST') return new StartupProblem(`${folder} is not a folder. Set DATA_DIR to one.`)
  if (code === 'ENOSPC') return new StartupProblem(`The disk that holds ${folder} is full.`)
  return error
}
