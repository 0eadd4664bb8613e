# Python imports this before a script.
import os
import time

# WASI has no working folder; its C library keeps one, which begins as the root.
os.chdir("/workspace")


# The library of files that this Python was linked with cannot wait for a clock, so that its own sleep raises an error.
# Its host answers each of these calls after a millisecond.
def sleep(seconds):
    """Delay execution for a given number of seconds, which may be a fraction."""
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        os.sched_yield()


time.sleep = sleep
