"""The peers of detection-figures.bench.ts: pycocotools and faster-coco-eval on the same boxes.

Takes the file of boxes as its argument, reads a peer's name per line from stdin, answers with one JSON line: the time of
evaluate, accumulate and summarize in milliseconds, and the mAP. Loading the boxes into COCO objects is not timed.
"""
import contextlib
import io
import json
import sys
import time

from faster_coco_eval import COCO as FasterCOCO
from faster_coco_eval import COCOeval_faster
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

with open(sys.argv[1]) as file:
    boxes = json.load(file)


def truth():
    return {
        "images": [{"id": i + 1, "width": 640, "height": 480} for i in range(boxes["pictures"])],
        "categories": [{"id": c + 1, "name": str(c)} for c in range(boxes["classes"])],
        "annotations": [
            {
                "id": i + 1, "image_id": t[0] + 1, "category_id": t[1] + 1, "bbox": t[2:6],
                "area": t[4] * t[5], "iscrowd": 0,
            }
            for i, t in enumerate(boxes["truths"])
        ],
    }


def results():
    return [
        {"image_id": d[0] + 1, "category_id": d[1] + 1, "bbox": d[2:6], "score": d[6]} for d in boxes["detections"]
    ]


def load_pycocotools():
    gt = COCO()
    gt.dataset = truth()
    gt.createIndex()
    return COCOeval(gt, gt.loadRes(results()), "bbox")


def load_faster():
    gt = FasterCOCO(truth())
    return COCOeval_faster(gt, gt.loadRes(results()), "bbox", print_function=lambda *_: None)


loaders = {"pycocotools": load_pycocotools, "faster-coco-eval": load_faster}
for line in sys.stdin:
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation = loaders[line.strip()]()
        start = time.perf_counter()
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
        took = time.perf_counter() - start
    print(json.dumps({"milliseconds": 1000 * took, "map": float(evaluation.stats[0])}), flush=True)
