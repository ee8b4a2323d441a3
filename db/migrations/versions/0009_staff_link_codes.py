"""staff link codes

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('staff_link_codes',
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_link_codes_staff_id')),
    sa.PrimaryKeyConstraint('staff_id', name=op.f('pk_staff_link_codes')),
    sa.UniqueConstraint('digest', name=op.f('uq_staff_link_codes_digest'))
    )


def downgrade() -> None:
    op.drop_table('staff_link_codes')
