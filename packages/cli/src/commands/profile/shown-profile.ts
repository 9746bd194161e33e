import { dayHoursText, type Profile, weekdays } from '@sallyport/server'
import { details, duration } from '../../table.ts'
import type { Style } from '../../terminal.ts'
import { linesOf, objectText } from '../permission-options.ts'

/** A profile for programs. */
export function profileJson(
  { orgId, ...profile }: Profile,
  org: string,
): Omit<Profile, 'orgId'> & { readonly org: string } {
  return { ...profile, org }
}

/** A profile for people. */
export function profileText(profile: Profile, org: string, style: Style): string {
  const { name, id, permissions, objectPermissions, loginIpRanges, loginHours, sessionTimeout, requiresHighAssurance } =
    profile
  return details(
    {
      Name: name,
      Id: id,
      Org: org,
      Permissions: linesOf(permissions),
      Objects: linesOf(objectPermissions.map(objectText)),
      'Login IP ranges': linesOf(loginIpRanges.map(({ start, end }) => `${start}-${end}`)),
      'Login hours': linesOf(
        weekdays.flatMap((day) => {
          const hours = loginHours[day]
          return hours === undefined ? [] : dayHoursText(day, hours)
        }),
      ),
      'Session timeout': sessionTimeout === undefined ? "the org's" : duration(sessionTimeout),
      'At login': requiresHighAssurance ? 'high assurance session required' : undefined,
    },
    style,
  )
}
