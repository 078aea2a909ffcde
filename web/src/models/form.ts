// What all forms of definitions do alike: faults at their fields, one question before something is lost, one call at a time.

import { computed, nextTick, onScopeDispose, reactive, ref, shallowRef, type ComputedRef, type Ref } from 'vue'
import { useRouter } from 'vue-router'
import { ApiError } from '../api/client.ts'
import { t } from '../i18n/index.ts'

export interface Form<T> {
  values: T
  faults: ComputedRef<Record<string, string>>
  /** What no field can be blamed for. */
  failure: Ref<string>
  busy: Ref<boolean>
  dirty: ComputedRef<boolean>
  submit: () => Promise<void>
  mayLeave: () => boolean
}

export interface Purpose<T> {
  start: T
  /** What is wrong, by field. */
  check: (values: T) => Record<string, string>
  save: (values: T) => Promise<void>
  /** Names of the API with the fields that they stand for; the first that a refusal names is blamed. */
  places: Record<string, string>
  /** What else may explain a refusal. */
  refused?: (error: ApiError) => Promise<void> | void
}

export function useForm<T extends object>(purpose: Purpose<T>): Form<T> {
  const values = reactive(structuredClone(purpose.start)) as T
  const start = JSON.stringify(purpose.start)
  const tried = ref(false)
  const refused = reactive<{ at: string; text: string; values: string }>({ at: '', text: '', values: '' })
  const failure = ref('')
  const busy = shallowRef(false)
  let settled = false
  const faults = computed<Record<string, string>>(() => {
    // What the server has refused stands until something is changed.
    const told = refused.at !== '' && refused.values === JSON.stringify(values) ? { [refused.at]: refused.text } : {}
    return tried.value ? { ...purpose.check(values), ...told } : {}
  })
  const dirty = computed(() => JSON.stringify(values) !== start)
  async function focusFault(): Promise<void> {
    await nextTick()
    document.querySelector<HTMLElement>('[aria-invalid=true], [data-invalid=true] input')?.focus()
  }
  async function blame(error: ApiError): Promise<void> {
    const named = Object.entries(purpose.places).find(([name]) => error.message.includes(name))
    if (named) Object.assign(refused, { at: named[1], text: error.message, values: JSON.stringify(values) })
    else failure.value = error.message
    await purpose.refused?.(error)
  }
  async function submit(): Promise<void> {
    if (busy.value) return
    tried.value = true
    failure.value = ''
    refused.at = ''
    if (Object.keys(faults.value).length > 0) return focusFault()
    busy.value = true
    try {
      settled = true
      await purpose.save(values)
    } catch (error) {
      settled = false
      if (error instanceof ApiError) await blame(error)
      else failure.value = t('state.unreachable')
      await focusFault()
    } finally {
      busy.value = false
    }
  }
  function mayLeave(): boolean {
    if (settled || !dirty.value) return true
    settled = confirm(t('form.dirty'))
    return settled
  }
  // Also the way back in the browser leaves the form.
  onScopeDispose(useRouter().beforeEach(() => mayLeave()))
  return { values, faults, failure, busy, dirty, submit, mayLeave }
}

/** An id that the API takes: a letter, then letters, digits and underscores. */
export const isId = (text: string): boolean => /^[a-zA-Z]\w*$/.test(text)

export const wrongId = (text: string): string => (text === '' ? t('form.required') : isId(text) ? '' : t('design.badId'))

/** Only what is wrong. */
export const wrongOnly = (all: Record<string, string>): Record<string, string> => Object.fromEntries(Object.entries(all).filter(([, text]) => text !== ''))
