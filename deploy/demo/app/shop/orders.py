"""Orders, kept in a database that lives as long as the process."""

from datetime import date, timedelta

from sqlalchemy import Date, Integer, String, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import StaticPool


class Base(DeclarativeBase):
    pass


class Order(Base):
    """One day's sales of one article."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(Date)
    article: Mapped[str] = mapped_column(String(40))
    pieces: Mapped[int] = mapped_column(Integer)


def open_book() -> Session:
    """A session on a fresh database with sixty days of sales in it."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    Base.metadata.create_all(engine)
    session = Session(engine)
    first = date(2024, 1, 1)
    for offset in range(60):
        day = first + timedelta(days=offset)
        session.add(Order(day=day, article="bread", pieces=40 + offset // 2 + (12 if day.weekday() == 5 else 0)))
        session.add(Order(day=day, article="butter", pieces=15 + offset // 6))
    session.commit()
    return session


def totals(session: Session) -> dict[str, int]:
    """Pieces sold, by article."""
    rows = session.execute(select(Order.article, func.sum(Order.pieces)).group_by(Order.article))
    return {article: int(pieces) for article, pieces in rows}
