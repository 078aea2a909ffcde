// Who is signed in.

import { shallowRef } from 'vue'
import { ApiError, readSession, type Session } from '../api/client.ts'
import { forgetAll } from './cache.ts'

/** `undefined` until it was asked. */
export const session = shallowRef<Session | null | undefined>()

export async function loadSession(): Promise<void> {
  try {
    session.value = await readSession()
  } catch (error) {
    if (!(error instanceof ApiError && error.isSignedOut)) throw error
    session.value = null
  }
}

export function signedOut(): void {
  session.value = null
  forgetAll()
}
