"""rounds, plans, shortlists, webhooks

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('round',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('stage', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('stages', sa.JSON(), nullable=False),
    sa.Column('time_zone', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('settings', sa.JSON(), nullable=False),
    sa.Column('side_rules', sa.JSON(), nullable=False),
    sa.Column('columns', sa.JSON(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('made_by', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('made_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('published_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('finalised_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.CheckConstraint("state IN ('open', 'published', 'finalised')", name=op.f('ck_round_state_known')),
    sa.ForeignKeyConstraint(['made_by'], ['account.id'], name=op.f('fk_round_made_by'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_round'))
    )
    op.create_table('webhook',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('address', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.Column('secret_sealed', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column('events', sa.JSON(), nullable=False),
    sa.Column('made_by', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('made_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('disabled_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['made_by'], ['account.id'], name=op.f('fk_webhook_made_by'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook'))
    )
    op.create_table('roundrun',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('round_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('pack', sa.JSON(), nullable=False),
    sa.Column('plan', sa.JSON(), nullable=False),
    sa.Column('made_by', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('made_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('published_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.CheckConstraint('number > 0', name=op.f('ck_roundrun_number_positive')),
    sa.ForeignKeyConstraint(['made_by'], ['account.id'], name=op.f('fk_roundrun_made_by'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_roundrun_round_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roundrun')),
    sa.UniqueConstraint('round_id', 'number', name=op.f('uq_roundrun_round_id_number'))
    )
    with op.batch_alter_table('roundrun', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_roundrun_round_id'), ['round_id'], unique=False)

    op.create_table('webhookdelivery',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('webhook_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('event', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('body', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('next_try_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('claimed_until', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('last_status', sa.Integer(), nullable=True),
    sa.Column('last_problem', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column('made_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('delivered_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.CheckConstraint("state IN ('waiting', 'delivered', 'given-up')", name=op.f('ck_webhookdelivery_state_known')),
    sa.ForeignKeyConstraint(['webhook_id'], ['webhook.id'], name=op.f('fk_webhookdelivery_webhook_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhookdelivery'))
    )
    with op.batch_alter_table('webhookdelivery', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_webhookdelivery_state'), ['state'], unique=False)
        batch_op.create_index(batch_op.f('ix_webhookdelivery_webhook_id'), ['webhook_id'], unique=False)

    op.create_table('roundevent',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('round_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('program_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('startup_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('before', sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
    sa.Column('after', sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.Column('done_by', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('done_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['done_by'], ['account.id'], name=op.f('fk_roundevent_done_by'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['program_id'], ['program.id'], name=op.f('fk_roundevent_program_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_roundevent_round_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['startup_id'], ['startup.id'], name=op.f('fk_roundevent_startup_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roundevent'))
    )
    with op.batch_alter_table('roundevent', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_roundevent_round_id'), ['round_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_roundevent_startup_id'), ['startup_id'], unique=False)

    op.create_table('roundpin',
    sa.Column('round_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('program_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('startup_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.Column('set_by', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('set_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.CheckConstraint("kind IN ('pin', 'exclude')", name=op.f('ck_roundpin_kind_known')),
    sa.ForeignKeyConstraint(['program_id'], ['program.id'], name=op.f('fk_roundpin_program_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_roundpin_round_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['set_by'], ['account.id'], name=op.f('fk_roundpin_set_by'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['startup_id'], ['startup.id'], name=op.f('fk_roundpin_startup_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('round_id', 'program_id', 'startup_id', name=op.f('pk_roundpin'))
    )
    with op.batch_alter_table('roundpin', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_roundpin_startup_id'), ['startup_id'], unique=False)

    op.create_table('roundprogram',
    sa.Column('round_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('program_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('seats', sa.Integer(), nullable=False),
    sa.Column('waitlist', sa.Integer(), nullable=False),
    sa.CheckConstraint('seats >= 0', name=op.f('ck_roundprogram_seats_not_negative')),
    sa.CheckConstraint('waitlist >= 0', name=op.f('ck_roundprogram_waitlist_not_negative')),
    sa.ForeignKeyConstraint(['program_id'], ['program.id'], name=op.f('fk_roundprogram_program_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_roundprogram_round_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('round_id', 'program_id', name=op.f('pk_roundprogram'))
    )
    with op.batch_alter_table('roundprogram', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_roundprogram_program_id'), ['program_id'], unique=False)

    _rebuild_outcomes("'selected', 'waitlisted', 'not-selected', 'withdrawn'", in_rounds=True)


def _rebuild_outcomes(states: str, *, in_rounds: bool) -> None:
    """Make the table of results anew, with other states; nothing points to it, so no row elsewhere goes."""
    columns = (
        'program_id, startup_id, state, waitlist_rank, reason, published_by, published_at, appeal_until'
    )
    op.execute(f'CREATE TABLE outcome_before AS SELECT {columns} FROM outcome')
    op.drop_table('outcome')
    op.create_table('outcome',
    sa.Column('program_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('startup_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('waitlist_rank', sa.Integer(), nullable=True),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
    sa.Column('published_by', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('published_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('appeal_until', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    *([sa.Column('round_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True)] if in_rounds else []),
    sa.CheckConstraint("(state = 'waitlisted') = (waitlist_rank IS NOT NULL)", name=op.f('ck_outcome_rank_of_the_waitlist')),
    sa.CheckConstraint(f'state IN ({states})', name=op.f('ck_outcome_state_known')),
    sa.CheckConstraint('waitlist_rank IS NULL OR waitlist_rank > 0', name=op.f('ck_outcome_rank_positive')),
    sa.ForeignKeyConstraint(['program_id'], ['program.id'], name=op.f('fk_outcome_program_id')),
    sa.ForeignKeyConstraint(['published_by'], ['account.id'], name=op.f('fk_outcome_published_by'), ondelete='SET NULL'),
    *([sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_outcome_round_id'), ondelete='SET NULL')] if in_rounds else []),
    sa.ForeignKeyConstraint(['startup_id'], ['startup.id'], name=op.f('fk_outcome_startup_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('program_id', 'startup_id', name=op.f('pk_outcome'))
    )
    with op.batch_alter_table('outcome', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outcome_startup_id'), ['startup_id'], unique=False)
        if in_rounds:
            batch_op.create_index(batch_op.f('ix_outcome_round_id'), ['round_id'], unique=False)
    # Who withdrew was not selected, as far as older versions know.
    op.execute(
        f"INSERT INTO outcome ({columns}) SELECT program_id, startup_id, CASE WHEN state IN ({states}) THEN state"
        " ELSE 'not-selected' END, waitlist_rank, reason, published_by, published_at, appeal_until"
        ' FROM outcome_before'
    )
    op.drop_table('outcome_before')


def downgrade() -> None:
    _rebuild_outcomes("'selected', 'waitlisted', 'not-selected'", in_rounds=False)
    for table in ('webhookdelivery', 'webhook', 'roundevent', 'roundrun', 'roundpin', 'roundprogram', 'round'):
        op.drop_table(table)
