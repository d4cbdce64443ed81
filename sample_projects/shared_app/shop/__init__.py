"""A small web shop: catalogue, accounts, wishlists, orders and a back office."""
