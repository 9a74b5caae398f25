"""How good are the labels? The same tables for any labeled file and any model."""
