/**
 * Storage for oidc-provider in plain Maps that never forget. Its own keeps 1000 things and drops the rest, which a load
 * test outruns, and goes through all tokens of a grant with every new one; both would count against it here.
 */
export function mapAdapter() {
  const grants = new Map()

  return () => {
    const kept = new Map()
    return {
      async upsert(id, payload) {
        kept.set(id, payload)
        if (payload.grantId === undefined) return
        const members = grants.get(payload.grantId) ?? new Set()
        grants.set(payload.grantId, members)
        members.add(() => kept.delete(id))
      },
      async find(id) {
        return kept.get(id)
      },
      async findByUid(uid) {
        return [...kept.values()].find((payload) => payload.uid === uid)
      },
      async consume(id) {
        kept.get(id).consumed = Math.floor(Date.now() / 1000)
      },
      async destroy(id) {
        kept.delete(id)
      },
      async revokeByGrantId(grantId) {
        for (const forget of grants.get(grantId) ?? []) forget()
        grants.delete(grantId)
      },
    }
  }
}
