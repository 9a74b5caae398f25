"""Topic discovery side by side with other systems, on the same vectors in one run."""
