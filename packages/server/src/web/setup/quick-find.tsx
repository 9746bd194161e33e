import { redirectTo } from '../page-answer.ts'
import { Card, EmptyState } from './blocks.tsx'
import { type Place, placeGroups } from './places.ts'
import { page, shown } from './route.tsx'
import type { SetupRoute } from './setup-visit.ts'

/** *Quick Find*, for browsers without script: goes to the one place that is meant, or lists those that could be. */
export const quickFind: readonly SetupRoute[] = page('/setup/quick-find', 'view setup', async (visit) => {
  const wanted = (visit.query.get('find') ?? '').trim().slice(0, 100)
  const words = wanted.toLowerCase().split(/\s+/)
  const all: readonly Place[] = placeGroups.flatMap(({ places }) => [...places])
  const found = all
    .filter(({ right, isOfWalkthrough }) => visit.can(right) && (visit.hasWalkthrough || isOfWalkthrough !== true))
    .filter((place) => words.every((word) => `${place.label} ${place.words ?? ''}`.toLowerCase().includes(word)))
  const [only] = found
  if (only !== undefined && found.length === 1) return redirectTo(only.path, visit)
  return shown(visit, {
    title: 'Quick Find',
    place: '/setup',
    children: (
      <Card title={wanted === '' ? 'All places' : `Places for “${wanted}”`}>
        {found.length === 0 ? (
          <EmptyState title="Nothing is found">Try a part of a word, or pick a place from the tree.</EmptyState>
        ) : (
          <ul class="slds-list_dotted">
            {found.map(({ path, label }) => (
              <li>
                <a href={path}>{label}</a>
              </li>
            ))}
          </ul>
        )}
      </Card>
    ),
  })
})
