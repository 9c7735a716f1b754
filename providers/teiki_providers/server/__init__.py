"""The sandbox as a server: the vendors' own paths, a control API beside them, a journal beneath."""
