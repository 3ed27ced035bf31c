"""A small shop: orders in a database, and a forecast of what will be sold next."""
