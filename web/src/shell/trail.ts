// The way to the page that is shown, in the top bar and in the title of the window.

import { shallowRef, watchEffect, type WatchStopHandle, onScopeDispose } from 'vue'

export interface Step {
  text: string
  to?: string
}

export const trail = shallowRef<Step[]>([])

export function useTrail(steps: () => Step[]): void {
  const stop: WatchStopHandle = watchEffect(() => {
    trail.value = steps()
    document.title = [...trail.value.map((it) => it.text).reverse(), 'Relata'].join(' · ')
  })
  onScopeDispose(stop)
}
