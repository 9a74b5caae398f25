"""The routes: a few lines each, then a call into the module that does the work."""
