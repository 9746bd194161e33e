export { type JoiningOptions, joinEntries } from './certificate-entries.ts'
export { isUniqueName, uniqueNameFrom } from './certificate-name.ts'
export { type NamePart, readSubject, type Subject } from './certificate-subject.ts'
export {
  fromJwk,
  fromJwks,
  type Jwk,
  type JwkOptions,
  type JwkSet,
  jwkThumbprint,
  type KeyOfJwk,
  toJwk,
  toJwks,
  toPrivateJwk,
} from './jwk.ts'
export type {
  KeyStore,
  KeyStoreEntry,
  KeyStoreFormat,
  LockedPrivateKeyEntry,
  PrivateKeyEntry,
  TrustedCertificateEntry,
} from './key-store.ts'
export { KeyStoreError, type KeyStoreErrorCode } from './key-store-error.ts'
export { pemBlock } from './pem.ts'
export { detectFormat, type ReadingOptions, readKeyStore } from './read-key-store.ts'
export {
  checkSalesforceImport,
  type ImportCheck,
  type ImportCheckOptions,
  type ImportRule,
  type SalesforceImport,
} from './salesforce-import.ts'
export {
  type KeySize,
  keySizes,
  makePrivateKey,
  makeSelfSigned,
  type SelfSigned,
  type SelfSignedRequest,
} from './self-signed.ts'
export { makeSigningRequest, type SigningRequest, signedChain } from './signing-request.ts'
export { type WritingOptions, writeKeyStore } from './write-key-store.ts'
export {
  type CertificateDescription,
  describeCertificate,
  describePrivateKey,
  isChain,
  type KeyDescription,
  keyIdentity,
  keyMatchesCertificate,
  orderChain,
  publicKeyOf,
  readPrivateKey,
} from './x509.ts'
