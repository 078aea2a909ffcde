// Streams of lines: what is sent and answered is one JSON object a line.

import { headers, refusal, Unreachable } from './client.ts'

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

/** Sends lines and gives what is answered to them as it comes. `request` names the request in the audit log. */
export async function* sendLines<T>(path: string, lines: string[], request: string, signal: AbortSignal): AsyncGenerator<T[]> {
  let response
  try {
    const more = { 'Content-Type': 'application/x-ndjson', 'X-Request-ID': request }
    response = await fetch(path, { method: 'POST', headers: { ...headers(), ...more }, body: lines.join('\n'), signal })
  } catch (error) {
    if (signal.aborted) throw error
    throw new Unreachable()
  }
  if (!response.ok || !response.body) throw refusal(response, await response.json().catch(() => undefined))
  try {
    for await (const lines of linesOf(response.body)) yield lines.map((line) => JSON.parse(line) as T)
  } catch (error) {
    if (signal.aborted) throw error
    throw new Unreachable()
  }
}
