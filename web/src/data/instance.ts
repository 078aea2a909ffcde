// An instance as the API gives it, without anything that asks for one.

export type Instance = Record<string, unknown>

export const idOf = (instance: Instance): number => Number(instance.bk_inst_id)
export const nameOf = (instance: Instance): string => String(instance.bk_inst_name ?? idOf(instance))

/** Instances of a page, as many as the server gives. */
export const pageSize = 500
