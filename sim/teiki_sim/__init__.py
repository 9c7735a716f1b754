"""The store and its world: money, calendar, draws, lives, policies, the log and its monitors."""
