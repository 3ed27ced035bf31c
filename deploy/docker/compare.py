"""Compares two images as `docker save` writes them, by what a container of them would be: settings and files, but for times.

    compare.py A.tar B.tar
"""
import hashlib
import io
import json
import sys
import tarfile


def opened(image, name):
    return image.extractfile(image.getmember(name))


def layers(image, index):
    for name in index["Layers"]:
        data = opened(image, name).read()
        yield tarfile.open(fileobj=io.BytesIO(data), mode="r:*")


def files(image, index):
    """What is there in the end."""
    found = {}
    for layer in layers(image, index):
        for member in layer:
            path = member.name.lstrip("./").rstrip("/")
            directory, _, name = path.rpartition("/")
            if name.startswith(".wh."):
                gone = "/".join(filter(None, [directory, name[4:]]))
                isOpaque = name == ".wh..wh..opq"
                top = directory if isOpaque else gone
                found = {other: entry for other, entry in found.items()
                         if not other.startswith(top + "/") and (isOpaque or other != gone)}
                continue
            digest = hashlib.sha256(layer.extractfile(member).read()).hexdigest() if member.isfile() else member.linkname
            if member.islnk():
                found[path] = found[member.linkname.lstrip("./")]
            else:
                attributes = sorted(item for item in member.pax_headers.items() if item[0].startswith("SCHILY.xattr."))
                found[path] = (member.type, oct(member.mode), member.uid, member.gid, digest, attributes)
    return found


def read(path):
    image = tarfile.open(path)
    index = json.load(opened(image, "manifest.json"))[0]
    settings = json.load(opened(image, index["Config"]))
    kept = {key: value for key, value in settings["config"].items() if value not in (None, "", [], {}, False)}
    size = sum(member.size for member in image.getmembers())
    return {"platform": (settings["os"], settings["architecture"]), "config": kept}, files(image, index), size


(settings_a, files_a, size_a), (settings_b, files_b, size_b) = read(sys.argv[1]), read(sys.argv[2])
differences = [f"settings: {settings_a} and {settings_b}"] if settings_a != settings_b else []
for path in sorted(set(files_a) | set(files_b)):
    if files_a.get(path) != files_b.get(path):
        differences.append(f"{path}: {files_a.get(path)} and {files_b.get(path)}")
print("\n".join(differences[:40]) or f"equal: settings and {len(files_a)} files; archives of {size_a / 1e6:.1f} and {size_b / 1e6:.1f} MB")
sys.exit(1 if differences else 0)
