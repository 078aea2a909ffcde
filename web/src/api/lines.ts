// Streams of lines: what is sent and answered is one JSON object a line.

import { base, headers, refusal, refused, Unreachable } from './client.ts'

/** The lines of a text, those together that come together. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string[]> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
  let rest = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) break
    const lines = (rest + value).split('\n')
    rest = lines.pop() ?? ''
    yield lines.filter((it) => it !== '')
  }
  if (rest !== '') yield [rest]
}

export interface Sending {
  /** Sent again with the same key, nothing is written twice. */
  key?: string | undefined
  /** Names the request in the audit log. */
  request?: string | undefined
  signal?: AbortSignal | undefined
}

/** Sends lines and gives what is answered to them as it comes. What the last one has to be, is the caller's business. */
export async function* sendLines<T>(path: string, lines: string[], { key, request, signal }: Sending): AsyncGenerator<T[]> {
  const lost = (error: unknown): unknown => (signal?.aborted ? error : new Unreachable())
  const more = { 'Content-Type': 'application/x-ndjson', ...(request ? { 'X-Request-ID': request } : {}), ...(key ? { 'Idempotency-Key': key } : {}) }
  const asked = { method: 'POST', headers: { ...headers(), ...more }, body: lines.join('\n'), ...(signal ? { signal } : {}) }
  const response = await fetch(base + path, asked).catch((error: unknown) => { throw lost(error) })
  if (!response.ok || !response.body) throw refused(refusal(response, await response.json().catch(() => undefined)))
  try {
    for await (const lines of linesOf(response.body)) yield lines.map((line) => JSON.parse(line) as T)
  } catch (error) {
    throw lost(error)
  }
}
