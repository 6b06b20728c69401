"""reviews of every reviewer, conflicts of interest, discussion

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

STAMPED = ('startup', 'profile', 'candidacy', 'consent', 'conflictanswer', 'startupmember', 'program', 'agency', 'city')


def upgrade() -> None:
    op.create_table('conflictanswer',
    sa.Column('account_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('startup_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=14), nullable=False),
    sa.Column('text', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.Column('evidence', sa.JSON(), nullable=False),
    sa.Column('answered_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('ruled_by', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('ruled_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('ruling', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.CheckConstraint("(state = 'clear') = (kind = 'none')", name=op.f('ck_conflictanswer_clear_without_kind')),
    sa.CheckConstraint("kind IN ('none', 'declared', 'challenged', 'founder', 'email-domain', 'employer', 'shareholding')", name=op.f('ck_conflictanswer_kind_known')),
    sa.CheckConstraint("state IN ('clear', 'open', 'confirmed', 'dismissed')", name=op.f('ck_conflictanswer_state_known')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_conflictanswer_account_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['ruled_by'], ['account.id'], name=op.f('fk_conflictanswer_ruled_by'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['startup_id'], ['startup.id'], name=op.f('fk_conflictanswer_startup_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account_id', 'startup_id', name=op.f('pk_conflictanswer'))
    )
    with op.batch_alter_table('conflictanswer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_conflictanswer_startup_id'), ['startup_id'], unique=False)

    op.create_table('outsidetie',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('account_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=14), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('told_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.CheckConstraint("kind IN ('employer', 'shareholding')", name=op.f('ck_outsidetie_kind_known')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_outsidetie_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outsidetie')),
    sa.UniqueConstraint('account_id', 'kind', 'name', name=op.f('uq_outsidetie_account_id_kind_name'))
    )
    with op.batch_alter_table('outsidetie', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outsidetie_account_id'), ['account_id'], unique=False)

    op.create_table('comment',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('program_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('startup_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('reply_to', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('author_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('text', sqlmodel.sql.sqltypes.AutoString(length=4000), nullable=False),
    sa.Column('written_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('withdrawn_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['account.id'], name=op.f('fk_comment_author_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['program_id'], ['program.id'], name=op.f('fk_comment_program_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['reply_to'], ['comment.id'], name=op.f('fk_comment_reply_to'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['startup_id'], ['startup.id'], name=op.f('fk_comment_startup_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_comment'))
    )
    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_comment_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_comment_program_id'), ['program_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_comment_startup_id'), ['startup_id'], unique=False)

    op.create_table('notice',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('account_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('program_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('startup_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('address', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column('made_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('read_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_notice_account_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['program_id'], ['program.id'], name=op.f('fk_notice_program_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['startup_id'], ['startup.id'], name=op.f('fk_notice_startup_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice'))
    )
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notice_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_notice_startup_id'), ['startup_id'], unique=False)

    op.create_table('question',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('program_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('startup_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('asked_by', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('text', sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
    sa.Column('asked_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('relayed_by', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('relayed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('relayed_text', sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
    sa.Column('answer', sqlmodel.sql.sqltypes.AutoString(length=4000), nullable=False),
    sa.Column('answered_by', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('answered_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.CheckConstraint("state IN ('asked', 'refused', 'relayed', 'answered')", name=op.f('ck_question_state_known')),
    sa.ForeignKeyConstraint(['answered_by'], ['account.id'], name=op.f('fk_question_answered_by'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['asked_by'], ['account.id'], name=op.f('fk_question_asked_by'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['program_id'], ['program.id'], name=op.f('fk_question_program_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['relayed_by'], ['account.id'], name=op.f('fk_question_relayed_by'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['startup_id'], ['startup.id'], name=op.f('fk_question_startup_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question'))
    )
    with op.batch_alter_table('question', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_question_asked_by'), ['asked_by'], unique=False)
        batch_op.create_index(batch_op.f('ix_question_program_id'), ['program_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_question_startup_id'), ['startup_id'], unique=False)

    op.create_table('review',
    sa.Column('program_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('startup_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('desk', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('decision', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=True),
    sa.Column('reason_kind', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.Column('scores', sa.JSON(), nullable=False),
    sa.Column('pinned', sa.Boolean(), nullable=False),
    sa.Column('excluded', sa.Boolean(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=True),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.Column('liking', sa.Integer(), nullable=False),
    sa.Column('override_verdict', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=True),
    sa.Column('override_reason', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.Column('aggregate', sa.JSON(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('reviewer', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('submitted_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('changed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.CheckConstraint("decision IS NULL OR decision IN ('accept', 'maybe', 'decline')", name=op.f('ck_review_decision_known')),
    sa.CheckConstraint("override_verdict IS NULL OR override_verdict IN ('eligible', 'not_eligible', 'cannot_tell')", name=op.f('ck_review_override_known')),
    sa.CheckConstraint('liking IN (-1, 0, 1)', name=op.f('ck_review_liking_known')),
    sa.CheckConstraint('place IS NULL OR place > 0', name=op.f('ck_review_place_positive')),
    sa.ForeignKeyConstraint(['program_id'], ['program.id'], name=op.f('fk_review_program_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['startup_id'], ['startup.id'], name=op.f('fk_review_startup_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('program_id', 'startup_id', 'desk', name=op.f('pk_review'))
    )
    with op.batch_alter_table('review', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_review_reviewer'), ['reviewer'], unique=False)
        batch_op.create_index(batch_op.f('ix_review_startup_id'), ['startup_id'], unique=False)

    op.create_table('reviewsetup',
    sa.Column('program_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('phase', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('blind', sa.Boolean(), nullable=False),
    sa.Column('wanted_reviews', sa.Integer(), nullable=False),
    sa.Column('aggregation', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('zero_excludes', sa.Boolean(), nullable=False),
    sa.Column('learning', sa.Boolean(), nullable=False),
    sa.Column('rule_version', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('changed_by', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('changed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.CheckConstraint("aggregation IN ('trimmed-mean', 'median', 'mean')", name=op.f('ck_reviewsetup_aggregation_known')),
    sa.CheckConstraint("phase IN ('individual', 'decision')", name=op.f('ck_reviewsetup_phase_known')),
    sa.CheckConstraint('wanted_reviews BETWEEN 1 AND 20', name=op.f('ck_reviewsetup_wanted_reviews_in_range')),
    sa.ForeignKeyConstraint(['changed_by'], ['account.id'], name=op.f('fk_reviewsetup_changed_by'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['program_id'], ['program.id'], name=op.f('fk_reviewsetup_program_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('program_id', name=op.f('pk_reviewsetup'))
    )

    # What was decided so far was decided by the agency as a whole.
    op.execute("""
        INSERT INTO review (program_id, startup_id, desk, decision, reason_kind, reason, scores, pinned, excluded,
                            place, turn, liking, override_reason, revision, reviewer, submitted_at, changed_at)
        SELECT program_id, startup_id, 'agency', decision, '', reason, '{}', pinned, 0,
               place, turn, 0, '', revision, reviewer,
               CASE WHEN decision IS NULL THEN NULL ELSE changed_at END, changed_at
        FROM reviewdecision
    """)
    op.execute("""
        INSERT INTO reviewsetup (program_id, phase, blind, wanted_reviews, aggregation, zero_excludes, learning,
                                 rule_version, revision, changed_at)
        SELECT program_id, 'decision', 0, 2, 'trimmed-mean', 0, 1, 1, 0, max(changed_at)
        FROM reviewdecision GROUP BY program_id
    """)
    op.drop_table('reviewdecision')
    op.rename_table('reviewstep', 'earlierstep')
    op.execute("DROP INDEX ix_reviewstep_program_id")
    op.execute("DROP INDEX ix_reviewstep_startup_id")
    op.create_table('reviewstep',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('program_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('startup_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('desk', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('act', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('reviewer', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('changed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['program_id'], ['program.id'], name=op.f('fk_reviewstep_program_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['startup_id'], ['startup.id'], name=op.f('fk_reviewstep_startup_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reviewstep'))
    )
    op.execute("""
        INSERT INTO reviewstep (id, program_id, startup_id, desk, before, act, reviewer, changed_at)
        SELECT id, program_id, startup_id, 'agency',
               json_object('decision', decision, 'reason', reason,
                           'pinned', json(CASE pinned WHEN 1 THEN 'true' ELSE 'false' END),
                           'place', place, 'turn', turn),
               '', reviewer, changed_at
        FROM earlierstep
    """)
    op.drop_table('earlierstep')
    with op.batch_alter_table('reviewstep', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reviewstep_program_id'), ['program_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reviewstep_reviewer'), ['reviewer'], unique=False)
        batch_op.create_index(batch_op.f('ix_reviewstep_startup_id'), ['startup_id'], unique=False)

    op.create_table('contentstamp',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('stamp', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_contentstamp_only_one')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contentstamp'))
    )
    op.execute("INSERT INTO contentstamp (id, stamp) VALUES (1, lower(hex(randomblob(8))))")
    for table in STAMPED:
        for event in ('INSERT', 'UPDATE', 'DELETE'):
            op.execute(
                f"CREATE TRIGGER stamp_{table}_{event.lower()} AFTER {event} ON {table} "
                "BEGIN UPDATE contentstamp SET stamp = lower(hex(randomblob(8))); END"
            )



def downgrade() -> None:
    for table in STAMPED:
        for event in ('insert', 'update', 'delete'):
            op.execute(f"DROP TRIGGER stamp_{table}_{event}")
    op.drop_table('contentstamp')
    op.create_table('reviewdecision',
    sa.Column('program_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('startup_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('decision', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=True),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.Column('pinned', sa.Boolean(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=True),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('reviewer', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('changed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.CheckConstraint("decision IS NULL OR decision IN ('accept', 'maybe', 'decline')", name=op.f('ck_reviewdecision_decision_known')),
    sa.CheckConstraint('place IS NULL OR place > 0', name=op.f('ck_reviewdecision_place_positive')),
    sa.ForeignKeyConstraint(['program_id'], ['program.id'], name=op.f('fk_reviewdecision_program_id')),
    sa.ForeignKeyConstraint(['startup_id'], ['startup.id'], name=op.f('fk_reviewdecision_startup_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('program_id', 'startup_id', name=op.f('pk_reviewdecision'))
    )
    # An earlier Landfall knows the decisions of the agency alone, and no step of theirs can be undone there.
    op.execute("""
        INSERT INTO reviewdecision (program_id, startup_id, decision, reason, pinned, place, turn, revision,
                                    reviewer, changed_at)
        SELECT program_id, startup_id, decision, reason, pinned, place, turn, revision, reviewer, changed_at
        FROM review WHERE desk = 'agency'
    """)
    for table in ('review', 'reviewsetup', 'reviewstep', 'notice', 'question', 'comment', 'outsidetie', 'conflictanswer'):
        op.drop_table(table)
    op.create_table('reviewstep',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('program_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('startup_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('decision', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=True),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.Column('pinned', sa.Boolean(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=True),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.Column('reviewer', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('changed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['program_id'], ['program.id'], name=op.f('fk_reviewstep_program_id')),
    sa.ForeignKeyConstraint(['startup_id'], ['startup.id'], name=op.f('fk_reviewstep_startup_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reviewstep'))
    )
    with op.batch_alter_table('reviewstep', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reviewstep_program_id'), ['program_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reviewstep_startup_id'), ['startup_id'], unique=False)
