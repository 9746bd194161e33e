// Nothing is exported yet: this package holds its place in the layout (docs/architecture.md).
export {}
