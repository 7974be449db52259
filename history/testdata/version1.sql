-- A history as version 1 kept it.
create table projects (
	key      integer primary key,
	name     text not null unique,
	last_run integer not null
) strict;

create table digests (
	key     integer primary key,
	project integer not null references projects (key),
	digest  text not null,
	tool    text not null,
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
	overrides text not null,
	seed      integer not null,
	start     integer not null,
	finish    integer,
	outcome   text not null,
	touched   integer not null,
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
	begins    integer not null,
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

insert into projects values (1, 'shop', 7);
insert into digests values (1, 1, 'sha256:1f', 'hoops 0.1.0', 1714564800000000000);
insert into runs values (1, 1, 'run-7', 7, 'sha256:1f', 'hoops 0.1.0', '["--rate 5/s"]', -1, 1714564800000000000, 1714564860000000000, 'failed', 1714564860000000000);
insert into stages values (1, 1, 'uat', 'functional', 'http', 'local', 'http://127.0.0.1:8080', '', 2, 1714564800000000000, 1714564860000000000, 'failed');
insert into scenarios values (1, 1, 'checkout', 'checkout/pay', '', 'Pay', 'passed', 1, 1714564800000000000, 12000000, 'checkout.feature:9:3', '');
insert into scenarios values (2, 1, 'checkout', 'checkout/refund', 'r1', 'Refund', 'failed', 2, null, 3000000, 'checkout.feature:19:3', 'checkout.feature:21 Then – status was 500');
insert into summaries values (1, 1, 0, 60000000000, 1, 'journeys', '', '', 100, 1, 0, 'HISTFAAA', '{"asked":100}');
pragma user_version = 1;
pragma application_id = 1752133488;
