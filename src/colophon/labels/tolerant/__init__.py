"""Reading what others wrote, however they wrote it: linear in time, no exception on any bytes."""
