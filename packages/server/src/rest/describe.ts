import type { DataAccess } from './access.ts'
import { answer, type Call, dataPath, type RestAnswer } from './call.ts'
import { recordPlan } from './find-records.ts'
import type { JsonObject } from './json.ts'
import type { Field, SObject } from './object.ts'
import { recordsOf } from './query.ts'
import type { Schema } from './schema.ts'

/** `GET /sobjects`: every object that the user sees. */
export function describeGlobal({ caller, version }: Call): RestAnswer {
  const sobjects = caller.schema.objects.map((object) => summaryOf(object, caller.access, version))
  return answer('DescribeGlobal', { encoding: 'UTF-8', maxBatchSize: 200, sobjects }, 'sobjects')
}

/** `GET /sobjects/<object>`: its summary, and the records that changed last. */
export async function describeBasic(call: Call, object: SObject): Promise<RestAnswer> {
  const { caller, version } = call
  const objectDescribe = summaryOf(object, caller.access, version)
  return answer('ObjectBasicInfo', { objectDescribe, recentItems: await recentRecords(call, object) })
}

/** `GET /sobjects/<object>/describe`: everything about it. */
export function describeObject({ caller, version }: Call, object: SObject): RestAnswer {
  const children = caller.schema.childrenOf(object).map(({ object: child, by, relationship }) => ({
    cascadeDelete: false,
    childSObject: child.name,
    deprecatedAndHidden: false,
    field: by.name,
    junctionIdListNames: [],
    junctionReferenceTo: [],
    relationshipName: relationship ?? null,
    restrictedDelete: false,
  }))
  const body = {
    ...summaryOf(object, caller.access, version),
    actionOverrides: [],
    childRelationships: children,
    compactLayoutable: false,
    fields: object.fields.map((field) => describeField(object, field, caller.schema)),
    listviewable: null,
    lookupLayoutable: null,
    namedLayoutInfos: [],
    networkScopeFieldName: null,
    recordTypeInfos: [],
    searchLayoutable: false,
    supportedScopes: [
      { label: `All ${object.plural}`, name: 'everything' },
      { label: `My ${object.plural}`, name: 'mine' },
    ],
  }
  return answer('DescribeSObject', body)
}

/** `GET /recent`: records of all objects that changed last. */
export async function recent(call: Call): Promise<RestAnswer> {
  const stored = call.caller.schema.objects.filter(({ kind }) => kind === 'stored')
  const items = await Promise.all(stored.map((object) => recentRecords(call, object)))
  return answer('Recent', items.flat(), 'items')
}

const mostRecent = 10

async function recentRecords(call: Call, object: SObject): Promise<readonly JsonObject[]> {
  const modified = object.fields.find(({ name }) => name === 'LastModifiedDate')
  const shown = object.fields.filter(({ name, isNameField }) => name === 'Id' || isNameField)
  if (object.kind !== 'stored' || modified === undefined) return []
  const select = shown.map((field) => ({ kind: 'field', path: { via: [], field }, name: field.name }) as const)
  const plan = recordPlan(call, object, select, undefined)
  const by = { kind: 'field', path: { via: [], field: modified } } as const
  const mine = { ...plan, isMine: true, orderBy: [{ by, isDescending: true, hasNullsLast: true }] }
  return recordsOf(call, mine, { offset: 0, limit: mostRecent })
}

