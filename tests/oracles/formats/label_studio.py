"""What Label Studio's own converter reads from an export of ours.

Run: python tests/oracles/formats/label_studio.py  (needs label-studio-sdk; node in the path or node_modules)
Writes: tests/fixtures/formats/label-studio-read.json
"""

import json
import logging
import subprocess
import tempfile
from pathlib import Path

from label_studio_sdk.converter import Converter

root = Path(__file__).parents[3]
NODE = root / "node_modules" / ".bin" / "node"

logging.disable(logging.WARNING)
with tempfile.TemporaryDirectory() as place:
    node = str(NODE) if NODE.exists() else "node"
    script = Path(__file__).parent / "write-exports.ts"
    subprocess.run([node, str(script), place], check=True, capture_output=True, cwd=root)
    folder = Path(place) / "label-studio"
    config = (folder / "label_config.xml").read_text(encoding="utf-8")
    converter = Converter(config=config, project_dir=str(folder), download_resources=False)
    converter.convert_to_coco(str(folder / "tasks.json"), str(folder / "coco"), is_dir=False)
    coco = json.loads((folder / "coco" / "result.json").read_text(encoding="utf-8"))

names = {category["id"]: category["name"] for category in coco["categories"]}
pictures = [
    {
        # It puts a hash of the task before the name.
        "name": image["file_name"].split("/")[-1].split("__", 1)[-1],
        "size": [image["width"], image["height"]],
        "boxes": [
            {"className": names[one["category_id"]], "box": one["bbox"]}
            for one in coco["annotations"]
            if one["image_id"] == image["id"]
        ],
    }
    for image in coco["images"]
]
file = root / "tests" / "fixtures" / "formats" / "label-studio-read.json"
file.write_text(json.dumps(pictures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
