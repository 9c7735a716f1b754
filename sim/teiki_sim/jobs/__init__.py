"""Bulk jobs on orders: a selection and a kind are registered, run later, and end with a result for each row.

`kinds` is the table of what a job can do; `engine` registers and runs one; `selection` finds its orders.
"""
