-- Value: what was promised, what was seen and what it was compared with. Exact numbers are texts: "3", "0.97", "1/3".

create table claims (
	key       integer primary key,
	project   integer not null references projects (key),
	id        text not null,
	clause    text not null,
	feature   text not null,
	words     text not null,
	reading   text not null,
	measure   text not null,
	target    text not null,
	owner     text not null,
	guardrail integer not null,
	source    text not null,
	query     text not null,
	unique (project, id, clause, feature, words, reading, measure, target, owner, guardrail, source, query)
) strict;

create table verdicts (
	key          integer primary key,
	stage        integer not null references stages (key) on delete cascade,
	claim        integer not null references claims (key),
	at           integer not null,
	verdict      text not null,
	so_far       integer not null,
	reason       text not null,
	sentence     text not null,
	observed     text not null,
	interval     text not null,
	events       text not null,
	exposure     text not null,
	begins       integer,
	ends         integer,
	grade        text not null,
	would_change text not null,
	detail       text not null
) strict;
create index verdicts_by_stage on verdicts (stage);
create index verdicts_by_claim on verdicts (claim, at);

create table releases (
	key         integer primary key,
	project     integer not null references projects (key),
	environment text not null,
	version     text not null,
	at          integer not null,
	digest      text not null,
	unique (project, environment, at, version)
) strict;

create table baselines (
	key         integer primary key,
	project     integer not null references projects (key),
	claim       text not null,
	environment text not null,
	release     text not null,
	pinned      integer not null,
	begins      integer not null,
	ends        integer not null,
	events      text not null,
	exposure    text not null,
	histogram   text not null,
	query_hash  text not null,
	unique (project, claim, environment, release, query_hash, begins)
) strict;

create table scrapes (
	key         integer primary key,
	project     integer not null references projects (key),
	environment text not null,
	at          integer not null,
	release     text not null,
	source      text not null,
	json        text not null
) strict;
create index scrapes_by_time on scrapes (project, environment, at);
