// Calls of the public API, by the types that its OpenAPI document gives. What is refused comes as an `ApiError`.

import createClient from 'openapi-fetch'
import { language } from '../i18n/index.ts'
import type { components, paths } from './schema'

/** What is before every path, where the server is below one: `/cmdb`, or nothing. */
export const base = new URL(document.baseURI).pathname.replace(/\/$/, '')

export type Schemas = components['schemas']

/** Says why the server refused, in its own words. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
    readonly request: string,
    /** Names of the rights that are missing. */
    readonly missing: string[],
  ) {
    super(message)
  }
  get isSignedOut(): boolean { return this.status === 401 }
  get isDenied(): boolean { return this.code === 9900403 }
}

/** The server did not answer at all. */
export class Unreachable extends Error {}

let whenSignedOut: () => void = () => {}
/** What to do when a call shows that nobody is signed in any more. */
export const onSignedOut = (told: () => void): void => { whenSignedOut = told }

export const headers = (): Record<string, string> => ({
  'X-Requested-With': 'relata-ui',
  'X-Bkcmdb-Language': language.value === 'zh' ? 'zh-cn' : 'en',
})

export const client = createClient<paths>({ baseUrl: base })
client.use({
  onRequest({ request }) {
    for (const [name, value] of Object.entries(headers())) request.headers.set(name, value)
    return request
  },
})

/** An answer of `/api/v3` has an envelope; one of Relata's own API is the data itself, or a problem (RFC 9457). */
interface Envelope {
  result?: boolean
  bk_error_code?: number
  bk_error_msg?: string
  permission?: { actions?: { id?: string; name?: string }[] } | null
  data?: unknown
  /** Of problems. */
  code?: number
  detail?: string
}

export function refusal(response: Response, body: Envelope | undefined): ApiError {
  const names = (body?.permission?.actions ?? []).map((it) => it.name || it.id || '').filter((it) => it !== '')
  const message = body?.bk_error_msg ?? body?.detail ?? `HTTP ${response.status}`
  const code = body?.bk_error_code ?? body?.code ?? 0
  return new ApiError(response.status, code, message, response.headers.get('x-request-id') ?? '', names)
}

/** What was answered, without an envelope; an `ApiError` when it was a refusal. */
function opened(response: Response, body: unknown): unknown {
  const envelope = body as Envelope | null | undefined
  if (typeof envelope?.result !== 'boolean' && response.ok && body !== undefined) return body
  if (envelope?.result === true) return envelope.data
  throw refusal(response, envelope ?? undefined)
}

type DataOf<T> = T extends { result: boolean } ? (T extends { result: true; data: infer D } ? D : never) : T

/** A failed call, which may show that nobody is signed in. */
export function refused<E>(error: E): E {
  if (error instanceof ApiError && error.isSignedOut) whenSignedOut()
  return error
}

/** The data of an answer. */
export async function ask<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<DataOf<T>> {
  let answer
  try {
    answer = await call
  } catch {
    throw new Unreachable()
  }
  try {
    return opened(answer.response, answer.response.ok ? answer.data : answer.error) as DataOf<T>
  } catch (error) {
    throw refused(error)
  }
}

/** Calls about the session are no part of the document: they are about cookies. */
async function session(method: 'GET' | 'POST', what: string, body?: unknown): Promise<unknown> {
  let response
  try {
    response = await fetch(`${base}/api/relata/v1/${what}`, { method, headers: { ...headers(), 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
  } catch {
    throw new Unreachable()
  }
  return opened(response, await response.json().catch(() => undefined))
}

export interface Session {
  user: string
  admin: boolean
}
export const readSession = () => session('GET', 'session') as Promise<Session>
export const login = (user: string, password: string) => session('POST', 'login', { user, password })
/** The ways to sign in; asked without being signed in. */
export interface Ways {
  password: { local: boolean; ldap: boolean }
  oidc: { title: string; path: string } | null
}
export const readWays = () => session('GET', 'login') as Promise<Ways>
export const logout = () => session('POST', 'logout')
export const changePassword = (old: string, fresh: string) => session('POST', 'session/password', { old, new: fresh })
