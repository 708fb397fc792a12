-- Companies, the people who work with their books, and how they prove who they are. Every table is under row level security: a transaction
-- sees the rows of the company, the person or the credential that it names (libs/common/pg/acting.h), without a name none. FORCE, because the
-- service's role owns the tables.
create function acting(what text) returns text language sql stable as $$ select nullif(current_setting('q2o.' || what, true), '') $$;

create table tenant (
  tenant_id uuid not null primary key,
  name text not null,                    -- sealed
  created_at timestamptz not null
);

create table person (
  person_id uuid not null primary key,
  address_hash text not null unique,     -- HMAC-SHA256 of the address; its key is not in the database
  address text not null,                 -- sealed with the person's own key, as is the name
  name text not null,
  language text not null,
  password_hash text,                    -- Argon2id; null: not verified yet, or signs in elsewhere
  verified_at timestamptz,
  created_at timestamptz not null,
  last_tenant_id uuid
);

create table membership (
  tenant_id uuid not null references tenant,
  person_id uuid not null references person,
  role text not null check (role in ('viewer', 'accountant', 'owner')),
  active boolean not null default true,
  joined_at timestamptz not null,
  last_sign_in_at timestamptz,
  primary key (tenant_id, person_id)
);
create index membership_person on membership (person_id);

-- Opaque tokens in cookies; only their hash is here.
create table session (
  session_hash text not null primary key,
  person_id uuid not null references person,
  tenant_id uuid,                        -- the company that calls are about
  signed_in_at timestamptz not null,
  seen_at timestamptz not null,          -- at most a minute late
  expires_at timestamptz not null        -- whatever happens
);
create index session_person on session (person_id);
create index session_expires on session (expires_at);

-- Links of mails. A sign-up's password belongs to its link: it becomes the account's when this link is followed, so that who signed up with
-- somebody else's address has gained nothing when its owner signs up, too.
create table one_time_token (
  token_hash text not null primary key,
  purpose text not null check (purpose in ('verify', 'reset')),
  person_id uuid not null references person,
  password_hash text,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index one_time_token_person on one_time_token (person_id);
create index one_time_token_expires on one_time_token (expires_at);

create table invitation (
  invitation_id uuid not null primary key,
  tenant_id uuid not null references tenant,
  address_hash text not null,
  address text not null,                 -- sealed for the company
  role text not null check (role in ('viewer', 'accountant', 'owner')),
  language text not null,
  token_hash text not null unique,
  invited_by uuid,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz                   -- accepted, revoked or replaced
);
create index invitation_tenant on invitation (tenant_id) where ended_at is null;
create index invitation_address on invitation (address_hash) where ended_at is null;

-- A person as an issuer of single sign-on names him.
create table external_identity (
  identity_hash text not null primary key,  -- SHA-256 of issuer and subject
  person_id uuid not null references person,
  created_at timestamptz not null
);
create index external_identity_person on external_identity (person_id);

-- From where a person has signed in before: keyed hash of network and program.
create table seen_place (
  person_id uuid not null references person,
  place_hash text not null,
  first_seen_at timestamptz not null,
  primary key (person_id, place_hash)
);

-- Tries that are counted: per account and per network address, as keyed hashes, whether they exist or not.
create table attempt (
  subject text not null primary key,
  failures integer not null,
  last_at timestamptz not null,
  blocked_until timestamptz not null
);

do $$
declare
  entry record;
begin
  for entry in select * from (values
    ('tenant', 'tenant_id::text = acting(''tenant'')'),
    ('membership', 'tenant_id::text = acting(''tenant'') or person_id::text = acting(''person'')'),
    ('person', 'person_id::text = acting(''person'') or address_hash = acting(''credential'')'
      ' or exists (select 1 from membership m where m.person_id = person.person_id and m.tenant_id::text = acting(''tenant''))'),
    ('session', 'session_hash = acting(''credential'') or person_id::text = acting(''person'')'
      ' or (acting(''sweep'') is not null and expires_at < now())'),
    ('one_time_token', 'token_hash = acting(''credential'') or person_id::text = acting(''person'')'
      ' or (acting(''sweep'') is not null and expires_at < now())'),
    ('invitation', 'tenant_id::text = acting(''tenant'') or token_hash = acting(''credential'') or address_hash = acting(''credential'')'),
    ('external_identity', 'identity_hash = acting(''credential'') or person_id::text = acting(''person'')'),
    ('seen_place', 'person_id::text = acting(''person'')')
  ) as t (name, rule) loop
    execute format('alter table %I enable row level security', entry.name);
    execute format('alter table %I force row level security', entry.name);
    execute format('create policy acting on %I using (%s)', entry.name, entry.rule);
  end loop;
end $$;