function summaryOf(object: SObject, access: DataAccess, version: string): JsonObject {
  const { name, label, plural, keyPrefix, isCustom, operations } = object
  const path = `${dataPath(version)}/sobjects/${name}`
  const isStored = object.kind === 'stored'
  const may = (act: 'create' | 'edit' | 'delete') =>
    operations[act === 'edit' ? 'update' : act] && access.may(act, object)
  return {
    activateable: false,
    associateEntityType: null,
    associateParentEntity: null,
    createable: may('create'),
    custom: isCustom,
    customSetting: false,
    deepCloneable: false,
    deletable: may('delete'),
    deprecatedAndHidden: false,
    feedEnabled: false,
    hasSubtypes: false,
    isInterface: false,
    isSubtype: false,
    keyPrefix,
    label,
    labelPlural: plural,
    layoutable: isStored,
    mergeable: false,
    mruEnabled: isStored,
    name,
    queryable: true,
    replicateable: isStored,
    retrieveable: true,
    searchable: false,
    triggerable: false,
    undeletable: false,
    updateable: may('edit'),
    urls: {
      rowTemplate: `${path}/{ID}`,
      describe: `${path}/describe`,
      sobject: path,
      ...(isStored && !isCustom ? { listviews: `${path}/listviews` } : {}),
    },
  }
}

const soapTypes: Partial<Record<Field['type'], string>> = {
  boolean: 'xsd:boolean',
  currency: 'xsd:double',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
  double: 'xsd:double',
  id: 'tns:ID',
  int: 'xsd:int',
  percent: 'xsd:double',
  reference: 'tns:ID',
}

function describeField(object: SObject, field: Field, schema: Schema): JsonObject {
  const { name, label, type, reference, values } = field
  const isNumber = ['currency', 'double', 'percent'].includes(type)
  const visible = reference?.to.filter((target) => schema.find(target) !== undefined) ?? []
  const isSortable = field.isFilterable && type !== 'textarea' && type !== 'multipicklist'
  return {
    aggregatable: isSortable && type !== 'boolean',
    aiPredictionField: false,
    autoNumber: field.isAutoNumber,
    byteLength: type === 'id' || type === 'reference' ? 18 : field.length * 3,
    calculated: field.isCalculated,
    calculatedFormula: null,
    cascadeDelete: false,
    caseSensitive: false,
    compoundFieldName:
      object.nameField?.name === 'Name' && (name === 'FirstName' || name === 'LastName') ? 'Name' : null,
    controllerName: null,
    createable: field.isCreateable,
    custom: field.isCustom,
    defaultValue: field.defaultValue ?? (type === 'boolean' ? false : null),
    defaultValueFormula: null,
    defaultedOnCreate:
      field.defaultValue !== undefined || (type === 'boolean' && field.isCreateable) || name === 'OwnerId',
    dependentPicklist: false,
    deprecatedAndHidden: false,
    digits: type === 'int' ? field.precision : 0,
    displayLocationInDecimal: false,
    encrypted: false,
    externalId: field.isExternalId,
    extraTypeInfo: type === 'textarea' ? 'plaintextarea' : null,
    filterable: field.isFilterable && type !== 'textarea',
    filteredLookupInfo: null,
    formulaTreatNullNumberAsZero: false,
    groupable: isSortable && !isNumber && type !== 'datetime',
    highScaleNumber: false,
    htmlFormatted: false,
    idLookup: name === 'Id' || field.isExternalId,
    inlineHelpText: null,
    label,
    length: field.length,
    mask: null,
    maskType: null,
    name,
    nameField: field.isNameField,
    namePointing: visible.length > 1,
    nillable: field.isNillable,
    permissionable: field.isCreateable && field.isNillable,
    picklistValues: values.map((value) => ({
      active: true,
      defaultValue: value === field.defaultValue,
      label: value,
      validFor: null,
      value,
    })),
    polymorphicForeignKey: visible.length > 1,
    precision: isNumber ? field.precision : 0,
    queryByDistance: false,
    referenceTargetField: null,
    referenceTo: visible,
    relationshipName: reference?.relationship ?? null,
    relationshipOrder: null,
    restrictedDelete: false,
    restrictedPicklist: field.isRestricted,
    scale: isNumber ? field.scale : 0,
    searchPrefilterable: false,
    soapType: soapTypes[type] ?? 'xsd:string',
    sortable: isSortable,
    type,
    unique: field.isUnique,
    updateable: field.isUpdateable,
    writeRequiresMasterRead: false,
  }
}
