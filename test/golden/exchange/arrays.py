# Writes arrays.json: files of NumPy in base64, with what is in them. python3 arrays.py > arrays.json (NumPy 1.24.2)
import base64
import io
import json

import numpy as np


def saved(write, *arrays, **named):
    f = io.BytesIO()
    write(f, *arrays, **named)
    return base64.b64encode(f.getvalue()).decode()


def plain(a):
    return [str(x) if a.dtype.kind in "iu" and a.dtype.itemsize == 8 else x for x in a.ravel().tolist()]


random = np.random.default_rng(1)
files = []
for code in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?"]:
    for endian in "<>":
        for order in "CF":
            shape = tuple(random.integers(0 if code == "f2" else 1, 4, size=random.integers(0, 4)))
            a = np.array(random.normal(size=shape) * 50).astype("i4" if code[0] == "u" else "f8")
            a = np.abs(a) if code[0] == "u" else a
            a = np.asarray(a.astype(endian + code if code != "?" else code), order=order)
            files.append(
                {
                    "dtype": a.dtype.name,
                    "shape": list(a.shape),
                    "values": plain(a),
                    "file": saved(np.save, a),
                }
            )


def version(a, v):
    f = io.BytesIO()
    np.lib.format.write_array(f, a, version=v)
    return base64.b64encode(f.getvalue()).decode()


grid = np.arange(6, dtype="<f4").reshape(2, 3)
print(
    json.dumps(
        {
            "numpy": np.__version__,
            "files": files,
            "versions": [version(grid, v) for v in [(1, 0), (2, 0), (3, 0)]],
            "zip": saved(np.savez, a=grid, b=np.arange(3)),
            "packed": saved(np.savez_compressed, a=grid, b=np.arange(3)),
            "refused": {
                "text": saved(np.save, np.array(["a", "bc"])),
                "complex": saved(np.save, np.array([1j])),
                "record": saved(np.save, np.zeros(2, dtype=[("x", "f4"), ("y", "i4")])),
                "object": saved(np.save, np.array([{}], dtype=object)),
            },
        }
    )
)
