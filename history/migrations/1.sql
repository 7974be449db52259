-- Runs and what happened in them. Times are nanoseconds since 1970 in UTC, durations are nanoseconds, and a time
-- that is not known is null. The file may be shared by several projects, so every row belongs to one.

create table projects (
	key      integer primary key,
	name     text not null unique,
	last_run integer not null -- the highest number given to a run; pruning does not lower it
) strict;

create table digests (
	key     integer primary key,
	project integer not null references projects (key),
	digest  text not null,
	tool    text not null, -- that met it first
	at      integer not null,
	unique (project, digest)
) strict;

create table runs (
	key       integer primary key,
	project   integer not null references projects (key),
	id        text not null,
	number    integer not null,
	digest    text not null,
	tool      text not null,
	overrides text not null, -- a JSON array of texts
	seed      integer not null, -- the bits of an unsigned number
	start     integer not null,
	finish    integer,
	outcome   text not null, -- empty until it ends
	touched   integer not null, -- when something was last written into it
	unique (project, id),
	unique (project, number)
) strict;

create table stages (
	key         integer primary key,
	run         integer not null references runs (key) on delete cascade,
	name        text not null,
	runner      text not null,
	driver      text not null,
	environment text not null,
	url         text not null,
	release     text not null,
	selected    integer not null,
	start       integer not null,
	finish      integer,
	outcome     text not null,
	unique (run, name)
) strict;

create table scenarios (
	key      integer primary key,
	stage    integer not null references stages (key) on delete cascade,
	feature  text not null,
	scenario text not null,
	row      text not null,
	name     text not null,
	status   text not null,
	attempts integer not null,
	start    integer,
	duration integer not null,
	place    text not null,
	cause    text not null
) strict;
create index scenarios_by_stage on scenarios (stage, status);

create table summaries (
	key       integer primary key,
	stage     integer not null references stages (key) on delete cascade,
	begins    integer not null, -- since the stage began
	ends      integer not null,
	final     integer not null,
	subject   text not null,
	name      text not null,
	scenario  text not null,
	count     integer not null,
	failed    integer not null,
	dropped   integer not null,
	histogram text not null,
	detail    text not null
) strict;
create index summaries_by_stage on summaries (stage);
