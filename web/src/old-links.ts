/** Addresses of the original, which bookmarks and other products use, as addresses here. */
export function fromOldLink(hash: string): string | null {
  const instance = /^#\/resource\/instance\/(\w+)(?:\/(\d+))?/.exec(hash)
  if (instance) return `/i/${instance[1]}${instance[2] ? `/${instance[2]}` : ''}`
  const model = /^#\/model\/(?:management|details?)(?:\/(\w+))?/.exec(hash)
  if (model) return model[1] ? `/models/${model[1]}` : '/models'
  if (/^#\/model\/relation/.test(hash)) return '/association-types'
  if (/^#\/audit/.test(hash)) return '/audit'
  return null
}
