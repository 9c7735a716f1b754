"""The companies that take a shop's payments: books, tables and the fault plan."""
