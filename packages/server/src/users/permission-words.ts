import type { UserPermission } from './profile.ts'

/** What a permission is called in Setup, and what it allows. */
export interface PermissionWords {
  readonly label: string
  readonly hint: string
}

/** Every permission in words. */
export const permissionWords: Readonly<Record<UserPermission, PermissionWords>> = {
  ApiEnabled: {
    label: 'API Enabled',
    hint: 'Call the REST and SOAP APIs. Without it a token is issued and every call with it is refused.',
  },
  ApiUserOnly: {
    label: 'API Only User',
    hint: 'Programs alone may act for its users: they can open no page, and so allow no app by themselves. For users that stand for a program.',
  },
  ApproveUninstalledConnectedApps: {
    label: 'Approve Uninstalled Connected Apps',
    hint: 'Authorize apps that are not installed in this org. For people who try apps out before others may.',
  },
  BypassMFAForUiLogins: {
    label: 'Waive Multi-Factor Authentication for Exempt Users',
    hint: 'Sign in with the password alone, even where a profile or permission set asks for more. For test robots, not for people.',
  },
  CustomizeApplication: {
    label: 'Customize Application',
    hint: 'Change how the org is set up: certificates, My Domain and, with Manage Connected Apps, connected apps.',
  },
  ForceTwoFactor: {
    label: 'Multi-Factor Authentication for User Interface Logins',
    hint: 'After the password, sign-in in a browser asks for a code of an authenticator app. Calls of programs are not asked.',
  },
  ManageConnectedApps: {
    label: 'Manage Connected Apps',
    hint: 'Create, edit, install and delete connected apps, and set their policies.',
  },
  ManageUsers: {
    label: 'Manage Users',
    hint: 'Create, edit, freeze and deactivate users, end their sessions, read Login History, revoke and block apps.',
  },
  ModifyAllData: { label: 'Modify All Data', hint: 'Read, create, edit and delete every record of the org.' },
  TwoFactorApi: {
    label: 'Multi-Factor Authentication for API Logins',
    hint: 'Programs may not sign in with this user’s name and password: neither by the username-password flow nor by SOAP login().',
  },
  UseAnyApiClient: {
    label: 'Use Any API Client',
    hint: 'Until December 2025 it let its users authorize apps that are not installed; since then Approve Uninstalled Connected Apps does.',
  },
  ViewAllData: { label: 'View All Data', hint: 'Read every record of the org.' },
  ViewSetup: { label: 'View Setup and Configuration', hint: 'Open Setup. What can be changed there takes more.' },
}
