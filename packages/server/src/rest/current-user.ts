import { displayName } from '../users/user.ts'
import { answer, type Call, dataPath, type RestAnswer } from './call.ts'

/** `GET /chatter/users/me`: who the caller is, as far as there are people without Chatter. */
export function currentUser({ caller: { user }, version }: Call): RestAnswer {
  return answer('UserDetail', {
    id: user.id,
    username: user.username,
    name: displayName(user),
    displayName: displayName(user),
    firstName: user.firstName ?? null,
    lastName: user.lastName,
    email: user.email,
    communityNickname: user.nickname,
    isActive: user.isActive,
    isChatterGuest: false,
    isInThisCommunity: true,
    type: 'User',
    userType: 'Internal',
    url: `${dataPath(version)}/chatter/users/${user.id}`,
  })
}
