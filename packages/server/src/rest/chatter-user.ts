import { readRecordId } from '../record-id.ts'
import { answer, type Call, dataPath, type RestAnswer } from './call.ts'
import { RestError } from './error.ts'
import { recordsById } from './find-records.ts'
import { objectAt } from './records.ts'
import { readField } from './schema.ts'

const fields = ['Id', 'Username', 'Name', 'FirstName', 'LastName', 'Email', 'CommunityNickname', 'IsActive']

/**
 * `GET /chatter/users/me`, or the id of somebody else in the org: who that is, as far as there are people without Chatter.
 * @throws {RestError} 404 `NOT_FOUND`
 */
export async function chatterUser(call: Call, who: string): Promise<RestAnswer> {
  const object = objectAt(call, 'User')
  const id = who === 'me' ? call.caller.user.id : readRecordId(who)
  const names = fields.map((name) => readField(object, name))
  const [user] = id === undefined ? [] : await recordsById(call, object, [id], names)
  if (user === undefined) {
    throw new RestError({ reason: 'record-unknown', facts: { found: who.slice(0, 40), object: object.name } })
  }
  const { Id, Username, Name, FirstName, LastName, Email, CommunityNickname, IsActive } = user
  return answer('UserDetail', {
    id: Id,
    username: Username,
    name: Name,
    displayName: Name,
    firstName: FirstName,
    lastName: LastName,
    email: Email,
    communityNickname: CommunityNickname,
    isActive: IsActive,
    isChatterGuest: false,
    isInThisCommunity: true,
    type: 'User',
    userType: 'Internal',
    url: `${dataPath(call.version)}/chatter/users/${String(Id)}`,
  })
}
