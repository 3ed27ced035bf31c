"""The web service."""

from flask import Flask, abort, jsonify, render_template

from shop.forecast import forecast
from shop.orders import open_book, totals

GREETING = "Good morning"

app = Flask(__name__)
book = open_book()


@app.get("/")
def index():
    return render_template("index.html", greeting=GREETING, totals=totals(book))


@app.get("/forecast/<article>")
def forecast_of(article: str):
    expected = forecast(book, article)
    if not expected:
        abort(404, f"no sales of {article!r} are known")
    return jsonify(expected)


@app.get("/healthz")
def healthz():
    return "ok\n"
