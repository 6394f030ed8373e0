"""How much memory of the machine this process holds, in MB (10^6 bytes)."""
import ctypes
import gc
import pathlib


def _status_mb(wanted):
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name == wanted:
            return int(rest.split()[0]) * 1024 / 1e6
    return 0.0


def resident_mb():
    return _status_mb("VmRSS")


def peak_mb():
    return _status_mb("VmHWM")


def forget_peak_mb():
    """Gives back to the machine what has been freed, forgets the peak, and answers what is resident now."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    pathlib.Path("/proc/self/clear_refs").write_text("5")
    return resident_mb()
