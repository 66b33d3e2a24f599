import type { AddressInfo } from 'node:net'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import { createAccount, type Account, type Settings } from './account.ts'
import { chargeBack, decideRefund } from './adjustments.ts'
import { advanceClock, buy, switchCard } from './control.ts'
import { createDeliveries } from './deliver.ts'
import { createFaults, type Fault } from './faults.ts'
import { createSandboxServer } from './server.ts'
import { openStore } from './store.ts'
import { liveUntil } from './lifecycle.ts'
import { dueAt } from './subscriptions.ts'
import { complete, type Buyer } from './transactions.ts'
import type { Adjustment, AdjustmentAction, Transaction, WireEvent } from './wire.ts'

export interface SandboxOptions extends Partial<Omit<Settings, 'webhookUrl' | 'webhookSecrets' | 'publicUrl'>> {
  /** Folder that keeps the state. Null: forgotten at the end. One process at a time. */
  store: string | null
  /** On 127.0.0.1. 0: any free one. */
  port: number
  /** Where people reach the pages, if not at the sandbox's own address, e.g. 'http://localhost:3000/dev/payments'. */
  publicUrl?: string
  webhookUrl: string | null
  webhookSecret: string | string[]
  apiKey: string
  clock: Clock
  log: Log
}

export interface Sandbox {
  /** Base URL of the API, e.g. 'http://127.0.0.1:4010'. */
  url: string
  publicUrl: string
  /** A buyer fills in the checkout. Throws what the page would say. */
  pay(transactionId: string, buyer: Buyer): Transaction
  decline(transactionId: string, buyer: Buyer): Transaction
  approveRefund(adjustmentId: string): Adjustment
  rejectRefund(adjustmentId: string): Adjustment
  chargeBack(transactionId: string, action: Extract<AdjustmentAction, `chargeback${string}`>): Adjustment
  /** From now on every charge to this customer's card fails. */
  failCard(customerId: string): void
  /** The card works again: at the next retry, or at once. */
  fixCard(customerId: string, when?: 'next-retry' | 'now'): void
  /** Moves the sandbox's clock ahead. Renewals, retries and scheduled changes on the way happen at their own moments. */
  advance(milliseconds: number): Date
  fault(...faults: Fault[]): void
  clearFaults(): void
  events(): WireEvent[]
  /** Points the notification destination elsewhere; what waits goes there too. */
  sendWebhooksTo(url: string | null, secrets?: string | string[]): void
  /** Waits until everything due or waiting was sent or given up. Rejects after `timeout` milliseconds. */
  settled(timeout?: number): Promise<void>
  stop(): Promise<void>
}

const TICK = 20

/** Starts the local stand-in for Paddle Billing. Rejects when the port is taken. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { store: folder, port, publicUrl, webhookUrl, webhookSecret, apiKey, clock, log, ...rest } = options
  const settings: Settings = {
    publicUrl: '', webhookUrl, webhookSecrets: secretsOf(webhookSecret), shopUrls: [], taxMode: 'internal', completeAfter: 300, approveAfter: 60_000,
    retry: { scale: 0.01, attempts: 60 }, webhookTimeout: 5000, ...rest,
  }
  const faults = createFaults()
  const store = openStore(folder)
  const account = createAccount({ store, clock, settings, faults })
  expectAll(account)
  const server = createSandboxServer(account, apiKey, log)
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  } catch (error) {
    store.close()
    throw error
  }
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  settings.publicUrl = publicUrl?.replace(/\/+$/, '') ?? url

  const deliveries = createDeliveries(account, log)
  const timer = setInterval(() => {
    try {
      runTasks()
      deliveries.tick()
    } catch (error) {
      log.error({ err: error }, 'sandbox: background work failed')
    }
  }, TICK)
  timer.unref()

  function runTasks(): void {
    for (const task of store.all('tasks').filter(({ due }) => due <= account.real())) {
      store.change(() => {
        store.remove('tasks', task.id)
        if (task.kind === 'complete') complete(account, task.subject)
        else decideRefund(account, task.subject, 'approved')
      })
    }
    liveUntil(account, account.now())
  }

  return {
    url,
    publicUrl: settings.publicUrl,
    pay: (id, buyer) => buy(account, id, buyer),
    decline: (id, buyer) => buy(account, id, buyer, 'decline'),
    approveRefund: (id) => store.change(() => decideRefund(account, id, 'approved')),
    rejectRefund: (id) => store.change(() => decideRefund(account, id, 'rejected')),
    chargeBack: (id, action) => store.change(() => chargeBack(account, { transaction_id: id, action })),
    failCard: (id) => switchCard(account, id, false),
    fixCard: (id, when = 'next-retry') => switchCard(account, id, true, when === 'now'),
    advance: (milliseconds) => advanceClock(account, milliseconds),
    fault: (...added) => added.forEach(faults.add),
    clearFaults: () => faults.clear(),
    events: () => store.all('events').map(({ id: _, ...event }) => event),
    sendWebhooksTo(to, secrets) {
      settings.webhookUrl = to
      if (secrets !== undefined) settings.webhookSecrets = secretsOf(secrets)
    },
    async settled(timeout = 5000) {
      const end = performance.now() + timeout
      while (store.all('tasks').some(({ kind }) => kind === 'complete') || deliveries.pending()) {
        if (performance.now() > end) throw new Error(`The sandbox still has webhooks to deliver after ${timeout} ms.`)
        await new Promise((resolve) => setTimeout(resolve, TICK))
      }
    },
    async stop() {
      clearInterval(timer)
      await deliveries.stop()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
      store.close()
    },
  }
}

/** What was stored is planned again. */
function expectAll(account: Account): void {
  for (const { id } of account.store.all('subscriptions')) {
    const at = dueAt(account, id)
    if (at !== null) account.agenda.expect(at, id)
  }
}

function secretsOf(secret: string | string[]): string[] {
  const secrets = [secret].flat()
  if (secrets.length === 0 || secrets.some((one) => one === '')) throw new Error('The sandbox needs a webhook secret.')
  return secrets
}
