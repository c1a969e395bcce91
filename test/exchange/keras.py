"""Writes .keras and .weights.h5 files as Keras 3 lays them out, with h5py, which Keras writes them with.

  python3 keras.py FILE.json OUT.keras    FILE.json: { config, weights: [{ path, shape, values }] }
"""
import io
import json
import sys
import zipfile

import h5py
import numpy

model = json.load(open(sys.argv[1]))
memory = io.BytesIO()
with h5py.File(memory, "w") as file:
    for weight in model["weights"]:
        values = numpy.array(weight["values"], numpy.float32).reshape(weight["shape"])
        file.create_dataset(weight["path"], data=values)
with zipfile.ZipFile(sys.argv[2], "w") as archive:
    archive.writestr("metadata.json", json.dumps({"keras_version": "3.0.0"}))
    archive.writestr("config.json", json.dumps(model["config"]))
    archive.writestr("model.weights.h5", memory.getvalue())
open(sys.argv[2] + ".weights.h5", "wb").write(memory.getvalue())
