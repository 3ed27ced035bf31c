"""What will be sold on the days after the last one in the book."""

import numpy as np
import pandas as pd
from scipy.optimize import nnls
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.orders import Order


def _features(days: pd.Series, origin: pd.Timestamp) -> np.ndarray:
    """One row a day: a constant, the age in days, whether it is a Saturday."""
    age = (days - origin).dt.days.to_numpy(dtype=float)
    saturday = (days.dt.weekday == 5).to_numpy(dtype=float)
    return np.column_stack([np.ones_like(age), age, saturday])


def forecast(session: Session, article: str, days: int = 7) -> dict[str, int]:
    """Pieces expected by day (ISO date); empty when the article was never sold."""
    rows = session.execute(select(Order.day, Order.pieces).where(Order.article == article)).all()
    if not rows:
        return {}
    sold = pd.DataFrame(rows, columns=["day", "pieces"])
    sold["day"] = pd.to_datetime(sold["day"])
    origin = sold["day"].min()
    weights, _ = nnls(_features(sold["day"], origin), sold["pieces"].to_numpy(dtype=float))
    coming = pd.Series(pd.date_range(sold["day"].max(), periods=days + 1, freq="D")[1:])
    expected = _features(coming, origin) @ weights
    return {str(day.date()): round(float(pieces)) for day, pieces in zip(coming, expected)}
