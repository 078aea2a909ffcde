// Definitions that others change are shown as they are, without a reload: told by the change log, or, for those who may not
// read it, asked again from time to time.

import { onScopeDispose } from 'vue'
import { base } from '../api/client.ts'
import { definitionsChanged } from './definitions.ts'
import { session } from './session.ts'

/** Told together, when many come at once. */
const pause = 200
/** How often those ask who are not told. */
const interval = 20_000
const ofInstances = new Set(['model_instance', 'instance_association', 'quoted_inst'])

function listen(): () => void {
  const source = new EventSource(`${base}/api/relata/v1/changes?now=true`)
  let timer: ReturnType<typeof setTimeout> | undefined
  source.onmessage = (event) => {
    const { resource } = JSON.parse(String(event.data)) as { resource: string }
    if (ofInstances.has(resource)) return
    clearTimeout(timer)
    timer = setTimeout(definitionsChanged, pause)
  }
  return () => {
    clearTimeout(timer)
    source.close()
  }
}

function poll(): () => void {
  const timer = setInterval(() => { if (document.visibilityState === 'visible') definitionsChanged() }, interval)
  return () => clearInterval(timer)
}

/** For as long as the component is there. */
export function followDefinitions(): void {
  onScopeDispose(session.value?.admin ? listen() : poll())
}
