// Keys of the whole UI and of the page that is shown. None acts while somebody types, nor while an input method is composing.

import { onScopeDispose } from 'vue'

export type Keys = Record<string, (event: KeyboardEvent) => void>

const stack: Keys[] = []

const writes = 'input, textarea, select, [contenteditable=true]'

function isTyping(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target.closest(writes) : null
  // A checkbox takes no text.
  return target !== null && !(target instanceof HTMLInputElement && (target.type === 'checkbox' || target.type === 'radio'))
}

let before = ''

/** `g m` for two keys after one another, `mod+k` with Ctrl or Command. */
function nameOf(event: KeyboardEvent): string {
  const mod = event.ctrlKey || event.metaKey ? 'mod+' : ''
  return mod + (event.key.length === 1 && mod ? event.key.toLowerCase() : event.key)
}

export function listen(event: KeyboardEvent): void {
  if (event.isComposing || event.altKey) return
  const key = nameOf(event)
  const held = key.startsWith('mod+')
  if (!held && (isTyping(event) || document.querySelector('[role=dialog]'))) return
  const names = [before === 'g' ? `g ${key}` : '', key].filter((it) => it !== '')
  before = key
  for (const name of names) {
    for (const keys of [...stack].reverse()) {
      const act = keys[name]
      if (!act) continue
      event.preventDefault()
      before = ''
      act(event)
      return
    }
  }
}

/** Keys that count while a component is there; those of the last one first. */
export function useKeys(keys: Keys): void {
  stack.push(keys)
  onScopeDispose(() => void stack.splice(stack.indexOf(keys), 1))
}
