import { keyPrefixes } from '../record-id.ts'
import {
  type Field,
  type FieldTraits,
  field,
  readOnly,
  reference,
  required,
  type SObject,
  storedObject,
} from './object.ts'

const calculated: FieldTraits = { ...readOnly, isCalculated: true }
const industries = [
  'Agriculture',
  'Banking',
  'Chemicals',
  'Communications',
  'Construction',
  'Consulting',
  'Education',
  'Electronics',
  'Energy',
  'Engineering',
  'Finance',
  'Government',
  'Healthcare',
  'Insurance',
  'Manufacturing',
  'Media',
  'Retail',
  'Technology',
  'Telecommunications',
  'Transportation',
  'Utilities',
  'Other',
]
const leadSources = ['Web', 'Phone Inquiry', 'Partner Referral', 'Purchased List', 'Other']
const salutations = ['Mr.', 'Ms.', 'Mrs.', 'Dr.', 'Prof.']
const ratings = ['Hot', 'Warm', 'Cold']

const address = (prefix: string): readonly Field[] => [
  field('textarea', `${prefix}Street`, { length: 255 }),
  field('string', `${prefix}City`, { length: 40 }),
  field('string', `${prefix}State`, { length: 80, label: `${spaced(prefix)}State/Province` }),
  field('string', `${prefix}PostalCode`, { length: 20, label: `${spaced(prefix)}Zip/Postal Code` }),
  field('string', `${prefix}Country`, { length: 80 }),
]

const spaced = (prefix: string) => (prefix === '' ? '' : `${prefix} `)

const person: readonly Field[] = [
  field('string', 'LastName', { length: 80, ...required }),
  field('string', 'FirstName', { length: 40 }),
  field('picklist', 'Salutation', { values: salutations }),
  field('string', 'Name', { label: 'Full Name', length: 121, isNameField: true, ...calculated }),
]

const account = storedObject('Account', keyPrefixes.Account, [
  field('string', 'Name', { label: 'Account Name', isNameField: true, ...required }),
  field('picklist', 'Type', {
    label: 'Account Type',
    values: ['Prospect', 'Customer - Direct', 'Customer - Channel', 'Channel Partner / Reseller', 'Other'],
  }),
  reference('ParentId', ['Account'], { label: 'Parent Account ID', children: 'ChildAccounts' }),
  ...address('Billing'),
  ...address('Shipping'),
  field('phone', 'Phone', { label: 'Account Phone' }),
  field('phone', 'Fax', { label: 'Account Fax' }),
  field('string', 'AccountNumber', { length: 40 }),
  field('url', 'Website'),
  field('string', 'Sic', { label: 'SIC Code', length: 20 }),
  field('picklist', 'Industry', { values: industries }),
  field('currency', 'AnnualRevenue'),
  field('int', 'NumberOfEmployees', { label: 'Employees' }),
  field('picklist', 'Ownership', { values: ['Public', 'Private', 'Subsidiary', 'Other'] }),
  field('string', 'TickerSymbol', { length: 20 }),
  field('textarea', 'Description', { label: 'Account Description' }),
  field('picklist', 'Rating', { label: 'Account Rating', values: ratings }),
  field('string', 'Site', { label: 'Account Site', length: 80 }),
  field('picklist', 'AccountSource', { values: leadSources }),
])

const contact = storedObject('Contact', keyPrefixes.Contact, [
  reference('AccountId', ['Account'], { children: 'Contacts' }),
  ...person,
  ...address('Other'),
  ...address('Mailing'),
  field('phone', 'Phone', { label: 'Business Phone' }),
  field('phone', 'Fax', { label: 'Business Fax' }),
  field('phone', 'MobilePhone'),
  field('phone', 'HomePhone'),
  field('phone', 'OtherPhone'),
  field('phone', 'AssistantPhone', { label: 'Asst. Phone' }),
  reference('ReportsToId', ['Contact'], { label: 'Reports To ID' }),
  field('email', 'Email'),
  field('string', 'Title', { length: 128 }),
  field('string', 'Department', { length: 80 }),
  field('string', 'AssistantName', { label: "Assistant's Name", length: 40 }),
  field('picklist', 'LeadSource', { values: leadSources }),
  field('date', 'Birthdate'),
  field('textarea', 'Description', { label: 'Contact Description' }),
  field('boolean', 'HasOptedOutOfEmail', { label: 'Email Opt Out', isNillable: false, defaultValue: false }),
  field('boolean', 'DoNotCall', { isNillable: false, defaultValue: false }),
])

const lead = storedObject('Lead', keyPrefixes.Lead, [
  ...person,
  field('string', 'Title', { length: 128 }),
  field('string', 'Company', required),
  ...address(''),
  field('phone', 'Phone'),
  field('phone', 'MobilePhone'),
  field('phone', 'Fax'),
  field('email', 'Email'),
  field('url', 'Website'),
  field('textarea', 'Description'),
  field('picklist', 'LeadSource', { values: leadSources }),
  field('picklist', 'Status', {
    label: 'Lead Status',
    isNillable: false,
    defaultValue: 'Open - Not Contacted',
    values: ['Open - Not Contacted', 'Working - Contacted', 'Closed - Converted', 'Closed - Not Converted'],
  }),
  field('picklist', 'Industry', { values: industries }),
  field('picklist', 'Rating', { values: ratings }),
  field('currency', 'AnnualRevenue'),
  field('int', 'NumberOfEmployees', { label: 'Employees' }),
  field('boolean', 'IsConverted', { label: 'Converted', ...readOnly, defaultValue: false }),
])

