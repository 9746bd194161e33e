import type { FieldType } from './object.ts'

/** A column of an object's list views. */
export interface FieldColumn {
  /** A field, or one of a record it refers to, such as `Owner.Alias`. */
  readonly path: string
  readonly label: string
  readonly type: FieldType
}

/** An object that has list views. */
export interface ListedObject {
  /** API name. */
  readonly name: string
  readonly label: string
  readonly plural: string
  /** Where its list views' numbers begin. Ids are made from them, so it never changes. */
  readonly firstListView: number
  /** What list views show, in order; the first sorts. */
  readonly columns: readonly FieldColumn[]
}

const ownerAlias = (label: string): FieldColumn => ({ path: 'Owner.Alias', label, type: 'string' })

/** The objects that have list views. */
export const listedObjects: readonly ListedObject[] = [
  {
    name: 'Account',
    label: 'Account',
    plural: 'Accounts',
    firstListView: 1,
    columns: [
      { path: 'Name', label: 'Account Name', type: 'string' },
      { path: 'Site', label: 'Account Site', type: 'string' },
      { path: 'BillingState', label: 'Billing State/Province', type: 'string' },
      { path: 'Phone', label: 'Phone', type: 'phone' },
      { path: 'Type', label: 'Type', type: 'picklist' },
      ownerAlias('Account Owner Alias'),
    ],
  },
  {
    name: 'Contact',
    label: 'Contact',
    plural: 'Contacts',
    firstListView: 11,
    columns: [
      { path: 'Name', label: 'Name', type: 'string' },
      { path: 'Account.Name', label: 'Account Name', type: 'string' },
      { path: 'Title', label: 'Title', type: 'string' },
      { path: 'Phone', label: 'Phone', type: 'phone' },
      { path: 'Email', label: 'Email', type: 'email' },
      ownerAlias('Contact Owner Alias'),
    ],
  },
  {
    name: 'Lead',
    label: 'Lead',
    plural: 'Leads',
    firstListView: 21,
    columns: [
      { path: 'Name', label: 'Name', type: 'string' },
      { path: 'Company', label: 'Company', type: 'string' },
      { path: 'State', label: 'State/Province', type: 'string' },
      { path: 'Email', label: 'Email', type: 'email' },
      { path: 'Status', label: 'Lead Status', type: 'picklist' },
      ownerAlias('Owner Alias'),
    ],
  },
  {
    name: 'Opportunity',
    label: 'Opportunity',
    plural: 'Opportunities',
    firstListView: 31,
    columns: [
      { path: 'Name', label: 'Opportunity Name', type: 'string' },
      { path: 'Account.Name', label: 'Account Name', type: 'string' },
      { path: 'Amount', label: 'Amount', type: 'currency' },
      { path: 'CloseDate', label: 'Close Date', type: 'date' },
      { path: 'StageName', label: 'Stage', type: 'picklist' },
      ownerAlias('Opportunity Owner Alias'),
    ],
  },
  {
    name: 'Case',
    label: 'Case',
    plural: 'Cases',
    firstListView: 41,
    columns: [
      { path: 'CaseNumber', label: 'Case Number', type: 'string' },
      { path: 'Contact.Name', label: 'Contact Name', type: 'string' },
      { path: 'Subject', label: 'Subject', type: 'string' },
      { path: 'Status', label: 'Status', type: 'picklist' },
      { path: 'Priority', label: 'Priority', type: 'picklist' },
      ownerAlias('Case Owner Alias'),
    ],
  },
  {
    name: 'Task',
    label: 'Task',
    plural: 'Tasks',
    firstListView: 51,
    columns: [
      { path: 'Subject', label: 'Subject', type: 'string' },
      { path: 'Who.Name', label: 'Name', type: 'string' },
      { path: 'What.Name', label: 'Related To', type: 'string' },
      { path: 'ActivityDate', label: 'Due Date', type: 'date' },
      { path: 'Status', label: 'Status', type: 'picklist' },
      ownerAlias('Assigned Alias'),
    ],
  },
  {
    name: 'Event',
    label: 'Event',
    plural: 'Events',
    firstListView: 61,
    columns: [
      { path: 'Subject', label: 'Subject', type: 'string' },
      { path: 'Location', label: 'Location', type: 'string' },
      { path: 'StartDateTime', label: 'Start', type: 'datetime' },
      { path: 'EndDateTime', label: 'End', type: 'datetime' },
      ownerAlias('Assigned Alias'),
    ],
  },
]
