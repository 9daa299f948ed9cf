"""The database's schema, as numbered steps that are applied once and recorded.

A step is static SQL and is never edited after a release: a change is a new step.
"""

from __future__ import annotations

from dataclasses import dataclass

from store.database.database import Connection, Database, utc_now
from store.errors import NewerStoreError, StoreUnusableError

_LEDGER = """
CREATE TABLE IF NOT EXISTS migrations (
    number INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,
    applied_at TIMESTAMP NOT NULL
)
"""


@dataclass(frozen=True)
class Migration:
    """One step from a schema to the next.

    Parameters
    ----------
    number : int
        From 1, without gaps.
    name : str
        What it does, in a few words.
    sql : str
        The statements.
    """

    number: int
    name: str
    sql: str


MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        1,
        "run logs",
        """
        CREATE TABLE uploads (
            upload_id VARCHAR PRIMARY KEY,
            name VARCHAR NOT NULL,
            sha256 VARCHAR NOT NULL,
            rows BIGINT NOT NULL,
            added BIGINT NOT NULL,
            uploaded_at TIMESTAMP NOT NULL
        );
        CREATE TABLE runs (
            run_id VARCHAR PRIMARY KEY,
            application VARCHAR NOT NULL,
            cluster VARCHAR NOT NULL,
            num_executors BIGINT NOT NULL,
            executor_cores BIGINT NOT NULL,
            total_cores BIGINT NOT NULL,
            executor_memory_gb DOUBLE NOT NULL,
            images_per_partition BIGINT,
            sampling_rate_pct DOUBLE NOT NULL,
            input_images BIGINT,
            dataset_images BIGINT,
            completion_time_s DOUBLE,
            status VARCHAR NOT NULL,
            failure_kind VARCHAR,
            started_at TIMESTAMP,
            spark_version VARCHAR,
            campaign VARCHAR,
            repeat BIGINT,
            origin VARCHAR NOT NULL,
            settings JSON,
            upload_id VARCHAR,
            stored_at TIMESTAMP NOT NULL
        );
        CREATE TABLE tasks (
            run_id VARCHAR NOT NULL,
            stage_id BIGINT,
            stage_attempt BIGINT,
            task_id BIGINT,
            task_attempt BIGINT,
            executor_id VARCHAR,
            launch_ms BIGINT,
            finish_ms BIGINT,
            run_ms BIGINT,
            cpu_ns BIGINT,
            gc_ms BIGINT,
            deserialize_ms BIGINT,
            failed BOOLEAN,
            reason VARCHAR
        );
        CREATE TABLE executors (
            run_id VARCHAR NOT NULL,
            executor_id VARCHAR,
            host VARCHAR,
            cores BIGINT,
            added_ms BIGINT,
            removed_ms BIGINT,
            tasks BIGINT,
            removed_reason VARCHAR
        );
        CREATE TABLE clusters (
            name VARCHAR PRIMARY KEY,
            description VARCHAR NOT NULL,
            hardware JSON NOT NULL,
            price_per_core_hour DOUBLE,
            price_per_gib_hour DOUBLE,
            currency VARCHAR,
            changed_at TIMESTAMP NOT NULL
        );
        CREATE TABLE campaigns (
            name VARCHAR PRIMARY KEY,
            plan JSON NOT NULL,
            created_at TIMESTAMP NOT NULL,
            changed_at TIMESTAMP NOT NULL
        );
        """,
    ),
    Migration(
        2,
        "model registry",
        """
        CREATE TABLE models (
            name VARCHAR NOT NULL,
            version INTEGER NOT NULL,
            application VARCHAR NOT NULL,
            cluster VARCHAR NOT NULL,
            scenario VARCHAR NOT NULL,
            techniques JSON NOT NULL,
            params JSON NOT NULL,
            seed BIGINT NOT NULL,
            feature_schema JSON NOT NULL,
            training_run_ids VARCHAR[] NOT NULL,
            data_sha256 VARCHAR NOT NULL,
            fingerprint VARCHAR NOT NULL,
            environment JSON NOT NULL,
            artefact_sha256 VARCHAR NOT NULL,
            artefact_bytes BIGINT NOT NULL,
            created_at TIMESTAMP NOT NULL,
            PRIMARY KEY (name, version),
            UNIQUE (name, fingerprint)
        );
        CREATE TABLE metrics (
            name VARCHAR NOT NULL,
            version INTEGER NOT NULL,
            metric VARCHAR NOT NULL,
            protocol VARCHAR NOT NULL,
            value DOUBLE NOT NULL,
            unit VARCHAR NOT NULL,
            PRIMARY KEY (name, version, metric, protocol)
        );
        CREATE TABLE alias_events (
            name VARCHAR NOT NULL,
            alias VARCHAR NOT NULL,
            number INTEGER NOT NULL,
            version INTEGER NOT NULL,
            set_at TIMESTAMP NOT NULL,
            PRIMARY KEY (name, alias, number)
        );
        CREATE VIEW aliases AS
            SELECT name, alias, arg_max(version, number) AS version
            FROM alias_events GROUP BY name, alias;
        """,
    ),
    Migration(
        3,
        "uploads that can be undone; run_id as a UUID, without an index that doubles the time of storing",
        """
        CREATE TABLE runs_by_uuid (
            run_id UUID NOT NULL,
            application VARCHAR NOT NULL,
            cluster VARCHAR NOT NULL,
            num_executors BIGINT NOT NULL,
            executor_cores BIGINT NOT NULL,
            total_cores BIGINT NOT NULL,
            executor_memory_gb DOUBLE NOT NULL,
            images_per_partition BIGINT,
            sampling_rate_pct DOUBLE NOT NULL,
            input_images BIGINT,
            dataset_images BIGINT,
            completion_time_s DOUBLE,
            status VARCHAR NOT NULL,
            failure_kind VARCHAR,
            started_at TIMESTAMP,
            spark_version VARCHAR,
            campaign VARCHAR,
            repeat BIGINT,
            origin VARCHAR NOT NULL,
            settings JSON,
            upload_id VARCHAR,
            stored_at TIMESTAMP NOT NULL
        );
        INSERT INTO runs_by_uuid BY NAME SELECT * FROM runs;
        DROP TABLE runs;
        ALTER TABLE runs_by_uuid RENAME TO runs;
        ALTER TABLE tasks ALTER run_id TYPE UUID;
        ALTER TABLE executors ALTER run_id TYPE UUID;
        ALTER TABLE uploads ADD COLUMN uploaded_by VARCHAR;
        ALTER TABLE uploads ADD COLUMN left_out BIGINT DEFAULT 0;
        ALTER TABLE uploads ADD COLUMN undone_at TIMESTAMP;
        CREATE TABLE upload_repeats (
            upload_id VARCHAR NOT NULL,
            run_id UUID NOT NULL
        );
        CREATE TABLE undone_runs (
            upload_id VARCHAR NOT NULL,
            run_id UUID NOT NULL
        );
        """,
    ),
    Migration(
        4,
        "versions that are archived, purged and sealed",
        """
        ALTER TABLE models ADD COLUMN archived_at TIMESTAMP;
        ALTER TABLE models ADD COLUMN purged_at TIMESTAMP;
        ALTER TABLE models ADD COLUMN seal VARCHAR;
        CREATE OR REPLACE VIEW aliases AS
            SELECT name, alias, arg_max(version, number) AS version
            FROM alias_events GROUP BY name, alias HAVING arg_max(version, number) > 0;
        """,
    ),
    Migration(
        5,
        "peak memories of tasks and executors",
        """
        ALTER TABLE tasks ADD COLUMN peak_execution_bytes BIGINT;
        ALTER TABLE executors ADD COLUMN peak_heap_bytes BIGINT;
        ALTER TABLE executors ADD COLUMN peak_jvm_bytes BIGINT;
        ALTER TABLE executors ADD COLUMN peak_python_bytes BIGINT;
        """,
    ),
    Migration(
        6,
        "tasks of old runs in Parquet files",
        """
        CREATE TABLE compacted_runs (
            run_id UUID NOT NULL,
            file VARCHAR NOT NULL
        );
        """,
    ),
    Migration(
        7,
        "measurements that are no runs",
        """
        CREATE TABLE measurements (
            kind VARCHAR NOT NULL,
            name VARCHAR NOT NULL,
            number BIGINT NOT NULL,
            content JSON NOT NULL,
            measured_at TIMESTAMP NOT NULL,
            PRIMARY KEY (kind, name, number)
        );
        """,
    ),
)


