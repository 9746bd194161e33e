import {
  type BinaryOperationNode,
  ColumnDefinitionNode,
  type DataTypeNode,
  DummyDriver,
  Kysely,
  type OperationNode,
  OperatorNode,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  RawNode,
  SelectQueryNode,
  ValueNode,
} from 'kysely'
import type { Tables } from './tables.ts'
import { wordsForPostgres } from './words.ts'

/** Writes queries for PostgreSQL, so that they mean what they mean on SQLite. */
export function postgresQueries(): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (queries) => new PostgresIntrospector(queries),
      createQueryCompiler: () => new Compiler(),
    },
  })
}

class Compiler extends PostgresQueryCompiler {
  // Texts sort by their bytes and have no capitals but A to Z, whatever the language of the database is.
  protected override visitDataType(node: DataTypeNode): void {
    super.visitDataType(node)
    if (node.dataType === 'text' && this.parentNode !== undefined && ColumnDefinitionNode.is(this.parentNode)) {
      this.append(' collate "C"')
    }
  }

  protected override visitBinaryOperation(node: BinaryOperationNode): void {
    const { leftOperand, operator, rightOperand } = node
    // How few rows a bound lets through that is only given later, PostgreSQL does not know when it plans: it would hold all rows of
    // the table against those. Made an array first, each is looked up by its index.
    if (OperatorNode.is(operator) && operator.operator === 'in' && isBounded(rightOperand)) {
      this.visitNode(leftOperand)
      this.append(' = any(array')
      this.visitNode(rightOperand)
      this.append(')')
      return
    }
    // Of a value that is only asked whether it is null, PostgreSQL wants to be told the type.
    const isTest = OperatorNode.is(operator) && (operator.operator === 'is' || operator.operator === 'is not')
    this.visitNode(leftOperand)
    this.append(isTest && isGivenValue(leftOperand) ? '::text ' : ' ')
    this.visitNode(operator)
    this.append(' ')
    this.visitNode(rightOperand)
  }

  // On SQLite capitals A to Z do not count in LIKE.
  protected override visitOperator(node: OperatorNode): void {
    if (node.operator === 'like') this.append('ilike')
    else super.visitOperator(node)
  }

  protected override visitRaw(node: RawNode): void {
    super.visitRaw(wordsForPostgres(node))
  }
}

function isBounded(node: OperationNode): boolean {
  return SelectQueryNode.is(node) && node.limit !== undefined
}

/** Whether something is a value that each execution gives, and nothing around it. */
function isGivenValue(node: OperationNode): boolean {
  if (!RawNode.is(node)) return ValueNode.is(node)
  const [only] = node.parameters
  return only !== undefined && node.sqlFragments.every((text) => text === '') && isGivenValue(only)
}
