"""What datumaro and pycocotools read from exports of ours, and datasets that datumaro wrote, for our readers.

Run: python tests/oracles/formats/read_exports.py  (needs datumaro, pycocotools; node in the path or node_modules)
Writes: tests/fixtures/formats/exports-read.json, tests/fixtures/formats/datumaro-written.json
"""

import contextlib
import io
import json
import os
import subprocess
import tempfile
from pathlib import Path

import datumaro as dm
import numpy as np
from datumaro.components.annotation import AnnotationType, Bbox
from datumaro.components.media import Image
from pycocotools.coco import COCO

root = Path(__file__).parents[3]
fixtures = root / "tests" / "fixtures" / "formats"
NODE = root / "node_modules" / ".bin" / "node"
FORMATS = ("coco", "voc", "yolo", "cvat")
# Flags that a reader adds to every box, set or not.
OFTEN_FALSE = {"difficult", "truncated", "occluded", "is_crowd"}


def attributes_of(box):
    kept = {name: value for name, value in box.attributes.items() if not (name in OFTEN_FALSE and value is False)}
    kept.pop("pose", None) if kept.get("pose") == "Unspecified" else None
    return dict(sorted(kept.items()))


def by_datumaro(folder, format):
    dataset = dm.Dataset.import_from(str(folder), format)
    names = [label.name for label in dataset.categories()[AnnotationType.label].items]
    pictures = []
    for item in dataset:
        boxes = [
            {"className": names[box.label], "box": [float(value) for value in box.get_bbox()], "attributes": attributes_of(box)}
            # In COCO it reads the last annotation first.
            for box in sorted(item.annotations, key=lambda box: box.id if format == "coco" else 0)
            if box.type == AnnotationType.bbox
        ]
        tags = [names[tag.label] for tag in item.annotations if tag.type == AnnotationType.label]
        pictures.append({"name": item.id, "split": item.subset, "tags": tags, "boxes": boxes})
    return {"classNames": names, "pictures": sorted(pictures, key=lambda picture: picture["name"])}


def by_pycocotools(folder):
    pictures = []
    for split in ("train", "val", "test"):
        with contextlib.redirect_stdout(io.StringIO()):
            coco = COCO(str(folder / "annotations" / f"instances_{split}.json"))
        names = {category["id"]: category["name"] for category in coco.loadCats(coco.getCatIds())}
        for image in coco.loadImgs(coco.getImgIds()):
            found = coco.loadAnns(coco.getAnnIds(imgIds=image["id"]))
            boxes = [
                {"className": names[one["category_id"]], "box": one["bbox"], "iscrowd": one["iscrowd"], "area": one["area"]}
                for one in found
            ]
            size = [image["width"], image["height"]]
            pictures.append({"name": image["file_name"], "split": split, "size": size, "boxes": boxes})
    return sorted(pictures, key=lambda picture: picture["name"])


def read_exports():
    with tempfile.TemporaryDirectory() as folder:
        script = Path(__file__).parent / "write-exports.ts"
        node = str(NODE) if NODE.exists() else "node"
        digests = subprocess.run([node, str(script), folder], check=True, capture_output=True, cwd=root).stdout
        read = {format: by_datumaro(Path(folder) / format, format) for format in FORMATS}
        return {"digests": json.loads(digests), "datumaro": read, "pycocotools": by_pycocotools(Path(folder) / "coco")}


def draw_items(rng, names):
    items = []
    for index in range(7):
        width, height = (int(value) for value in rng.integers(40, 300, 2))
        boxes = []
        for _ in range(int(rng.integers(0, 4)) if index else 2):
            x, y = rng.uniform(0, width * 0.6), rng.uniform(0, height * 0.6)
            w, h = rng.uniform(2, width - x), rng.uniform(2, height - y)
            if rng.random() < 0.5:
                x, y, w, h = round(x), round(y), max(1, int(w)), max(1, int(h))
            attributes = {"occluded": bool(rng.random() < 0.5)}
            boxes.append(Bbox(x, y, w, h, label=int(rng.integers(0, len(names))), attributes=attributes))
        media = Image.from_numpy(np.zeros((height, width, 3), dtype=np.uint8))
        subset = ("train", "val", "test")[index % 3] if index < 6 else "train"
        items.append(dm.DatasetItem(id=f"picture {index}" if index == 3 else f"picture_{index}", subset=subset, media=media, annotations=boxes))
    return items


def write_by_datumaro():
    names = ["leaf", "early blight", "果実"]
    written = {}
    for format, exporter, subsets in (
        ("coco", "coco_instances", None),
        ("voc", "voc_detection", None),
        ("yolo", "yolo_ultralytics", None),
        ("darknet", "yolo", {"val": "valid", "test": "train"}),
        ("cvat", "cvat", None),
    ):
        items = draw_items(np.random.default_rng(20261121), names)
        if subsets:
            items = [item.wrap(subset=subsets.get(item.subset, item.subset)) for item in items]
        dataset = dm.Dataset.from_iterable(items, categories=names, media_type=Image)
        with tempfile.TemporaryDirectory() as folder:
            dataset.export(folder, exporter, save_media=True)
            written[format] = {"files": read_files(folder), "pictures": tell_items(items, names)}
    return written


def read_files(folder):
    files = {}
    for place, _, found in os.walk(folder):
        for name in found:
            path = Path(place) / name
            is_picture = path.suffix in {".jpg", ".png"}
            files[path.relative_to(folder).as_posix()] = "" if is_picture else path.read_text(encoding="utf-8")
    return dict(sorted(files.items()))


def tell_items(items, names):
    return [
        {
            "name": item.id,
            "split": {"valid": "val"}.get(item.subset, item.subset),
            "size": [item.media.size[1], item.media.size[0]],
            "boxes": [
                {"className": names[box.label], "box": [float(value) for value in box.get_bbox()], "occluded": box.attributes["occluded"]}
                for box in item.annotations
            ],
        }
        for item in items
    ]


fixtures.mkdir(parents=True, exist_ok=True)
for file, content in (("exports-read.json", read_exports()), ("datumaro-written.json", write_by_datumaro())):
    (fixtures / file).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
