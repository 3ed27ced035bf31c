"""Asks the service two questions without a network; run while the image is built, and as its health check."""

from shop.web import app


def main() -> None:
    client = app.test_client()
    page = client.get("/")
    assert page.status_code == 200, page.status
    week = client.get("/forecast/bread").get_json()
    assert len(week) == 7, week
    print("shop: the page has", len(page.data), "bytes; bread next week:", sum(week.values()), "pieces")


if __name__ == "__main__":
    main()
