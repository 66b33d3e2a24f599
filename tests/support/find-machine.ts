import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What a full run needs beyond Node: the programs' paths, null for one that is not installed. */
export interface Machine {
  chromium: string | null
  redisServer: string | null
  java: string | null
}

export const findMachine = (): Machine => ({
  chromium: process.env.CHROMIUM_PATH ?? findProgram('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'),
  redisServer: findProgram('redis-server'),
  java: workingJava(),
})

/** One line for each thing that is missing: what is skipped, and the command that installs it. */
export function missing(machine: Machine): string[] {
  const install = (apt: string, brew: string) => (process.platform === 'darwin' ? `brew install ${brew}` : `sudo apt-get install -y ${apt}`)
  const lines = [
    machine.chromium ? null : `Skipped: the browser journeys, because there is no Chromium. Install it: ${install('chromium', '--cask chromium')}`,
    machine.redisServer ? null : `Skipped: the tests of the queue on Redis, because there is no redis-server. Install it: ${install('redis-server', 'redis')}`,
    machine.java ? null : `Skipped: the HTML validator, because there is no Java. Install it: ${install('default-jre-headless', 'openjdk')}`,
  ]
  return lines.filter((line) => line !== null)
}

function findProgram(...names: string[]): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const paths = names.flatMap((name) => (name.startsWith('/') ? [name] : folders.map((folder) => join(folder, name))))
  return paths.find(isExecutable) ?? null
}

/** macOS has a `java` that only says where to get one. */
function workingJava(): string | null {
  const java = findProgram('java')
  return java && spawnSync(java, ['-version'], { timeout: 20_000 }).status === 0 ? java : null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
