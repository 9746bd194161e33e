// Numbers that may be given while a table with rows is put into parts; and those of the first part of one without.
const ahead = 1 << 24
const first = 1 << 20

/**
 * The statements that put a table into parts by its `id`, one by one, each by itself. They may be begun anew after they were
 * broken off, and none of them lets those who use the table wait longer than for a moment: what there is becomes the first
 * part as it is, after it was looked at in passing whether all of it belongs there.
 */
export function intoParts(table: string): readonly string[] {
  const bound = `${table}_in_first_part`
  const isWhole = `exists (select from pg_class where oid = '${table}'::regclass and relkind = 'r')`
  return [
    `do $$ declare bound bigint; begin
      if not ${isWhole} then return; end if;
      set local lock_timeout = '300ms';
      lock table "${table}" in access exclusive mode;
      if exists (select from pg_constraint where conrelid = '${table}'::regclass and conname = '${bound}') then return; end if;
      if exists (select from "${table}") then
        bound := ${ahead} + (select last_value from "${table}_id_seq");
      else
        bound := ${first} + (select last_value from "${table}_id_seq");
      end if;
      execute format('alter table "${table}" add constraint "${bound}" check (id < %s) not valid', bound);
    end $$`,
    // Reads all rows, and lets others read and write meanwhile.
    `do $$ begin
      if ${isWhole} then alter table "${table}" validate constraint "${bound}"; end if;
    end $$`,
    `do $$ declare bound text; next bigint; pair record; begin
      if not ${isWhole} then return; end if;
      set local lock_timeout = '300ms';
      lock table "${table}" in access exclusive mode;
      bound := (select substring(pg_get_constraintdef(oid) from '\\d+') from pg_constraint
        where conrelid = '${table}'::regclass and conname = '${bound}');
      next := (select case when is_called then last_value + 1 else last_value end from "${table}_id_seq");
      alter table "${table}" rename to "${table}_0";
      alter table "${table}_0" alter column id drop identity;
      execute format('create sequence "${table}_id_seq" as bigint start %s', next);
      create table "${table}" (like "${table}_0" including defaults including indexes including storage)
        partition by range (id);
      alter table "${table}" alter column id set default nextval('"${table}_id_seq"');
      alter sequence "${table}_id_seq" owned by "${table}".id;
      execute format('alter table "${table}" attach partition "${table}_0" for values from (minvalue) to (%s)', bound);
      alter table "${table}_0" drop constraint "${bound}";
      create table "${table}_rest" partition of "${table}" default;
      -- Later steps of the schema know indexes by the names that they were given, and these are those of the whole now.
      for pair in select parent.relname as whole, child.relname as part
        from pg_inherits join pg_index on pg_index.indexrelid = inhrelid and pg_index.indrelid = '"${table}_0"'::regclass
          join pg_class as child on child.oid = inhrelid join pg_class as parent on parent.oid = inhparent
      loop
        execute format('alter index %I rename to %I', pair.part, pair.part || '_0');
        execute format('alter index %I rename to %I', pair.whole, pair.part);
      end loop;
    end $$`,
  ]
}
