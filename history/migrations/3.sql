-- Baselines that people gave a name: of a measure, for any claim that names them, whenever it is written. What was
-- replaced stays; the last one counts.

create table named_baselines (
	key         integer primary key,
	project     integer not null references projects (key),
	name        text not null,
	environment text not null,
	measure     text not null,
	release     text not null,
	pinned      integer not null,
	begins      integer not null,
	ends        integer not null,
	events      text not null,
	exposure    text not null,
	histogram   text not null,
	query_hash  text not null
) strict;
create index named_baselines_by_name on named_baselines (project, environment, name, measure);

-- Stages of a pipeline that a run left out, and why.

create table skipped_stages (
	key  integer primary key,
	run  integer not null references runs (key) on delete cascade,
	name text not null,
	why  text not null,
	unique (run, name)
) strict;
