# Python imports this before a script. WASI has no working folder; its C library keeps one, which begins as the root.
import os

os.chdir("/workspace")
