import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { describe, expect, it } from 'vitest'
import { environment } from '../../src/config.ts'
import { root } from '../../src/platform/paths.ts'

interface Service {
  image?: string
  restart?: string
  mem_limit?: string
  command?: string[]
  environment?: Record<string, string>
  healthcheck?: Record<string, unknown>
  depends_on?: Record<string, { condition: string }>
}

const read = (file: string) => readFileSync(join(root, file), 'utf8')
const compose = parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, Service>; volumes: Record<string, null> }
const service = (name: string): Service => compose.services[name]!

describe('docker-compose.yml', () => {
  it('has every part of a deployment', () => {
    expect(Object.keys(compose.services).sort()).toEqual(['bucket', 'mail', 'postgres', 'redis', 'release', 'store', 'web', 'worker'])
  })

  it.each(Object.keys(compose.services))('limits the memory of %s and says when it starts again', (name) => {
    expect(service(name).mem_limit).toMatch(/^\d+[mg]$/)
    expect(service(name).restart).toMatch(/^(unless-stopped|on-failure:\d+|no)$/)
  })

  it('waits for services that exist, and for health only where health is asked', () => {
    for (const { depends_on = {} } of Object.values(compose.services)) {
      for (const [name, { condition }] of Object.entries(depends_on)) {
        expect(compose.services, name).toHaveProperty(name)
        if (condition === 'service_healthy') expect(service(name).healthcheck, name).toHaveProperty('test')
      }
    }
  })

  it('sets only variables that the configuration knows', () => {
    expect(Object.keys(service('web').environment ?? {}).filter((name) => !(name in environment.shape))).toEqual([])
  })

  it('runs a Redis that keeps every job', () => {
    expect(service('redis').command?.join(' ')).toContain('--appendonly yes')
    expect(service('redis').command?.join(' ')).toContain('--maxmemory-policy noeviction')
  })

  it('migrates before web and worker start, as the Procfile does', () => {
    expect(service('web').depends_on).toMatchObject({ release: { condition: 'service_completed_successfully' } })
    expect(service('worker').depends_on).toMatchObject({ release: { condition: 'service_completed_successfully' } })
    const procfile = Object.fromEntries(read('Procfile').trim().split('\n').map((line) => line.split(': ') as [string, string]))
    for (const name of ['web', 'worker', 'release']) expect(service(name).command?.join(' ')).toBe(procfile[name])
  })
})

describe('Dockerfile', () => {
  const lines = read('Dockerfile').split('\n')
  const last = lines.slice(lines.map((line) => line.startsWith('FROM ')).lastIndexOf(true))

  it('runs as a user without rights, from production dependencies only', () => {
    expect(last).toContain('USER node')
    expect(read('Dockerfile')).toContain('npm ci --omit=dev')
    expect(last.join('\n')).toContain('COPY --from=dependencies /app/node_modules')
  })

  it('is asked for its health where the web answers', () => {
    expect(last.join('\n')).toMatch(/HEALTHCHECK[\s\S]*\/livez/)
  })
})