def migrate(database: Database, migrations: tuple[Migration, ...] = MIGRATIONS) -> list[int]:
    """Bring the schema up to date; return the numbers applied now.

    Raises
    ------
    NewerStoreError
        If the database has a step that this code does not know.
    StoreUnusableError
        If it is some other program's database.
    """

    def work(connection: Connection) -> list[int]:
        applied = _applied(connection)
        if applied is None:
            raise StoreUnusableError(
                f"{database.path} is a DuckDB database of another program; nothing was changed, choose another --home"
            )
        newest = migrations[-1].number
        if applied and max(applied) > newest:
            raise NewerStoreError(
                f"{database.path} was written by a newer Sparkcast (schema {max(applied)}, this "
                f"one knows {newest}); update Sparkcast or choose another --home"
            )
        missing = [step for step in migrations if step.number not in applied]
        if missing:
            _apply(connection, missing)
        return [step.number for step in missing]

    return database.write(work)


def _applied(connection: Connection) -> set[int] | None:
    """Return the numbers of the steps that were applied; None when others made the tables."""
    tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    if not tables:
        return set()
    ledger = connection.execute(
        "SELECT count(*) FROM duckdb_columns() WHERE table_name = 'migrations' AND column_name IN ('number', 'name')"
    ).fetchone()
    if ledger != (2,):
        return None
    return {number for (number,) in connection.execute("SELECT number FROM migrations").fetchall()}


def _apply(connection: Connection, missing: list[Migration]) -> None:
    connection.execute(_LEDGER)
    for step in missing:
        connection.execute(step.sql)
        connection.execute("INSERT INTO migrations VALUES (?, ?, ?)", [step.number, step.name, utc_now()])