const opportunity = storedObject(
  'Opportunity',
  keyPrefixes.Opportunity,
  [
    reference('AccountId', ['Account'], { children: 'Opportunities' }),
    field('string', 'Name', { length: 120, isNameField: true, ...required }),
    field('textarea', 'Description'),
    field('picklist', 'StageName', {
      label: 'Stage',
      ...required,
      values: [
        'Prospecting',
        'Qualification',
        'Needs Analysis',
        'Value Proposition',
        'Id. Decision Makers',
        'Perception Analysis',
        'Proposal/Price Quote',
        'Negotiation/Review',
        'Closed Won',
        'Closed Lost',
      ],
    }),
    field('currency', 'Amount'),
    field('percent', 'Probability', { label: 'Probability (%)' }),
    field('date', 'CloseDate', required),
    field('picklist', 'Type', {
      label: 'Opportunity Type',
      values: ['Existing Customer - Upgrade', 'Existing Customer - Replacement', 'New Customer'],
    }),
    field('string', 'NextStep'),
    field('picklist', 'LeadSource', { values: leadSources }),
    field('boolean', 'IsClosed', { label: 'Closed', ...calculated }),
    field('boolean', 'IsWon', { label: 'Won', ...calculated }),
  ],
  { plural: 'Opportunities' },
)

const supportCase = storedObject('Case', keyPrefixes.Case, [
  field('string', 'CaseNumber', { length: 30, isNameField: true, isAutoNumber: true, ...readOnly }),
  reference('ContactId', ['Contact'], { children: 'Cases' }),
  reference('AccountId', ['Account'], { children: 'Cases' }),
  reference('ParentId', ['Case'], { label: 'Parent Case ID', children: 'Cases' }),
  field('string', 'SuppliedName', { label: 'Name', length: 80 }),
  field('email', 'SuppliedEmail', { label: 'Email Address' }),
  field('string', 'SuppliedPhone', { label: 'Phone', length: 40 }),
  field('string', 'SuppliedCompany', { label: 'Company', length: 80 }),
  field('picklist', 'Type', {
    label: 'Case Type',
    values: ['Mechanical', 'Electrical', 'Electronic', 'Structural', 'Other'],
  }),
  field('picklist', 'Status', {
    isNillable: false,
    defaultValue: 'New',
    values: ['New', 'Working', 'Escalated', 'Closed'],
  }),
  field('picklist', 'Reason', { label: 'Case Reason' }),
  field('picklist', 'Origin', { label: 'Case Origin', values: ['Phone', 'Email', 'Web'] }),
  field('string', 'Subject'),
  field('picklist', 'Priority', { defaultValue: 'Medium', values: ['High', 'Medium', 'Low'] }),
  field('textarea', 'Description'),
  field('boolean', 'IsClosed', { label: 'Closed', ...calculated }),
  field('boolean', 'IsEscalated', { label: 'Escalated', isNillable: false, defaultValue: false }),
])

const related: readonly Field[] = [
  reference('WhoId', ['Contact', 'Lead'], { label: 'Name ID' }),
  reference('WhatId', ['Account', 'Opportunity', 'Case'], { label: 'Related To ID' }),
]

const task = storedObject('Task', keyPrefixes.Task, [
  ...related,
  field('string', 'Subject', { isNameField: true }),
  field('date', 'ActivityDate', { label: 'Due Date Only' }),
  field('picklist', 'Status', {
    isNillable: false,
    defaultValue: 'Not Started',
    values: ['Not Started', 'In Progress', 'Completed', 'Waiting on someone else', 'Deferred'],
  }),
  field('picklist', 'Priority', { isNillable: false, defaultValue: 'Normal', values: ['High', 'Normal', 'Low'] }),
  field('boolean', 'IsClosed', { label: 'Closed', ...calculated }),
  field('textarea', 'Description'),
])

const event = storedObject('Event', keyPrefixes.Event, [
  ...related,
  field('string', 'Subject', { isNameField: true }),
  field('string', 'Location'),
  field('boolean', 'IsAllDayEvent', { label: 'All-Day Event', isNillable: false, defaultValue: false }),
  field('datetime', 'StartDateTime', { label: 'Start Date Time' }),
  field('datetime', 'EndDateTime', { label: 'End Date Time' }),
  field('int', 'DurationInMinutes', { label: 'Duration' }),
  field('picklist', 'ShowAs', { label: 'Show Time As', values: ['Busy', 'OutOfOffice', 'Free'] }),
  field('textarea', 'Description'),
])

/** The standard objects whose records an org keeps. */
export const standardObjects: readonly SObject[] = [account, contact, lead, opportunity, supportCase, task, event]

/** What queries can ask of a record that may be of several objects, such as the `Who` of a task. */
export const nameObject: SObject = {
  ...storedObject('Name', '', [
    field('string', 'Name', { isNameField: true, ...calculated }),
    field('string', 'FirstName', calculated),
    field('string', 'LastName', calculated),
    field('string', 'Title', calculated),
    field('email', 'Email', calculated),
    field('phone', 'Phone', calculated),
    field('string', 'Type', calculated),
  ]),
  operations: { create: false, update: false, delete: false },
}
